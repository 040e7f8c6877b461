package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A comparison drops what its peer has forgotten, within a limit, and nothing else. */
class LogRepairDropsTest extends TwoLogs {

  private UUID life = new UUID(0, 0);

  /** Here holds items that were deleted, and forgotten, there: it was away for too long. */
  private void away(int items) {
    add(there, "k", items + 5);
    pullBoth();
    for (int i = 0; i < items; i++) {
      delete(there, "k" + i);
    }
    assertThat(forget(there)).isEqualTo(items);
  }

  @Test
  void L3_whatAPeerHasForgottenIsDroppedWithinTheLimit() {
    away(3);
    compare(here, there);
    assertThat(keys(here)).isEqualTo(keys(there)).hasSize(5);
    assertThat(refused).isEmpty();
  }

  @Test
  void L3_aPeerThatHoldsNothingEmptiesNoLogUnlessThatIsAllowed() {
    add(there, "k", 3);
    pullBoth();
    delete(there, "k0", "k1", "k2");
    assertThat(forget(there)).isEqualTo(3);
    compare(here, there);
    assertThat(keys(here)).hasSize(3);
    assertThat(refused).hasSize(3);
    DeleteLimit limit = DeleteLimit.standard().allowEmptySource();
    LogLink allowed = LogLink.of(here, "there", options(10, limit));
    allowed.compare();
    finish(allowed, "here", there);
    assertThat(keys(here)).isEmpty();
  }

  @Test
  void L3_moreThanTheLimitIsKeptAndTold() {
    away(12);
    LogLink link = LogLink.of(here, "there", options(10, DeleteLimit.of(11, 1)));
    link.compare();
    finish(link, "here", there);
    assertThat(keys(here)).hasSize(17);
    assertThat(refused).hasSize(12);
    assertThat(why).allSatisfy(e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    LogLink allowed = LogLink.of(here, "there", options(10, DeleteLimit.of(12, 1)));
    allowed.compare();
    finish(allowed, "here", there);
    assertThat(keys(here)).hasSize(5);
  }

  @Test
  void LOG_13_whatHasChangedSinceItWasToldIsKept() {
    away(1);
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    while (link.comparing()) {
      LogRequest request = link.next();
      LogAnswer answer = responder.answer("here", request);
      if (request instanceof Push) {
        here.append(List.of(body(Operation.DEPRECATE, "k0")));
      }
      link.answered(request, answer);
    }
    assertThat(keys(here)).contains("k0");
  }

  @Test
  void LOG_10_aDeleteIsNotDroppedBecauseAPeerHasForgottenIt() {
    MemoryLog third = log("third");
    add(there, "gone");
    pullBoth();
    pull(third, here);
    pull(third, here);
    delete(there, "gone");
    pull(here, there);
    pull(here, there);
    assertThat(compact(there)).isOne();
    compare(here, there);
    // The third has not read it yet.
    pull(third, here);
    assertThat(item(third, "gone").isDeleted()).isTrue();
  }

  @Test
  void LOG_13_whatWasDroppedDoesNotComeBackFromAThird() {
    // A chain: far knows here only, and here was away until there had forgotten the delete.
    MemoryLog far = log("far");
    add(far, "gone", "kept");
    pull(here, far);
    pull(here, far);
    pull(there, here);
    delete(there, "gone");
    add(there, "new");
    assertThat(forget(there)).isOne();
    compare(here, there);
    assertThat(keys(here)).isEqualTo(keys(there)).containsExactly("kept", "new");
    compare(far, here);
    assertThat(keys(far)).containsExactly("kept", "new");
    assertThat(keys(here)).containsExactly("kept", "new");
  }

  @Test
  void LOG_13_whatIsNotTakenIsNotForgottenWithWhatIsDropped() {
    MemoryLog third = log("third");
    awayWithOneMore("bad");
    Picky picky = new Picky(here, "bad");
    LogLink link = LogLink.of(picky.log(), "there", options(10, DeleteLimit.standard()));
    link.compare();
    finish(link, "here", there);
    assertThat(keys(here)).isEmpty();
    pull(third, there);
    picky.heal();
    pull(here, third);
    assertThat(keys(here)).containsExactly("bad");
  }

  @Test
  void LOG_13_whatChangesWhileLogsAreComparedIsNotForgottenWithWhatIsDropped() {
    awayWithOneMore("busy");
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    while (link.comparing()) {
      LogRequest request = link.next();
      if (request instanceof Items && items(there).size() == 1) {
        // It says something else now, but its last entry stands where it stood.
        LogItem busy = item(there, "busy");
        Body earlier = body(Operation.ADD, "busy");
        there.merge(
            Merge.of(
                "far",
                List.of(
                    LogItem.of(new LogEntry(new Dot("far", life, 1), Instant.EPOCH, earlier)))));
        assertThat(item(there, "busy").last()).isEqualTo(busy.last());
        assertThat(item(there, "busy")).isNotEqualTo(busy);
      }
      link.answered(request, responder.answer("here", request));
    }
    assertThat(keys(here)).isEmpty();
    pull(here, there);
    assertThat(keys(here)).containsExactly("busy");
  }

  /**
   * Here holds what was deleted, and forgotten, there; and there is something else there that was
   * written by the same node before.
   */
  private void awayWithOneMore(String key) {
    MemoryLog far = log("far");
    life = far.bounds().head().epoch();
    far.append(List.of(body(Operation.DEPRECATE, key)));
    LogItem older = item(far, key);
    add(far, "gone");
    push(here, far, item(far, "gone"));
    pull(there, far);
    delete(there, "gone");
    assertThat(forget(there)).isOne();
    assertThat(items(there)).containsExactly(older);
  }

  @Test
  void LOG_11_whatNobodyCanHaveForgottenIsNotDropped() {
    // The restored log gives places away again that are long forgotten elsewhere.
    add(here, "old");
    MemoryLog.Backup old = here.backup();
    add(here, "lost");
    delete(here, "lost");
    pull(there, here);
    assertThat(forget(there)).isOne();
    UUID life = here.bounds().head().epoch();
    here.restore(old);
    add(here, "new", "newer");
    LogLink link = link(here, "there");
    link.compare();
    assertThatThrownBy(() -> finish(link, "here", there))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    assertThat(here.bounds().head().epoch()).isNotEqualTo(life);
    finish(link, "here", there);
    assertThat(keys(here)).containsExactly("new", "newer", "old");
    assertThat(keys(there)).contains("new", "newer");
  }

  private static LogRequest comparing(LogLink link, LogResponder responder) {
    LogRequest request = link.next();
    while (request instanceof Pull) {
      link.answered(request, responder.answer("here", request));
      request = link.next();
    }
    return request;
  }
}
