package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogLinkTest extends TwoLogs {

  private final LogResponder responder = LogResponder.of(there);

  private LogAnswer answer(LogRequest request) {
    return responder.answer("here", request);
  }

  // ---- pulling

  @Test
  void pullingInPagesEndsWithEqualLogs() {
    add(there, "k", 25);
    there.append(List.of(body(Operation.DEPRECATE, "k3"), body(Operation.DELETE, "k4")));
    List<LogRequest> asked = pull(here, there);
    assertThat(asked).hasSize(3).allMatch(request -> request instanceof Pull);
    assertThat(items(here)).isEqualTo(items(there));
    assertThat(here.pointer("there")).contains(there.bounds().head());
    assertThat(merged).hasSize(25);
    assertThat(pull(here, there)).hasSize(1);
    assertThat(merged).hasSize(25);
  }

  @Test
  void whatWasPushedBeforeIsDroppedWhenItIsPulled() {
    add(there, "x", "y");
    push(here, there, item(there, "y"));
    pull(here, there);
    assertThat(merged).containsExactly("x");
    assertThat(keys(here)).containsExactly("x", "y");
    push(here, there, item(there, "x"), item(there, "y"));
    assertThat(here.bounds().head().number()).isEqualTo(2);
  }

  @Test
  void LOG_5_thePointerMovesWithThePagesOnly() {
    add(there, "k", 25);
    LogLink link = link(here, "there");
    LogRequest request = link.next();
    assertThat(here.pointer("there")).isEmpty();
    link.answered(request, answer(request));
    assertThat(here.pointer("there").map(Position::number)).contains(10L);
    push(here, there, item(there, "k20"));
    assertThat(here.pointer("there").map(Position::number)).contains(10L);
  }

  @Test
  void LOG_9_whatWasNotReadYetIsNotTakenForForgotten() {
    add(there, "a", "b");
    LogLink link = LogLink.of(here, "there", options(1, DeleteLimit.standard()));
    LogRequest request = link.next();
    assertThat(link.answered(request, LogResponder.of(there).answer("here", request))).isTrue();
    delete(here, "gone");
    assertThat(forget(here)).isOne();
    finish(link, "here", there);
    assertThat(keys(here)).containsExactly("a", "b");
  }

  @Test
  void aRequestStaysUntilItIsAnsweredOrHasFailed() {
    add(there, "x");
    LogLink link = link(here, "there");
    LogRequest request = link.next();
    assertThat(link.next()).isSameAs(request);
    link.failed();
    assertThat(link.next()).isNotSameAs(request).isEqualTo(request);
  }

  @Test
  void aLostAnswerHarmsNothing() {
    add(there, "k", 25);
    LogLink link = link(here, "there");
    answer(link.next());
    link.failed();
    finish(link, "here", there);
    assertThat(items(here)).isEqualTo(items(there));
    assertThat(merged).hasSize(25);
  }

  @Test
  void anAnswerThatComesTwiceOrLateChangesNothing() {
    add(there, "k", 25);
    LogLink link = link(here, "there");
    LogRequest first = link.next();
    LogAnswer early = answer(first);
    link.failed();
    LogRequest second = link.next();
    LogAnswer answer = answer(second);
    assertThat(link.answered(second, answer)).isTrue();
    Position pointer = here.pointer("there").orElseThrow();
    assertThat(link.answered(second, answer)).isTrue();
    assertThat(link.answered(first, early)).isTrue();
    assertThat(here.pointer("there")).contains(pointer);
    assertThat(merged).hasSize(10);
    finish(link, "here", there);
    assertThat(items(here)).isEqualTo(items(there));
  }

  @Test
  void anAnswerOfAnotherKindIsRefusedAndTheRequestMadeAgain() {
    add(there, "x");
    LogLink link = link(here, "there");
    LogRequest request = link.next();
    assertThatThrownBy(() -> link.answered(request, new LogAnswer.Found(List.of())))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNEXPECTED));
    assertThat(link.next()).isNotSameAs(request);
    link.compare();
    link.failed();
    LogRequest compare = link.next();
    assertThat(compare).isInstanceOf(Compare.class);
    Pull pull = new Pull(Position.START, 1, 1, Duration.ZERO);
    assertThatThrownBy(() -> link.answered(compare, answer(pull)))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNEXPECTED));
    finish(link, "here", there);
    assertThat(keys(here)).containsExactly("x");
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

  // ---- items that are not taken

  @Test
  void L11_anItemThatIsNotTakenBlocksNothing() {
    add(there, "a", "bad", "c");
    Picky picky = new Picky(here, "bad");
    finish(link(picky.log(), "there"), "here", there);
    assertThat(keys(here)).containsExactly("a", "c");
    assertThat(refused).containsExactly("bad");
    assertThat(merged).containsExactly("a", "c");
    assertThat(here.pointer("there")).contains(there.bounds().head());
    assertThat(member(here, "there").gap()).isTrue();
    add(there, "later");
    finish(link(picky.log(), "there"), "here", there);
    assertThat(keys(here)).contains("later");
    assertThat(here.bounds().context().covers(item(there, "bad").last().dot())).isFalse();
  }

  @Test
  void L11_aComparisonMendsTheGap() {
    add(there, "a", "bad", "c");
    Picky picky = new Picky(here, "bad");
    LogLink link = link(picky.log(), "there");
    finish(link, "here", there);
    link.compare();
    finish(link, "here", there);
    assertThat(member(here, "there").gap()).isTrue();
    picky.heal();
    link.compare();
    finish(link, "here", there);
    assertThat(keys(here)).containsExactly("a", "bad", "c");
    assertThat(member(here, "there").gap()).isFalse();
    assertThat(here.bounds().context().covers(item(there, "c").last().dot())).isTrue();
  }

  @Test
  void L11_aDeleteThatWasNotTakenIsNotForgottenByThePeer() {
    add(there, "a");
    pullBoth();
    delete(there, "a");
    Picky picky = new Picky(here, "a");
    LogLink link = link(picky.log(), "there");
    finish(link, "here", there);
    finish(link, "here", there);
    assertThat(compact(there)).isZero();
    picky.heal();
    link.compare();
    finish(link, "here", there);
    finish(link, "here", there);
    assertThat(item(here, "a").isDeleted()).isTrue();
    assertThat(compact(there)).isOne();
  }

  @Test
  void troubleOfTheOwnLogIsNoRefusal() {
    add(there, "a");
    Picky broken = new Picky(here, "a", Kind.UNAVAILABLE);
    LogLink link = link(broken.log(), "there");
    LogRequest request = link.next();
    assertThatThrownBy(() -> link.answered(request, answer(request)))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertThat(refused).isEmpty();
    assertThat(here.pointer("there")).isEmpty();
    broken.heal();
    finish(link, "here", there);
    assertThat(keys(here)).containsExactly("a");
  }

  // ---- deletes that were forgotten

  private LogItem forgottenEverywhere(MemoryLog... others) {
    add(there, "gone", "kept");
    LogItem copy = item(there, "gone");
    pullBoth();
    for (MemoryLog other : others) {
      pull(other, there);
      pull(other, here);
      pull(there, other);
      pull(here, other);
    }
    delete(there, "gone");
    for (int i = 0; i < 2; i++) {
      pullBoth();
      pull(there, here);
      for (MemoryLog other : others) {
        pull(other, there);
        pull(other, here);
        pull(there, other);
        pull(here, other);
      }
    }
    assertThat(compact(there)).isOne();
    assertThat(compact(here)).isOne();
    for (MemoryLog other : others) {
      assertThat(compact(other)).isOne();
    }
    return copy;
  }

  @Test
  void LOG_8_aForgottenDeleteDoesNotComeBackByAPush() {
    LogItem copy = forgottenEverywhere();
    push(here, there, copy);
    push(there, here, copy);
    assertThat(keys(here)).containsExactly("kept");
    assertThat(keys(there)).containsExactly("kept");
  }

  @Test
  void LOG_8_aForgottenDeleteDoesNotComeBackByAPullFromAThirdNode() {
    LogItem copy = forgottenEverywhere();
    MemoryLog third = log("third");
    push(third, there, copy);
    pull(here, third);
    assertThat(keys(here)).containsExactly("kept");
    assertThat(here.pointer("third")).contains(third.bounds().head());
    compare(third, here);
    pull(third, here);
    assertThat(keys(third)).containsExactly("kept");
  }

  @Test
  void LOG_8_aForgottenDeleteDoesNotComeBackWithAnOldBackup() {
    MemoryLog third = log("third");
    add(there, "gone");
    pull(third, there);
    MemoryLog.Backup old = third.backup();
    delete(there, "gone");
    add(there, "kept");
    pull(third, there);
    pull(third, there);
    pull(here, there);
    pull(here, there);
    assertThat(compact(there)).isOne();
    third.restore(old);
    assertThat(keys(third)).containsExactly("gone");
    pull(there, third);
    pull(third, there);
    assertThat(keys(third)).containsExactly("kept");
    assertThat(keys(there)).containsExactly("kept");
  }

  @Test
  void LOG_10_aNodeThatWasRestoredToBeforeADeleteHearsOfItAgain() {
    add(there, "gone");
    pullBoth();
    MemoryLog.Backup old = here.backup();
    delete(there, "gone");
    pullBoth();
    // It is noted as passed by all, and not yet forgotten, when here is restored.
    assertThat(there.compact(Instant.EPOCH, Instant.EPOCH)).isZero();
    here.restore(old);
    LogRequest request = link(here, "there").next();
    answer(request);
    assertThat(there.compact(Instant.EPOCH, clock.instant().plusSeconds(60))).isZero();
    pullBoth();
    assertThat(item(here, "gone").isDeleted()).isTrue();
    assertThat(compact(there)).isOne();
    assertThat(here.find(List.of(Key.utf8("gone")))).hasSize(1);
  }

  @Test
  void whatIsNotKnownToBeReadIsPulledByEverybodyElse() {
    assertThat(here.pointer("there")).isEqualTo(Optional.empty());
    LogRequest request = link(here, "there").next();
    assertThat(request).isInstanceOf(Pull.class);
    assertThat(((Pull) request).after()).isEqualTo(Position.START);
    Pulled pulled = (Pulled) answer(request);
    assertThat(pulled.page().items()).isEmpty();
    assertThat(member(there, "here").passed()).isZero();
  }
}
