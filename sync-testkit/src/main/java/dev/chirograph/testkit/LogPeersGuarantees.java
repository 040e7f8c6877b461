package dev.chirograph.testkit;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsPeers.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is known of peers, forgetting and new lives: LOG-10 and LOG-11. */
abstract class LogPeersGuarantees extends LogMergeGuarantees {

  private static final int ASKING = 6;

  // ---- who has read what

  @Test
  void LOG_10_whatAReaderHasPassedCountsAsItWasToldLast() {
    SupportsPeers peers = peers();
    append(3);
    List<Position> positions = positions();
    peers.passed("reader", positions.get(1));
    assertThat(passed("reader")).isEqualTo(positions.get(1).number());
    peers.passed("reader", positions.get(2));
    assertThat(passed("reader")).isEqualTo(positions.get(2).number());
    // It was restored from a backup.
    peers.passed("reader", positions.get(0));
    assertThat(passed("reader")).isEqualTo(positions.get(0).number());
    peers.passed("reader", Position.START);
    assertThat(passed("reader")).isZero();
  }

  @Test
  void LOG_10_aPositionOfAnotherHistoryPassesNothing() {
    SupportsPeers peers = peers();
    append(3);
    Position head = head();
    peers.passed("reader", head);
    peers.passed("reader", elsewhere(3));
    assertThat(passed("reader")).isZero();
    peers.passed("reader", new Position(head.epoch(), head.number(), UUID.randomUUID()));
    peers.passed("reader", new Position(head.epoch(), head.number() + 5, head.mark()));
    assertThat(passed("reader")).isZero();
  }

  @Test
  void LOG_10_whoReadsAndWhoIsReadAreMembers() {
    SupportsPeers peers = peers();
    assertThat(peers.members()).isEmpty();
    append(1);
    peers.passed("reader", head());
    log.merge(page("there", 7, LogContext.EMPTY));
    assertThat(peers.members())
        .containsExactlyInAnyOrder(
            new Member("reader", Optional.empty(), false, head().number()),
            new Member("there", Optional.of(elsewhere(7)), false, 0));
    peers.passed("there", head());
    peers.retire("reader");
    peers.retire("nobody");
    assertThat(peers.members())
        .containsExactly(new Member("there", Optional.of(elsewhere(7)), false, head().number()));
    peers.retire("there");
    assertThat(peers.members()).isEmpty();
    assertThat(peers.pointer("there")).isEmpty();
  }

  private long passed(String reader) {
    return peers().members().stream()
        .filter(member -> member.name().equals(reader))
        .mapToLong(Member::passed)
        .findFirst()
        .orElseThrow();
  }

  // ---- LOG-10

  @Test
  void LOG_10_aDeleteWaitsForEveryReader() {
    SupportsPeers peers = peers();
    log.append(List.of(entry(ADD, "kept"), entry(ADD, "gone")));
    Position before = head();
    append(entry(DELETE, "gone"));
    Position deleted = head();
    append(entry(ADD, "later"));
    peers.passed("fast", head());
    peers.passed("slow", before);
    assertThat(compact(NEVER)).isZero();
    assertThat(item("gone").isDeleted()).isTrue();
    assertThat(log.bounds().floor().number()).isLessThan(deleted.number());
    peers.passed("slow", deleted);
    assertThat(compact(NEVER)).isEqualTo(1);
    assertThat(log.find(List.of(Key.utf8("gone")))).isEmpty();
    assertThat(log.bounds().floor().number()).isGreaterThanOrEqualTo(deleted.number());
    assertThat(keys(readAll(Position.START))).containsExactly("kept", "later");
    assertThat(compact(NEVER)).isZero();
  }

  @Test
  void LOG_10_aReaderWhoHasReadNothingHoldsDeletesBack() {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    peers.passed("new", Position.START);
    assertThat(compact(NEVER)).isZero();
    assertThat(readAll(Position.START)).hasSize(1);
  }

  @Test
  void LOG_10_aRetiredReaderIsNotWaitedFor() {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    peers.passed("reader", head());
    peers.passed("away", Position.START);
    assertThat(compact(NEVER)).isZero();
    peers.retire("away");
    assertThat(compact(NEVER)).isEqualTo(1);
  }

  @Test
  void LOG_10_whatIsNotedIsForgottenAWhileLater() {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    assertThat(peers.compact(NEVER, now())).isZero();
    advance(Duration.ofMinutes(10));
    assertThat(peers.compact(NEVER, now().minus(Duration.ofMinutes(20)))).isZero();
    append(entry(DELETE, "later"));
    assertThat(keys(readAll(Position.START))).containsExactly("gone", "later");
    assertThat(peers.compact(NEVER, now().minus(Duration.ofMinutes(5)))).isEqualTo(1);
    assertThat(keys(readAll(Position.START))).containsExactly("later");
    assertThat(peers.compact(NEVER, now().minus(Duration.ofMinutes(5)))).isZero();
    advance(Duration.ofMinutes(10));
    assertThat(peers.compact(NEVER, now().minus(Duration.ofMinutes(5)))).isEqualTo(1);
  }

  @Test
  void LOG_10_aReaderThatHasToReadAgainIsWaitedFor() {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    peers.passed("reader", head());
    assertThat(peers.compact(NEVER, NEVER)).isZero();
    peers.passed("reader", Position.START);
    assertThat(peers.compact(NEVER, now().plusSeconds(60))).isZero();
    assertThat(keys(readAll(Position.START))).containsExactly("gone");
    peers.passed("reader", head());
    assertThat(compact(NEVER)).isEqualTo(1);
  }

  @Test
  void LOG_10_aNoteComesBackWithABackup() throws Exception {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    assertThat(peers.compact(NEVER, NEVER)).isZero();
    Runnable restore = backup(log);
    assertThat(compact(NEVER)).isEqualTo(1);
    restore.run();
    assertThat(keys(readAll(Position.START))).containsExactly("gone");
    assertThat(peers.compact(NEVER, now().plusSeconds(60))).isEqualTo(1);
  }

  @Test
  void LOG_10_anOldDeleteWaitsForNobody() {
    SupportsPeers peers = peers();
    peers.passed("away", Position.START);
    append(entry(DELETE, "old"));
    advance(Duration.ofMinutes(2));
    Instant between = now();
    advance(Duration.ofMinutes(2));
    append(entry(DELETE, "new"));
    assertThat(compact(between)).isEqualTo(1);
    assertThat(keys(readAll(Position.START))).containsExactly("new");
    assertThat(compact(between)).isZero();
  }

  @Test
  void LOG_10_aDeleteIsAsOldAsItCameHere() {
    SupportsPeers peers = peers();
    peers.passed("away", Position.START);
    Instant before = now().minusSeconds(60);
    // Written long ago, by the clock of its node; readers of this log have not heard of it before.
    merge(foreign("there", 1, entry(DELETE, "gone")));
    assertThat(compact(before)).isZero();
  }

  @Test
  void LOG_10_theFloorIsRaisedAndWhatLiesBelowIsTold() {
    SupportsPeers peers = peers();
    append(entry(ADD, "a"));
    Position below = head();
    append(entry(DELETE, "a"));
    Position deleted = head();
    append(entry(ADD, "b"));
    Position above = head();
    peers.passed("reader", deleted);
    assertThat(compact(NEVER)).isEqualTo(1);
    invalid(below, Validity.BELOW_FLOOR);
    assertThat(keys(readAll(log.bounds().floor()))).containsExactly("b");
    assertThat(keys(readAll(Position.START))).containsExactly("b");
    assertThat(log.read(above, 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
    assertThat(head()).isEqualTo(above);
    append(entry(ADD, "c"));
    assertThat(keys(readAll(above))).containsExactly("c");
  }

  @Test
  void LOG_4_whoBeganAtTheStartSinceTheFloorWasRaisedGoesOnBelowIt() {
    SupportsPeers peers = peers();
    log.append(List.of(entry(ADD, "a"), entry(ADD, "b"), entry(ADD, "c"), entry(DELETE, "d")));
    Position early = log.read(Position.START, 1, NO_LIMIT).next();
    peers.passed("reader", head());
    append(entry(ADD, "e"));
    assertThat(compact(NEVER)).isEqualTo(1);
    // The same place, given before: what it has not read may have been a delete.
    invalid(early, Validity.BELOW_FLOOR);
    Position first = log.read(Position.START, 1, NO_LIMIT).next();
    assertThat(first.number()).isLessThan(log.bounds().floor().number());
    Page second = log.read(first, 2, NO_LIMIT);
    assertThat(second.validity()).isEqualTo(Validity.OK);
    assertThat(keys(second.items())).containsExactly("b", "c");
    assertThat(keys(readAll(second.next()))).containsExactly("e");
    append(entry(DELETE, "f"));
    peers.passed("reader", head());
    assertThat(compact(NEVER)).isEqualTo(1);
    invalid(first, Validity.BELOW_FLOOR);
  }

  @Test
  void LOG_10_withNothingElseLeftTheHeadStays() {
    peers();
    append(entry(DELETE, "a"));
    Position head = head();
    assertThat(compact(NEVER)).isEqualTo(1);
    assertThat(readAll(Position.START)).isEmpty();
    assertThat(head()).isEqualTo(head);
    assertThat(readAll(head)).isEmpty();
    assertThat(append(entry()).number()).isGreaterThan(head.number());
    assertThat(readAll(head)).hasSize(1);
  }

  @Test
  void LOG_8_whatWasForgottenIsNotTakenInAgain() {
    peers();
    append(entry(ADD, "gone"));
    LogItem copy = item("gone");
    log.merge(page("there", 5, seen("there", 5), foreign("there", 5, entry(ADD, "theirs"))));
    LogItem theirs = item("theirs");
    log.append(List.of(entry(DELETE, "gone"), entry(DELETE, "theirs")));
    LogItem delete = item("gone");
    assertThat(compact(now().plusSeconds(60))).isEqualTo(2);
    assertFates(merge(copy, theirs, delete), Fate.FORGOTTEN, Fate.FORGOTTEN, Fate.FORGOTTEN);
    assertThat(readAll(Position.START)).isEmpty();
  }

  @Test
  void LOG_8_whatIsSeenOnlyAfterTheNoteIsTakenIn() {
    SupportsPeers peers = peers();
    append(entry(DELETE, "gone"));
    log.merge(page("there", 5, seen("there", 5)));
    Instant later = now().plusSeconds(60);
    assertThat(peers.compact(later, NEVER)).isZero();
    log.merge(page("there", 10, seen("there", 10)));
    assertThat(peers.compact(later, later)).isEqualTo(1);
    assertFates(
        merge(foreign("there", 5, entry()), foreign("there", 6, entry())),
        Fate.FORGOTTEN,
        Fate.ADDED);
  }

  private static List<String> keys(List<LogItem> items) {
    return items.stream().map(item -> item.key().text()).toList();
  }

  // ---- LOG-11

  @Test
  void LOG_11_aNewLifeIsBegunOnceHoweverManyAskForIt() {
    SupportsPeers peers = peers();
    append(3);
    UUID ended = head().epoch();
    List<UUID> lives =
        Crowd.of(
            ASKING,
            i -> {
              peers.newEpoch(ended);
              return head().epoch();
            });
    assertThat(lives).doesNotContain(ended);
    assertThat(lives.stream().distinct()).hasSize(1);
    peers.newEpoch(ended);
    peers.newEpoch(UUID.randomUUID());
    assertThat(head().epoch()).isEqualTo(lives.get(0));
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_11_aNewLifeEndsOldPositions() {
    append(3);
    List<Position> before = positions();
    peers().newEpoch(head().epoch());
    before.forEach(position -> invalid(position, Validity.OTHER_HISTORY));
    assertThat(positions()).hasSize(3);
    positions()
        .forEach(
            position ->
                assertThat(log.read(position, 1, NO_LIMIT).validity()).isEqualTo(Validity.OK));
  }

  @Test
  void LOG_11_ownEntriesThatNobodyHasPassedGetNewDots() {
    SupportsPeers peers = peers();
    List<Body> early = append(2);
    peers.passed("reader", head());
    peers.passed("slow", positions().get(0));
    Body late = append(1).get(0);
    LogItem foreign = foreign("there", 9, entry());
    merge(foreign);
    List<LogItem> before = readAll(Position.START);
    UUID ended = head().epoch();
    peers.newEpoch(ended);
    List<LogItem> after = readAll(Position.START);
    UUID now = head().epoch();
    assertThat(bodies(after)).isEqualTo(bodies(before));
    assertThat(after.subList(0, 2)).isEqualTo(before.subList(0, 2));
    assertThat(bodies(after.subList(0, 2))).isEqualTo(early);
    Dot renewed = after.get(2).last().dot();
    assertThat(after.get(2).last().body()).isEqualTo(late);
    assertThat(renewed.node()).isEqualTo("here");
    assertThat(renewed.epoch()).isEqualTo(now);
    assertThat(after.get(3)).isEqualTo(foreign);
    LogContext context = log.bounds().context();
    assertThat(after.subList(0, 3)).allMatch(item -> context.covers(item.last().dot()));
    assertThat(context.covers(before.get(2).last().dot())).isFalse();
    Body next = append(1).get(0);
    assertThat(item(next.key()).orElseThrow().last().dot())
        .satisfies(
            dot -> {
              assertThat(dot.epoch()).isEqualTo(now);
              assertThat(dot.number()).isGreaterThan(renewed.number());
            });
  }

  @Test
  void LOG_11_additionsOfDeprecatedVersionsGetNewDotsToo() {
    append(entry(ADD, "k"));
    UUID ended = head().epoch();
    merge(foreign("there", 1, entry(DEPRECATE, "k")));
    peers().newEpoch(ended);
    assertThat(item("k").last().dot().epoch()).isEqualTo(EPOCH);
    assertThat(item("k").added().map(LogEntry::dot).map(Dot::epoch)).contains(head().epoch());
  }

  @Test
  void LOG_11_whatWasLostWithARestoreIsTakenInAgain() throws Exception {
    SupportsPeers peers = peers();
    append(1);
    peers.passed("reader", head());
    Runnable restore = backup(log);
    append(entry(ADD, "lost"));
    LogItem lost = item("lost");
    UUID ended = head().epoch();
    restore.run();
    // As many again, so that the lost numbers have been handed out twice.
    append(entry(ADD, "new"));
    peers.newEpoch(ended);
    assertFates(merge(lost), Fate.ADDED);
    assertThat(item("lost")).isEqualTo(lost);
    assertThat(item("new").last().dot().epoch()).isNotEqualTo(ended);
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_11_aLogNoticesByItsOwnEntriesThatItWasRestored() throws Exception {
    peers();
    append(1);
    Runnable restore = backup(log);
    append(entry(ADD, "lost"));
    LogItem lost = item("lost");
    UUID ended = head().epoch();
    restore.run();
    assertFates(merge(lost), Fate.ADDED);
    assertThat(head().epoch()).isNotEqualTo(ended);
    assertThat(item("lost")).isEqualTo(lost);
    append(entry(ADD, "new"));
    assertThat(item("new").last().dot().epoch()).isEqualTo(head().epoch());
  }

  @Test
  void LOG_11_pointersToPeersOutliveTheNewLife() {
    SupportsPeers peers = peers();
    log.merge(page("there", 7, seen("there", 7)));
    log.merge(
        new Merge(
            "gap", List.of(), Optional.of(elsewhere(3)), LogContext.EMPTY, Optional.of(true)));
    peers.newEpoch(head().epoch());
    assertThat(peers.pointer("there")).contains(elsewhere(7));
    assertThat(covers("there", 7)).isTrue();
    assertThat(gap("gap")).isTrue();
  }
}
