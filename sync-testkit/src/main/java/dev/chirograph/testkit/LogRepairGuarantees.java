package dev.chirograph.testkit;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Digest;
import dev.chirograph.KeyRange;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsRepair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What comparing and exchanging does: LOG-12, LOG-13 and DIG-1 to DIG-3. */
abstract class LogRepairGuarantees extends LogPeersGuarantees {

  private static final List<Bucket> SOME =
      List.of(
          Bucket.ALL,
          new Bucket(1, 0),
          new Bucket(1, 1),
          new Bucket(4, 15),
          new Bucket(8, 0),
          new Bucket(8, 255),
          new Bucket(12, 0xabc),
          new Bucket(Bucket.MAX_BITS, 0),
          new Bucket(Bucket.MAX_BITS, (1 << Bucket.MAX_BITS) - 1));

  // ---- LOG-12

  @Test
  void LOG_12_digestsAreThoseOfTheItems() {
    SupportsRepair repair = repair();
    List<LogItem> items = various();
    assertDigests(repair, items);
    assertThat(repair.digests(List.of())).isEmpty();
    for (LogItem item : items) {
      // The finest bucket of a key that is there, which nothing else may be in.
      Bucket own = new Bucket(Bucket.MAX_BITS, Bucket.of(item.key()));
      assertDigests(repair, items, List.of(own));
    }
  }

  @Test
  void LOG_12_digestsFollowEveryChange() {
    SupportsRepair repair = repair();
    various();
    log.append(List.of(entry(DEPRECATE, "k0"), entry(DELETE, "k1"), entry(ADD, "k2")));
    assertDigests(repair, readAll(Position.START));
    merge(foreign("far", 3, entry(DELETE, "k0")));
    assertDigests(repair, readAll(Position.START));
    compact(now().plusSeconds(60));
    assertThat(readAll(Position.START)).noneMatch(LogItem::isDeleted);
    assertDigests(repair, readAll(Position.START));
    peers().newEpoch(head().epoch());
    assertDigests(repair, readAll(Position.START));
  }

  @Test
  void LOG_12_hashesAreThoseOfTheItems() {
    SupportsRepair repair = repair();
    List<LogItem> items = various();
    List<long[]> hashes = repair.hashes(SOME);
    assertThat(hashes).hasSize(SOME.size());
    for (int i = 0; i < SOME.size(); i++) {
      assertThat(hashes.get(i)).containsExactlyInAnyOrder(hashes(items, SOME.get(i)));
    }
    assertThat(repair.hashes(List.of())).isEmpty();
  }

  @Test
  void LOG_12_itemsAreFoundByTheirHashes() {
    SupportsRepair repair = repair();
    List<LogItem> items = various();
    for (Bucket bucket : SOME) {
      List<LogItem> inside = in(items, bucket);
      List<Long> wanted = new ArrayList<>();
      inside.stream().skip(inside.size() / 2).forEach(item -> wanted.add(item.hash()));
      wanted.add(42L);
      assertThat(repair.items(bucket, wanted))
          .containsExactlyInAnyOrderElementsOf(inside.subList(inside.size() / 2, inside.size()));
      assertThat(repair.items(bucket, List.of())).isEmpty();
    }
    LogItem outside =
        items.stream()
            .filter(item -> !new Bucket(1, 0).contains(item.key()))
            .findAny()
            .orElseThrow();
    assertThat(repair.items(new Bucket(1, 0), List.of(outside.hash()))).isEmpty();
  }

  @Test
  void LOG_12_aLogIsComparedByBucketsOnly() {
    SupportsRepair repair = repair();
    assertThatThrownBy(() -> repair.digests(List.of(new Slice.Keys(KeyRange.all()))))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.UNSUPPORTED));
  }

  // ---- LOG-13

  @Test
  void LOG_13_whatIsForgottenIsGone() {
    SupportsRepair repair = repair();
    List<LogItem> items = various();
    List<LogItem> some = items.subList(0, items.size() / 3);
    assertThat(repair.forget(some)).isEqualTo(some.size());
    List<LogItem> rest = items.subList(items.size() / 3, items.size());
    assertThat(readAll(Position.START)).containsExactlyElementsOf(rest);
    assertDigests(repair, rest);
    assertThat(repair.forget(some)).isZero();
    assertThat(repair.forget(List.of())).isZero();
  }

  @Test
  void LOG_13_whatHasChangedSinceStays() {
    SupportsRepair repair = repair();
    log.append(List.of(entry(ADD, "a"), entry(ADD, "b"), entry(ADD, "c")));
    List<LogItem> told = readAll(Position.START);
    log.append(List.of(entry(DEPRECATE, "a")));
    log.append(List.of(entry(new UUID(-1, -1), ADD, "b", Content.NONE)));
    List<LogItem> changed =
        readAll(Position.START).stream().filter(item -> !told.contains(item)).toList();
    assertThat(repair.forget(told)).isEqualTo(3 - changed.size());
    assertThat(changed).isNotEmpty();
    assertThat(readAll(Position.START)).containsExactlyElementsOf(changed);
    assertDigests(repair, changed);
  }

  @Test
  void LOG_13_anotherEntryThatSaysTheSameIsAChange() {
    SupportsRepair repair = repair();
    append(entry(new UUID(1, 1), ADD, "a", Content.NONE));
    LogItem told = item("a");
    append(entry(new UUID(2, 1), ADD, "a", Content.NONE));
    assertThat(repair.forget(List.of(told))).isZero();
    assertThat(item("a").last().body().id()).isEqualTo(new UUID(2, 1));
  }

  @Test
  void LOG_13_whatIsForgottenIsNotTakenInAgain() {
    SupportsRepair repair = repair();
    LogItem earlier = foreign("peer", 3, entry());
    LogItem gone = foreign("peer", 4, entry());
    LogItem later = foreign("peer", 5, entry());
    LogItem elsewhere = foreign("other", 1, entry());
    log.merge(Merge.of("peer", List.of(gone)));
    assertThat(repair.forget(List.of(gone, later), seen("peer", 4))).isOne();
    assertFates(
        log.merge(Merge.of("third", List.of(earlier, gone, later, elsewhere))),
        Fate.FORGOTTEN,
        Fate.FORGOTTEN,
        Fate.ADDED,
        Fate.ADDED);
  }

  @Test
  void LOG_13_whatIsOnlyDroppedIsTakenInAgain() {
    SupportsRepair repair = repair();
    LogItem gone = foreign("peer", 4, entry());
    log.merge(Merge.of("peer", List.of(gone)));
    assertThat(repair.forget(List.of(gone))).isOne();
    assertFates(log.merge(Merge.of("third", List.of(gone))), Fate.ADDED);
  }

  @Test
  void LOG_13_whatIsHeldIsNotForgottenWithOthers() {
    SupportsRepair repair = repair();
    LogItem held = foreign("peer", 3, entry());
    LogItem gone = foreign("peer", 4, entry());
    log.merge(Merge.of("peer", List.of(held, gone)));
    assertThat(repair.forget(List.of(gone), seen("peer", 4))).isOne();
    LogItem changed = foreign("peer", 2, entry(DEPRECATE, held.last().body()));
    assertFates(log.merge(Merge.of("third", List.of(changed))), Fate.ADDED);
  }

  @Test
  void LOG_13_positionsOutliveForgetting() {
    SupportsRepair repair = repair();
    append(3);
    List<Position> positions = positions();
    repair.forget(readAll(Position.START).subList(1, 3));
    assertThat(readAll(positions.get(1))).isEmpty();
    assertThat(head()).isEqualTo(positions.get(2));
    append(1);
    assertThat(readAll(positions.get(2))).hasSize(1);
  }

  // ---- DIG

  @Test
  void DIG_1_digestsOfPartsAddUp() {
    SupportsRepair repair = repair();
    various();
    for (Bucket bucket : List.of(Bucket.ALL, new Bucket(4, 7), new Bucket(8, 17))) {
      for (int bits : new int[] {1, 4, 8}) {
        Digest sum =
            repair.digests(List.<Slice>copyOf(bucket.split(bits))).stream()
                .reduce(Digest.EMPTY, Digest::plus);
        assertThat(sum).isEqualTo(repair.digests(List.of(bucket)).get(0));
      }
    }
  }

  @Test
  void DIG_2_logsThatHoldTheSameHaveTheSameDigests() throws Exception {
    SupportsRepair repair = repair();
    List<LogItem> items = new ArrayList<>(various());
    ReplicaLog other = open("elsewhere");
    Collections.shuffle(items, new Random(5));
    for (LogItem item : items) {
      other.merge(Merge.of("here", List.of(item)));
    }
    List<Slice> slices = new ArrayList<>(SOME);
    slices.addAll(Bucket.ALL.split(8));
    assertThat(repair(other).digests(slices)).isEqualTo(repair.digests(slices));
    append(1);
    assertThat(repair(other).digests(slices)).isNotEqualTo(repair.digests(slices));
  }

  @Test
  void DIG_3_digestsOfOneCallAreOfOneMoment() {
    SupportsRepair repair = repair();
    List<Slice> slices = new ArrayList<>(Bucket.ALL.split(4));
    slices.add(Bucket.ALL);
    Crowd.whileRunning(
        () -> IntStream.range(0, rounds()).forEach(i -> append(3)),
        () -> {
          List<Digest> digests = repair.digests(slices);
          Digest sum =
              digests.subList(0, slices.size() - 1).stream().reduce(Digest.EMPTY, Digest::plus);
          assertThat(sum).isEqualTo(digests.get(slices.size() - 1));
          // All three of a list, or none.
          assertThat(sum.count() % 3).isZero();
          return sum;
        });
  }

  // ---- words

  /** Appended, merged and deprecated items, and deletes. */
  private List<LogItem> various() {
    log.append(IntStream.range(0, 60).mapToObj(i -> entry(ADD, "k" + i)).toList());
    log.append(IntStream.range(0, 60).mapToObj(i -> entry("v" + i)).toList());
    log.append(
        IntStream.range(10, 20)
            .mapToObj(i -> entry(i % 2 == 0 ? DEPRECATE : DELETE, "k" + i))
            .toList());
    log.merge(
        Merge.of(
            "there",
            IntStream.range(30, 70)
                .mapToObj(i -> foreign("there", i, entry(ADD, "k" + i)))
                .toList()));
    return readAll(Position.START);
  }

  private void assertDigests(SupportsRepair repair, List<LogItem> items) {
    assertDigests(repair, items, SOME);
    assertDigests(repair, items, Bucket.ALL.split(8));
  }

  private void assertDigests(SupportsRepair repair, List<LogItem> items, List<Bucket> buckets) {
    assertThat(repair.digests(List.<Slice>copyOf(buckets)))
        .isEqualTo(
            buckets.stream()
                .map(
                    bucket ->
                        LongStream.of(hashes(items, bucket))
                            .mapToObj(Digest::of)
                            .reduce(Digest.EMPTY, Digest::plus))
                .toList());
  }

  private static long[] hashes(List<LogItem> items, Bucket bucket) {
    return in(items, bucket).stream().mapToLong(LogItem::hash).toArray();
  }

  private static List<LogItem> in(List<LogItem> items, Bucket bucket) {
    return items.stream().filter(item -> bucket.contains(item.key())).toList();
  }
}
