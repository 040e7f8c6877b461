package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Peers that answer nonsense, and logs that fail: neither ends in a loop, nor stops the rest. */
class LogTroubleTest extends TwoLogs {

  private final LogResponder responder = LogResponder.of(there);

  private LogAnswer answer(LogRequest request) {
    return responder.answer("here", request);
  }

  private static void isRefused(LogLink link, Page page) {
    LogRequest request = link.next();
    assertThatThrownBy(() -> link.answered(request, new Pulled(page)))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNEXPECTED));
  }

  // ---- pages that lead nowhere

  @Test
  void aPageThatLeadsNoFurtherAndPromisesMoreIsRefused() {
    add(there, "k", 25);
    LogLink link = link(here, "there");
    isRefused(link, new Page(List.of(), Position.START, there.bounds(), Validity.OK));
    LogRequest first = link.next();
    link.answered(first, answer(first));
    Position after = here.pointer("there").orElseThrow();
    isRefused(link, new Page(items(there), after, there.bounds(), Validity.OK));
    finish(link, "here", there);
    assertThat(keys(here)).hasSize(25);
  }

  @Test
  void aPeerThatDoesNotKnowTheBeginningOfItsLogIsRefused() {
    LogLink link = link(here, "there");
    for (Validity validity : List.of(Validity.BELOW_FLOOR, Validity.OTHER_HISTORY)) {
      isRefused(link, new Page(List.of(), Position.START, there.bounds(), validity));
    }
  }

  @Test
  void severalLogsBehindOneAddressAreNoEndlessComparison() {
    add(there, "k", 3);
    MemoryLog other = log("there");
    add(other, "o", 2);
    LogLink link = link(here, "there");
    finish(link, "here", there);
    LogResponder others = LogResponder.of(other);
    LogRequest lost = link.next();
    link.answered(lost, others.answer("here", lost));
    while (link.comparing()) {
      LogRequest request = link.next();
      link.answered(request, answer(request));
    }
    LogRequest again = link.next();
    assertThatThrownBy(() -> link.answered(again, others.answer("here", again)))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    finish(link, "here", other);
    assertThat(keys(here)).containsAll(keys(other));
  }

  // ---- comparisons that fail

  @Test
  void L11_aComparisonThatAlwaysFailsKeepsNothingFromBeingPulled() {
    add(there, "k", 3);
    LogLink link = link(here, "there");
    link.compare();
    for (int round = 0; round < 5; round++) {
      add(there, "later" + round);
      for (LogRequest request = link.next(); !(request instanceof Hashes); request = link.next()) {
        link.answered(request, answer(request));
        if (request instanceof Compare && !link.comparing()) {
          break; // nothing differs any more
        }
        add(here, "own" + UUID.randomUUID());
      }
      link.failed();
      assertThat(link.comparing()).isTrue();
    }
    assertThat(keys(here)).contains("k0", "k1", "k2", "later0", "later3");
  }

  @Test
  void aPeerThatCannotCompareIsPulledFromAllTheSame() {
    add(there, "k", 3);
    LogResponder plain = LogResponder.of(Picky.withoutRepair(there));
    LogLink link = link(here, "there");
    link.compare();
    LogRequest compare = link.next();
    assertThatThrownBy(() -> plain.answer("here", compare))
        .isInstanceOfSatisfying(SyncException.class, link::failed);
    assertThat(link.comparing()).isFalse();
    pulled(link, plain);
    assertThat(keys(here)).hasSize(3);

    delete(there, "k0");
    forget(there);
    add(there, "later");
    pulled(link, plain);
    assertThat(keys(here)).contains("k1", "k2", "later");
  }

  private static void pulled(LogLink link, LogResponder from) {
    boolean more = true;
    for (int i = 0; more; i++) {
      assertThat(i).as("requests").isLessThan(100);
      LogRequest request = link.next();
      assertThat(request).isInstanceOf(Pull.class);
      more = link.answered(request, from.answer("here", request));
    }
  }

  @Test
  void L11_aPushedItemThatTheLogRefusesKeepsOutNoOther() {
    LogResponder picky = LogResponder.of(new Picky(there, "bad").log());
    add(here, "a", "bad", "c");
    List<LogItem> items = List.of(item(here, "a"), item(here, "bad"), item(here, "c"));
    Pushed pushed = (Pushed) picky.answer("here", new Push(items));
    assertThat(pushed.receipts().stream().map(Receipt::result))
        .containsExactly(Result.ACCEPTED, Result.REJECTED, Result.ACCEPTED);
    assertThat(keys(there)).containsExactly("a", "c");
  }

  @Test
  void whatThePeerDoesNotTakeIsNotTakenForWhatIsNotTakenHere() {
    LogResponder picky = LogResponder.of(new Picky(there, "bad").log());
    add(here, "a", "bad");
    List<String> own = new ArrayList<>();
    LogLink.Refused refused =
        new LogLink.Refused() {
          @Override
          public void item(LogItem item, SyncException why) {
            throw new AssertionError("it is taken here: " + item.key());
          }

          @Override
          public void own(LogItem item, SyncException why) {
            own.add(item.key().text());
          }
        };
    LogLink link =
        LogLink.of(
            here,
            "there",
            new LogLink.Options(
                10, 1_000, Duration.ZERO, DeleteLimit.standard(), item -> {}, refused));
    link.compare();
    while (link.comparing()) {
      LogRequest request = link.next();
      link.answered(request, picky.answer("here", request));
    }
    assertThat(own).containsExactly("bad");
    assertThat(keys(there)).containsExactly("a");
  }

  // ---- what a reader is known to hold

  @Test
  void LOG_10_whatCouldNotBeNotedIsNotedWithTheNextRequest() {
    add(there, "a");
    Position head = there.bounds().head();
    answer(new Pull(head, 10, 1_000, Duration.ZERO));
    int[] failing = {0};
    SupportsPeers flaky =
        (SupportsPeers)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SupportsPeers.class, SupportsRepair.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("passed") && failing[0]++ == 0) {
                    throw new SyncException(Kind.UNAVAILABLE, "not now");
                  }
                  try {
                    return method.invoke(there, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    LogResponder unlucky = LogResponder.of(flaky);
    Pull withGap = new Pull(head, true, 10, 1_000, Duration.ZERO);
    assertThatThrownBy(() -> unlucky.answer("here", withGap)).isInstanceOf(SyncException.class);
    unlucky.answer("here", withGap);
    assertThat(member(there, "here").passed()).isZero();
  }

  // ---- sizes

  @Test
  void L9_hashesOfTooLargeAPartAreNotTold() {
    add(there, "k", LogRepair.HASHES + 1);
    assertThatThrownBy(() -> answer(new Hashes(List.of(Slice.Bucket.ALL))))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    Hashed some = (Hashed) answer(new Hashes(Slice.Bucket.ALL.split(2)));
    assertThat(some.hashes()).hasSize(3);
  }

  @Test
  void slicesThatDidNotFitIntoAnAnswerAreAskedForAgain() {
    add(there, "t", 500);
    add(here, "h", 500);
    LogLink link = link(here, "there");
    link.compare();
    for (int i = 0; link.comparing(); i++) {
      assertThat(i).as("requests").isLessThan(2_000);
      LogRequest request = link.next();
      LogAnswer answer = answer(request);
      link.answered(
          request,
          answer instanceof Hashed hashed ? new Hashed(hashed.hashes().subList(0, 1)) : answer);
    }
    assertThat(keys(here)).hasSize(1_000);
    assertThat(hashes(here)).isEqualTo(hashes(there));
  }

  // ---- messages

  @Test
  void noMessageHoldsAPayload() {
    there.append(
        List.of(
            new Body(
                UUID.randomUUID(), Operation.ADD, Key.utf8("k"), "1", Content.NONE, "secret")));
    LogLink link = link(here, "there");
    LogRequest request = link.next();
    assertThatThrownBy(() -> link.answered(request, new LogAnswer.Found(List.of(item(there, "k")))))
        .isInstanceOf(SyncException.class)
        .hasMessageNotContaining("secret");
    LogItem item = item(there, "k");
    assertThatThrownBy(() -> new LogItem(item.last(), java.util.Optional.of(item.last())))
        .isInstanceOf(SyncException.class)
        .hasMessageNotContaining("secret");
  }
}
