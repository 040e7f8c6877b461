package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Logs that go back, are cloned, or have forgotten what is asked for lose nothing. */
class LogRestoresTest extends TwoLogs {

  private final LogResponder responder = LogResponder.of(there);

  private LogAnswer answer(LogRequest request) {
    return responder.answer("here", request);
  }

  // ---- places that are not known any more

  @Test
  void L6_belowTheFloorTheLogsAreComparedAndNothingIsLost() {
    add(there, "k", 12);
    pull(here, there);
    add(here, "own");
    add(there, "z");
    // Here has read all but this, and is away for too long.
    delete(there, "k5", "k6");
    assertThat(forget(there)).isEqualTo(2);
    add(there, "later");
    List<LogRequest> asked = pull(here, there);
    assertThat(asked.stream().filter(request -> request instanceof Compare)).isNotEmpty();
    assertThat(keys(here)).isEqualTo(keys(there)).contains("own", "z", "later", "k4");
    assertThat(keys(here)).doesNotContain("k5", "k6");
    assertThat(here.pointer("there")).contains(there.bounds().head());
  }

  @Test
  void LOG_4_aNewPeerOfAnOldLogReadsItFromTheStart() {
    add(there, "k", 35);
    delete(there, "k1", "k2");
    forget(there);
    add(there, "later");
    List<LogRequest> asked = pull(here, there);
    assertThat(asked).hasSize(4).allMatch(request -> request instanceof Pull);
    assertThat(keys(here)).isEqualTo(keys(there)).hasSize(34);
  }

  @Test
  void L6_aPeerThatWasRestoredLosesNothingAndNeitherDoesTheOther() {
    add(there, "before");
    pullBoth();
    MemoryLog.Backup backup = there.backup();
    add(there, "lost", "lost too");
    pull(here, there);
    there.restore(backup);
    add(there, "new", "newer", "newest");
    add(here, "own");
    pullBoth();
    assertThat(hashes(here)).isEqualTo(hashes(there));
    assertThat(keys(here))
        .containsExactly("before", "lost", "lost too", "new", "newer", "newest", "own");
  }

  @Test
  void L6_aPeerThatWasRestoredAndHasWrittenNothingGetsBackWhatItLost() {
    add(there, "before");
    pullBoth();
    MemoryLog.Backup backup = there.backup();
    add(there, "lost");
    pull(here, there);
    there.restore(backup);
    pull(here, there);
    assertThat(keys(there)).containsExactly("before", "lost");
    assertThat(hashes(here)).isEqualTo(hashes(there));
  }

  @Test
  void L6_aNodeThatWasRestoredReadsAgainWhatItHasLost() {
    add(there, "before");
    pullBoth();
    MemoryLog.Backup backup = here.backup();
    add(there, "k", 12);
    add(here, "lost");
    pullBoth();
    here.restore(backup);
    add(here, "new", "newer");
    pull(here, there);
    assertThat(keys(here)).contains("before", "k0", "k11", "lost", "new", "newer").hasSize(16);
    pull(there, here);
    assertThat(hashes(here)).isEqualTo(hashes(there));
  }

  @Test
  void L6_whoReadTheRestoredHistoryFirstTakesWhatWasLostFromOthers() {
    // The restored log hands out the same numbers again; a third node reads it before anybody who
    // knows better, and must not take what was lost for what was deleted.
    MemoryLog late = log("late");
    add(there, "before");
    pullBoth();
    MemoryLog.Backup backup = there.backup();
    add(there, "lost", "lost too");
    pull(here, there);
    there.restore(backup);
    add(there, "new", "newer", "newest");
    pull(late, there);
    pull(late, here);
    assertThat(keys(late)).contains("lost", "lost too", "new", "newest");
    compare(late, here);
    compare(here, late);
    pullBoth();
    pull(late, there);
    assertThat(hashes(late)).isEqualTo(hashes(here)).isEqualTo(hashes(there));
  }

  @Test
  void L6_aPeerThatWasClonedAndGoesOnTwiceLosesNothing() {
    add(there, "before");
    pullBoth();
    MemoryLog clone = log("there");
    clone.restore(there.backup());
    add(there, "original", "original too");
    add(clone, "clone", "clone too", "clone again");
    pull(here, there);
    UUID life = clone.bounds().head().epoch();
    // Behind the same name is the clone now, and then the original again.
    pull(here, clone);
    assertThat(clone.bounds().head().epoch()).isNotEqualTo(life);
    assertThat(keys(here))
        .containsExactly("before", "clone", "clone again", "clone too", "original", "original too");
    assertThat(hashes(clone)).isEqualTo(hashes(here));
    add(there, "later");
    pull(here, there);
    assertThat(hashes(there)).isEqualTo(hashes(here)).hasSize(7);
    pull(here, clone);
    assertThat(hashes(clone)).isEqualTo(hashes(here));
  }

  @Test
  void L6_aCloneOfAnotherNodeTakesNothingFromItsOriginal() {
    add(there, "before");
    pullBoth();
    MemoryLog clone = log("clone");
    add(clone, "overwritten");
    pull(here, clone);
    clone.restore(there.backup());
    add(clone, "clone");
    add(there, "original");
    pull(here, clone);
    pull(here, there);
    pull(clone, here);
    pull(there, here);
    pull(there, clone);
    pull(clone, there);
    assertThat(keys(here)).containsExactly("before", "clone", "original", "overwritten");
    assertThat(hashes(clone)).isEqualTo(hashes(here)).isEqualTo(hashes(there));
  }

  @Test
  void aLogThatCannotBeComparedReadsFromTheBeginningAgain() {
    add(there, "k", 3);
    ReplicaLog plain = Picky.withoutRepair(here);
    finish(LogLink.of(plain, "there", options(10, DeleteLimit.standard())), "here", there);
    MemoryLog.Backup backup = there.backup();
    add(there, "lost");
    finish(LogLink.of(plain, "there", options(10, DeleteLimit.standard())), "here", there);
    there.restore(backup);
    add(there, "new", "newer");
    finish(LogLink.of(plain, "there", options(10, DeleteLimit.standard())), "here", there);
    assertThat(keys(here)).contains("k0", "k1", "k2", "lost", "new", "newer");
  }

  // ---- the own log, restored under a request

  @Test
  void L6_aPageThatWasAskedForBeforeARestoreDoesNotHideWhatWasLost() {
    add(there, "k", 5);
    MemoryLog.Backup old = here.backup();
    pull(here, there);
    LogLink link = link(here, "there");
    LogRequest request = link.next();
    add(there, "later");
    LogAnswer answer = answer(request);
    // As after a failover to a replica that had not heard of everything yet.
    here.restore(old);
    link.answered(request, answer);
    assertThat(keys(here)).containsExactly("later");
    assertThat(here.bounds().context().covers(item(there, "k0").last().dot())).isFalse();
    finish(link, "here", there);
    assertThat(keys(here)).hasSize(6);
  }

  @Test
  void L6_aPageThatAnotherProcessHasPassedDoesNotTakeThePointerBack() {
    add(there, "k", 5);
    LogLink slow = link(here, "there");
    LogRequest request = slow.next();
    LogAnswer answer = answer(request);
    add(there, "later");
    pull(here, there);
    Position pointer = here.pointer("there").orElseThrow();
    assertThat(slow.answered(request, answer)).isTrue();
    assertThat(here.pointer("there")).contains(pointer);
  }

  @Test
  void L6_aComparisonDuringWhichTheOwnLogWasRestoredBeginsAnew() {
    add(there, "k", 5);
    MemoryLog.Backup old = here.backup();
    pull(here, there);
    add(here, "own");
    LogLink link = link(here, "there");
    link.compare();
    LogRequest compare = link.next();
    link.answered(compare, answer(compare));
    here.restore(old);
    assertThatThrownBy(
            () -> {
              while (link.comparing()) {
                LogRequest request = link.next();
                link.answered(request, answer(request));
              }
            })
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    finish(link, "here", there);
    assertThat(keys(here)).containsAll(keys(there)).hasSize(5);
  }
}
