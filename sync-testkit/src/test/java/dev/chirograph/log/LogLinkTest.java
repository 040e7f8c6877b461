package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one node pulls from another arrives, whatever becomes of requests, answers and items. */
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
}
