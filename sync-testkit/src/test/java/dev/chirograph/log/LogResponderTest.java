package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Compared;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogRequest.Wanted;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogResponderTest extends TwoLogs {

  private static final UUID EPOCH = new UUID(5, 5);

  private final LogResponder responder = LogResponder.of(there);

  private Pulled pull(Position after) {
    return pull(responder, after);
  }

  private static Pulled pull(LogResponder from, Position after) {
    return (Pulled) from.answer("here", new Pull(after, 10, 1 << 20, Duration.ZERO));
  }

  private static LogItem foreign(String key, long number) {
    return foreign(key, "1", number, Content.NONE, "");
  }

  private static LogItem foreign(
      String key, String version, long number, Content content, String payload) {
    Body body =
        new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), version, content, payload);
    return LogItem.of(new LogEntry(new Dot("here", EPOCH, number), Instant.EPOCH, body));
  }

  // ---- pulls

  @Test
  void LOG_10_whoAsksHoldsEverythingUpToThere() {
    add(there, "k", 3);
    assertThat(pull(Position.START).page().items()).hasSize(3);
    assertThat(member(there, "here").passed()).isZero();
    pull(there.bounds().head());
    assertThat(member(there, "here").passed()).isEqualTo(3);
  }

  @Test
  void LOG_10_whoCouldNotTakeAnItemHoldsNothingForSure() {
    add(there, "k", 3);
    pull(there.bounds().head());
    responder.answer("here", new Pull(there.bounds().head(), true, 10, 1, Duration.ZERO));
    assertThat(member(there, "here").passed()).isZero();
  }

  @Test
  void LOG_10_whoAsksFromAnUnknownPlaceHoldsNothingForSure() {
    add(there, "k", 3);
    pull(there.bounds().head());
    assertThat(member(there, "here").passed()).isEqualTo(3);
    pull(new Position(new UUID(1, 1), 3, new UUID(1, 1)));
    assertThat(member(there, "here").passed()).isZero();
  }

  @Test
  void LOG_10_whoWasRestoredReadsAgainAndIsWaitedFor() {
    add(there, "a");
    Position early = there.bounds().head();
    add(there, "b");
    pull(there.bounds().head());
    pull(early);
    assertThat(member(there, "here").passed()).isEqualTo(early.number());
  }

  @Test
  void LOG_10_whatAnotherProcessHasNotedMeanwhileIsNotTakenForOnesOwn() {
    add(there, "a");
    Position early = there.bounds().head();
    delete(there, "a");
    LogResponder one = LogResponder.of(there);
    LogResponder other = LogResponder.of(there);
    pull(one, early);
    pull(other, there.bounds().head());
    assertThat(member(there, "here").passed()).isEqualTo(2);
    // Here is restored from a backup, and asks the first process again.
    pull(one, early);
    assertThat(member(there, "here").passed()).isEqualTo(1);
  }

  @Test
  void aPageIsNoLargerThanTheLimitsAllow() {
    add(there, "k", 30);
    LogResponder strict = limited(7, 1 << 20);
    Pulled pulled =
        (Pulled) strict.answer("here", new Pull(Position.START, 1_000, 1 << 30, Duration.ZERO));
    assertThat(pulled.page().items()).hasSize(7);
    LogResponder narrow = limited(1_000, 6);
    Pulled few =
        (Pulled) narrow.answer("here", new Pull(Position.START, 1_000, 1 << 30, Duration.ZERO));
    assertThat(few.page().items()).hasSize(3);
  }

  private LogResponder limited(int items, long bytes) {
    return LogResponder.of(there, new LogLimits(items, bytes, 1_000), (from, item) -> {});
  }

  // ---- places

  @Test
  void LOG_11_aReaderWhoWasFurtherProvesARestore() {
    add(there, "a");
    MemoryLog.Backup backup = there.backup();
    add(there, "b", "c");
    Position lost = there.bounds().head();
    there.restore(backup);
    UUID life = there.bounds().head().epoch();
    assertThat(pull(lost).page().validity()).isEqualTo(Validity.BEYOND_HEAD);
    assertThat(there.bounds().head().epoch()).isNotEqualTo(life);
    UUID next = there.bounds().head().epoch();
    // The same again proves nothing more.
    assertThat(pull(lost).page().validity()).isEqualTo(Validity.OTHER_HISTORY);
    assertThat(there.bounds().head().epoch()).isEqualTo(next);
  }

  @Test
  void LOG_11_aReaderOfAnotherHistoryProvesARestore() {
    add(there, "a");
    MemoryLog.Backup backup = there.backup();
    add(there, "b");
    Position lost = there.bounds().head();
    there.restore(backup);
    add(there, "c", "d");
    UUID life = there.bounds().head().epoch();
    assertThat(pull(lost).page().validity()).isEqualTo(Validity.OTHER_HISTORY);
    assertThat(there.bounds().head().epoch()).isNotEqualTo(life);
  }

  @Test
  void LOG_11_placesOfOtherLogsOrBelowTheFloorProveNothing() {
    add(there, "a");
    Position below = there.bounds().head();
    delete(there, "a");
    forget(there);
    UUID life = there.bounds().head().epoch();
    assertThat(pull(below).page().validity()).isEqualTo(Validity.BELOW_FLOOR);
    pull(new Position(new UUID(1, 1), 1, new UUID(1, 1)));
    responder.answer("here", compare(below));
    responder.answer("here", compare(new Position(new UUID(1, 1), 9, new UUID(1, 1))));
    assertThat(there.bounds().head().epoch()).isEqualTo(life);
  }

  private static Compare compare(Position pointer) {
    return new Compare(Optional.of(pointer), List.of(Slice.Bucket.ALL));
  }

  @Test
  void LOG_11_aComparisonNoticesARestoreAndNothingElse() {
    add(there, "a");
    Position kept = there.bounds().head();
    MemoryLog.Backup backup = there.backup();
    add(there, "b");
    Position lost = there.bounds().head();
    UUID life = lost.epoch();
    responder.answer("here", compare(lost));
    responder.answer("here", compare(kept));
    assertThat(there.bounds().head().epoch()).isEqualTo(life);
    there.restore(backup);
    responder.answer("here", compare(kept));
    assertThat(there.bounds().head().epoch()).isEqualTo(life);
    Compared compared = (Compared) responder.answer("here", compare(lost));
    assertThat(there.bounds().head().epoch()).isNotEqualTo(life);
    assertThat(compared.bounds()).isEqualTo(there.bounds());
  }

  // ---- pushes

  @Test
  void eachPushedItemHasItsReceipt() {
    add(there, "gone");
    LogItem gone = item(there, "gone");
    delete(there, "gone");
    forget(there);
    LogItem known = foreign("known", 1);
    push(there, here, known);
    LogItem bad = foreign("bad", "x".repeat(LogLimits.MAX_TEXT + 1), 2, Content.NONE, "");
    LogItem good = foreign("good", 3);
    Pushed pushed =
        (Pushed) responder.answer("here", new Push(List.of(good, bad, known, gone, good)));
    assertThat(pushed.receipts().stream().map(Receipt::result))
        .containsExactly(
            Result.ACCEPTED, Result.REJECTED, Result.DUPLICATE, Result.FORGOTTEN, Result.DUPLICATE);
    assertThat(pushed.receipts().get(1).reason()).contains("characters");
    assertThat(keys(there)).containsExactly("good", "known");
    assertThat(there.pointer("here")).isEmpty();
  }

  @Test
  void itemsThatAreNoneAreRejected() {
    Content half = new Content("abc", 1, "");
    Content negative = new Content("ab".repeat(32), -1, "");
    List<LogItem> bad =
        List.of(
            foreign("", 1),
            foreign("k", 0),
            foreign("k", "1", 1, half, ""),
            foreign("k", "1", 1, negative, ""),
            foreign("k", "1", 1, new Content("ab".repeat(32), 1, "x".repeat(2_000)), ""),
            foreign("k", "1", 1, Content.NONE, "\u20ac".repeat(100_000)));
    Pushed pushed = (Pushed) responder.answer("here", new Push(bad));
    assertThat(pushed.receipts()).allMatch(receipt -> receipt.result() == Result.REJECTED);
    assertThat(items(there)).isEmpty();
  }

  // ---- limits and abilities

  @Test
  void moreThanTheLimitsAllowIsRefused() {
    LogResponder strict = limited(2, 1_000);
    List<Slice.Bucket> slices = Slice.Bucket.ALL.split(2);
    LogItem item = foreign("k", 1);
    for (LogRequest request :
        List.of(
            new Push(Collections.nCopies(3, item)),
            new Compare(Optional.empty(), slices),
            new Hashes(slices),
            new Items(
                List.of(
                    new Wanted(Slice.Bucket.ALL, List.of(1L, 2L)),
                    new Wanted(Slice.Bucket.ALL, List.of(3L)))),
            new Find(List.of(Key.utf8("a"), Key.utf8("b"), Key.utf8("c"))))) {
      assertThatThrownBy(() -> strict.answer("here", request))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    }
    assertThat(items(there)).isEmpty();
  }

  @Test
  void keysAreFoundWithAllTheirVersions() {
    add(there, "a", "b");
    Found found = (Found) responder.answer("here", new Find(List.of(Key.utf8("b"))));
    assertThat(found.items()).containsExactly(item(there, "b"));
  }

  @Test
  void aLogThatCannotBeComparedSaysSo() {
    LogResponder plain = LogResponder.of(Picky.withoutRepair(there));
    assertThatThrownBy(
            () -> plain.answer("here", new Compare(Optional.empty(), List.of(Slice.Bucket.ALL))))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
  }
}
