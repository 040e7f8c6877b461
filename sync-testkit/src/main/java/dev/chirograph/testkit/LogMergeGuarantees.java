package dev.chirograph.testkit;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsPeers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What merging the items of peers does: LOG-5, LOG-6 and LOG-8. */
abstract class LogMergeGuarantees extends LogReadGuarantees {

  // ---- LOG-5

  @Test
  void LOG_5_mergingMovesThePointerOfThatPeerOnly() {
    SupportsPeers peers = peers();
    assertThat(peers.pointer("there")).isEmpty();
    log.merge(page("there", 7, LogContext.EMPTY, foreign("there", 7, entry())));
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    assertThat(peers.pointer("elsewhere")).isEmpty();
    log.merge(page("there", 8, LogContext.EMPTY));
    assertThat(peers.pointer("there")).contains(elsewhere(8));
    log.merge(Merge.fromTheStart("there"));
    assertThat(peers.pointer("there")).contains(Position.START);
    assertThat(readAll(Position.START)).hasSize(1);
  }

  @Test
  void LOG_5_withoutAPointerThePointerStays() {
    SupportsPeers peers = peers();
    log.merge(page("there", 7, LogContext.EMPTY));
    merge(foreign("there", 8, entry()));
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    assertThat(readAll(Position.START)).hasSize(1);
    log.merge(Merge.of("elsewhere", List.of(foreign("elsewhere", 8, entry()))));
    assertThat(peers.pointer("elsewhere")).isEmpty();
  }

  @Test
  void LOG_5_aPointerIsNeverAheadOfItsItems() {
    SupportsPeers peers = peers();
    Crowd.whileRunning(
        () -> {
          for (int i = 1; i <= rounds(); i++) {
            log.merge(page("there", i, LogContext.EMPTY, foreign("there", i, entry(ADD, "k" + i))));
          }
        },
        () -> {
          Optional<Position> pointer = peers.pointer("there");
          pointer.ifPresent(position -> assertThat(item("k" + position.number())).isNotNull());
          return pointer;
        });
  }

  @Test
  void LOG_5_ofAPageThatWasReadElsewhereOnlyTheItemsAreTakenOver() {
    SupportsPeers peers = peers();
    Merge first = page("there", 7, seen("there", 7), foreign("there", 7, entry(ADD, "a")));
    log.merge(first.readAfter(elsewhere(3)));
    assertThat(peers.pointer("there")).isEmpty();
    assertThat(covers("there", 7)).isFalse();
    log.merge(first.readAfter(Position.START));
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    assertThat(covers("there", 7)).isTrue();
    Merge late = page("there", 9, seen("there", 9), foreign("there", 8, entry(ADD, "b")));
    assertFates(log.merge(late.readAfter(Position.START)), Fate.ADDED);
    assertThat(readAll(Position.START)).hasSize(2);
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    assertThat(covers("there", 9)).isFalse();
    // What was not taken is missing, wherever the page was read.
    log.merge(late.readAfter(Position.START).leavingOut());
    assertThat(gap("there")).isTrue();
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    log.merge(late.readAfter(elsewhere(7)));
    assertThat(peers.pointer("there")).contains(elsewhere(9));
    assertThat(gap("there")).isTrue();
  }

  @Test
  void LOG_5_whatThePeerHasSeenIsTakenOver() {
    assertThat(covers("there", 1)).isFalse();
    log.merge(page("there", 7, seen("there", 7), foreign("there", 7, entry())));
    assertThat(covers("there", 7)).isTrue();
    assertThat(covers("there", 8)).isFalse();
    log.merge(page("there", 5, seen("there", 5).join(seen("far", 3))));
    assertThat(covers("there", 7)).isTrue();
    assertThat(covers("far", 3)).isTrue();
    assertThat(covers("far", 4)).isFalse();
  }

  @Test
  void LOG_5_whatThePeerHasSeenIsNotTakenOverWhileThereIsAGap() {
    SupportsPeers peers = peers();
    Page refused = peerPage(7, foreign("there", 7, entry()));
    log.merge(Merge.of("there", refused).leavingOut());
    assertThat(peers.pointer("there")).contains(refused.next());
    assertThat(gap("there")).isTrue();
    assertThat(covers("there", 7)).isFalse();
    log.merge(page("there", 8, seen("there", 8), foreign("there", 8, entry())));
    assertThat(covers("there", 8)).isFalse();
    merge(foreign("there", 9, entry()));
    assertThat(gap("there")).isTrue();
    // Another peer that has it all is another matter.
    log.merge(page("elsewhere", 8, seen("far", 8)));
    assertThat(covers("far", 8)).isTrue();
    assertThat(covers("there", 8)).isFalse();
  }

  @Test
  void LOG_5_aComparisonWithoutAGapEndsTheGap() {
    SupportsPeers peers = peers();
    Page refused = peerPage(7, foreign("there", 7, entry()));
    log.merge(Merge.of("there", refused).leavingOut());
    log.merge(Merge.afterComparison("there", refused.bounds(), true));
    assertThat(gap("there")).isTrue();
    assertThat(covers("there", 7)).isFalse();
    log.merge(Merge.afterComparison("there", refused.bounds(), false));
    assertThat(gap("there")).isFalse();
    assertThat(covers("there", 7)).isTrue();
    assertThat(peers.pointer("there")).contains(refused.bounds().head());
  }

  private static Page peerPage(long number, LogItem... items) {
    Bounds bounds = new Bounds(elsewhere(0), elsewhere(number), seen("there", number));
    return new Page(List.of(items), elsewhere(number), bounds, Validity.OK);
  }

  boolean gap(String peer) {
    return peers().members().stream()
        .filter(member -> member.name().equals(peer))
        .anyMatch(SupportsPeers.Member::gap);
  }

  boolean covers(String node, long number) {
    return log.bounds().context().covers(new Dot(node, EPOCH, number));
  }

  // ---- LOG-6

  @Test
  void LOG_6_dotsAndTimesAreKept() {
    append(1);
    LogItem far = foreign("far", 4_000_000_000L, entry());
    LogItem add = foreign("far", 2, entry());
    LogItem deprecated = add.join(foreign("there", 3, entry(DEPRECATE, add.last().body())));
    merge(far, deprecated);
    List<LogItem> read = readAll(Position.START);
    assertThat(read.get(0).last().dot().node()).isEqualTo("here");
    assertThat(read.get(0).last().dot().epoch()).isEqualTo(head().epoch());
    assertThat(read.subList(1, 3)).containsExactly(far, deprecated);
    assertThat(log.find(List.of(add.key()))).containsExactly(deprecated);
  }

  @Test
  void LOG_6_whatIsAppendedIsDatedByTheClock() {
    Instant before = now().minusSeconds(1);
    append(1);
    assertThat(readAll(Position.START).get(0).last().at()).isBetween(before, now().plusSeconds(1));
  }

  // ---- LOG-8

  @Test
  void LOG_8_whatWasSeenAndIsNotHeldIsTakenInWhileNothingWasForgotten() {
    log.merge(page("there", 10, seen("there", 10)));
    assertFates(merge(foreign("there", 5, entry())), Fate.ADDED);
  }

  @Test
  void LOG_8_whatWasSeenAndIsNotHeldIsNotTakenIn() {
    log.merge(page("there", 10, seen("there", 10)));
    forgetAll();
    Position before = head();
    assertThat(merge(foreign("there", 5, entry()), foreign("there", 11, entry())))
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(new Appended(0, Fate.FORGOTTEN)),
            second -> assertThat(second.fate()).isEqualTo(Fate.ADDED));
    assertThat(readAll(Position.START)).hasSize(1);
    assertThat(head()).isNotEqualTo(before);
    before = head();
    assertFates(merge(foreign("there", 10, entry())), Fate.FORGOTTEN);
    assertThat(head()).isEqualTo(before);
  }

  @Test
  void LOG_8_anotherLifeOfTheNodeIsAnotherMatter() {
    log.merge(page("there", 10, seen("there", 10)));
    forgetAll();
    Dot dot = new Dot("there", new UUID(9, 9), 5);
    LogItem item = LogItem.of(new LogEntry(dot, now(), entry()));
    assertFates(merge(item), Fate.ADDED);
  }

  @Test
  void LOG_8_whatComesWithThePageThatTellsItIsTakenIn() {
    LogItem item = foreign("there", 10, entry());
    assertFates(log.merge(page("there", 10, seen("there", 10), item)), Fate.ADDED);
    forgetAll();
    assertFates(merge(item), Fate.KNOWN);
    assertThat(readAll(Position.START)).containsExactly(item);
  }

  @Test
  void LOG_8_whatIsHeldChangesAlthoughItWasSeen() {
    Body body = entry();
    merge(foreign("there", 1, body));
    log.merge(page("there", 10, seen("there", 10)));
    forgetAll();
    LogItem delete = foreign("there", 9, entry(DELETE, body));
    assertFates(merge(delete), Fate.ADDED);
    assertThat(readAll(Position.START)).containsExactly(delete);
    assertFates(merge(foreign("there", 8, entry(DEPRECATE, body))), Fate.KNOWN);
  }

  @Test
  void LOG_8_whatIsAppendedHereIsAlwaysTakenIn() {
    log.merge(page("there", 10, seen("here", 1_000)));
    forgetAll();
    append(3);
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_8_ofWhatSeveralEntriesSayTheLastOneCounts() {
    log.merge(page("there", 10, seen("there", 10)));
    forgetAll();
    LogItem add = foreign("there", 5, entry());
    LogItem deprecated = add.join(foreign("far", 1, entry(DEPRECATE, add.last().body())));
    assertFates(merge(deprecated), Fate.ADDED);
    assertThat(readAll(Position.START)).containsExactly(deprecated);
  }
}
