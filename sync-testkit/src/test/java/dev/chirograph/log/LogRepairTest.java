package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.testkit.Seed;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Two logs are compared, and what differs is exchanged, while others go on writing. */
class LogRepairTest extends TwoLogs {

  @Test
  void equalLogsAreComparedInOneRequest() {
    add(there, "k", 300);
    pullBoth();
    List<LogRequest> asked = compare(here, there);
    assertThat(asked).hasSize(2);
    assertThat(asked.get(0)).isInstanceOf(Compare.class);
    assertThat(asked.get(1)).isInstanceOf(Pull.class);
  }

  @Test
  void whatDiffersIsExchangedInBothDirections() {
    SplittableRandom random = Seed.draw().random();
    for (int round = 0; round < 20; round++) {
      MemoryLog a = log("here");
      MemoryLog b = log("there");
      for (int i = 0; i < 200; i++) {
        Operation operation =
            List.of(Operation.ADD, Operation.DEPRECATE, Operation.DELETE).get(random.nextInt(3));
        (random.nextBoolean() ? a : b).append(List.of(body(operation, "k" + random.nextInt(100))));
      }
      compare(a, b);
      assertThat(hashes(a)).isEqualTo(hashes(b));
      assertThat(a.pointer("there")).isPresent();
    }
  }

  @Test
  void itFindsWhatNoPointerCouldBring() {
    add(there, "a");
    pull(here, there);
    add(there, "b");
    here.merge(skippingTo(there));
    add(there, "c");
    pull(here, there);
    assertThat(keys(here)).containsExactly("a", "c");
    compare(here, there);
    assertThat(keys(here)).containsExactly("a", "b", "c");
  }

  /** What went over the wire. */
  private record Traffic(int requests, int digests, int hashes, int items) {}

  @Test
  void trafficGrowsWithTheDifferencesAndNotWithTheLog() {
    int items = 100_000;
    add(there, "k", items);
    here.merge(Merge.of("there", items(there)));
    for (int i = 0; i < 10; i++) {
      add(i % 2 == 0 ? here : there, "different" + i);
    }
    LogLink link = link(here, "there");
    link.compare();
    Traffic traffic = traffic(link);
    assertThat(hashes(here)).isEqualTo(hashes(there));
    assertThat(traffic.requests()).isLessThanOrEqualTo(8);
    // 256 roots and 16 parts of each of ten that differ.
    assertThat(traffic.digests()).isLessThanOrEqualTo(256 + 10 * 16);
    assertThat(traffic.hashes()).isLessThanOrEqualTo(10 * 64);
    assertThat(traffic.items()).isEqualTo(10);
  }

  private Traffic traffic(LogLink link) {
    LogResponder responder = LogResponder.of(there);
    int requests = 0;
    int digests = 0;
    int hashes = 0;
    int items = 0;
    for (LogRequest request = link.next(); !(request instanceof Pull); request = link.next()) {
      LogAnswer answer = responder.answer("here", request);
      link.answered(request, answer);
      requests++;
      digests += request instanceof Compare compare ? compare.slices().size() : 0;
      hashes +=
          answer instanceof LogAnswer.Hashed hashed
              ? hashed.hashes().stream().mapToInt(List::size).sum()
              : 0;
      items += answer instanceof LogAnswer.Found found ? found.items().size() : 0;
      items += request instanceof Push push ? push.items().size() : 0;
    }
    return new Traffic(requests, digests, hashes, items);
  }

  @Test
  void itemsThatAreAskedForAreAskedForInParts() {
    add(there, "k", 1_200);
    List<LogRequest> asked = compare(here, there);
    assertThat(asked.stream().filter(request -> request instanceof Items))
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(
            request ->
                assertThat(
                        ((Items) request).wanted().stream().mapToInt(w -> w.hashes().size()).sum())
                    .isLessThanOrEqualTo(500));
    assertThat(keys(here)).hasSize(1_200);
    assertThat(merged).hasSize(1_200);
  }

  @Test
  void aLogThatWasNeverReadIsComparedWithoutAPointer() {
    LogLink link = link(here, "there");
    link.compare();
    assertThat(((Compare) link.next()).pointer()).isEqualTo(Optional.empty());
  }

  // ---- while others write

  @Test
  void whatChangesWhileLogsAreComparedComesAfterwards() {
    add(there, "k", 3);
    here.append(List.of(body(Operation.ADD, "own")));
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    int step = 0;
    boolean more = true;
    while (more) {
      LogRequest request = link.next();
      LogAnswer answer = responder.answer("here", request);
      // Items that were told change or go before they are asked for; others come.
      if (step == 1) {
        there.append(List.of(body(Operation.DEPRECATE, "k0"), body(Operation.DELETE, "k1")));
      }
      add(there, "during" + step);
      more = step++ < 20 && link.answered(request, answer);
    }
    finish(link, "here", there);
    assertThat(hashes(here)).containsAll(hashes(there));
    assertThat(item(here, "k0").last().body().operation()).isEqualTo(Operation.DEPRECATE);
    assertThat(item(here, "k1").isDeleted()).isTrue();
  }

  @Test
  void LOG_5_whatComesBetweenTwoRoundsOfAComparisonIsReadAfterwards() {
    add(there, "k", 30_000);
    here.merge(Merge.of("there", items(there)));
    add(there, "differs");
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    int rounds = 0;
    while (link.comparing()) {
      LogRequest request = link.next();
      LogAnswer answer = responder.answer("here", request);
      if (request instanceof Compare && rounds++ == 0) {
        add(there, "between");
      }
      link.answered(request, answer);
    }
    assertThat(rounds).isGreaterThan(1);
    finish(link, "here", there);
    assertThat(keys(here)).contains("differs", "between");
  }

  @Test
  void LOG_5_whatComesBetweenDigestsAndTheirAnswerIsReadAfterwards() {
    add(there, "a");
    ReplicaLog busy = Picky.interrupted(there, "digests", () -> add(there, "between"));
    LogResponder responder = LogResponder.of(busy);
    LogLink link = link(here, "there");
    link.compare();
    while (link.comparing()) {
      LogRequest request = link.next();
      link.answered(request, responder.answer("here", request));
    }
    finish(link, "here", there);
    assertThat(keys(here)).isEqualTo(keys(there)).contains("between");
  }

  @Test
  void LOG_5_afterwardsReadingGoesOnFromWhereTheComparisonBegan() {
    add(there, "k", 3);
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    Position began = there.bounds().head();
    while (link.comparing()) {
      LogRequest request = link.next();
      link.answered(request, responder.answer("here", request));
      add(there, "during" + there.bounds().head().number());
    }
    assertThat(here.pointer("there")).contains(began);
    finish(link, "here", there);
    assertThat(hashes(here)).isEqualTo(hashes(there));
  }

  @Test
  void anAnswerToAnEarlierComparisonIsNotTaken() {
    add(there, "k1");
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    LogRequest compare = link.next();
    link.answered(compare, responder.answer("here", compare));
    LogRequest first = link.next();
    assertThat(first).isInstanceOf(Hashes.class);
    LogAnswer stale = responder.answer("here", first);
    link.failed();
    // The other log goes on, this one has all of what it was before.
    here.merge(Merge.of("there", items(there)));
    LogRequest again = comparing(link, responder);
    there.append(List.of(body(Operation.DELETE, "k1")));
    link.answered(again, responder.answer("here", again));
    LogRequest second = link.next();
    assertThat(second).isEqualTo(first).isNotSameAs(first);
    link.answered(first, stale);
    assertThat(link.next()).isSameAs(second);
    finish(link, "here", there);
    assertThat(item(here, "k1").isDeleted()).isTrue();
  }

  @Test
  void aPeerThatBeginsANewLifeMeanwhileIsComparedAnew() {
    add(there, "k", 3);
    LogResponder responder = LogResponder.of(there);
    LogLink link = link(here, "there");
    link.compare();
    // More differences than fit into one round, so that there is a second one.
    add(here, "more", 20_000);
    LogRequest first = link.next();
    link.answered(first, responder.answer("here", first));
    there.newEpoch(there.bounds().head().epoch());
    assertThatThrownBy(() -> finishComparing(link, responder))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    assertThat(link.comparing()).isTrue();
    finish(link, "here", there);
    assertThat(hashes(here)).isEqualTo(hashes(there));
  }

  private static void finishComparing(LogLink link, LogResponder responder) {
    while (link.comparing()) {
      LogRequest request = link.next();
      link.answered(request, responder.answer("here", request));
    }
  }

  @Test
  void aComparisonThatFailedBeginsAnew() {
    add(there, "k", 3);
    LogLink link = link(here, "there");
    link.compare();
    assertThat(link.comparing()).isTrue();
    LogRequest request = link.next();
    link.answered(request, LogResponder.of(there).answer("here", request));
    link.next();
    link.failed();
    assertThat(link.comparing()).isTrue();
    assertThat(link.next()).isInstanceOf(Pull.class);
    assertThat(comparing(link, LogResponder.of(there))).isInstanceOf(Compare.class);
    finish(link, "here", there);
    assertThat(keys(here)).hasSize(3);
  }

  /** Pulls until the link begins to compare. */
  private static LogRequest comparing(LogLink link, LogResponder responder) {
    LogRequest request = link.next();
    while (request instanceof Pull) {
      link.answered(request, responder.answer("here", request));
      request = link.next();
    }
    return request;
  }

  @Test
  void L11_anItemThatThePeerDoesNotTakeIsToldAndTheRestExchanged() {
    String bad = "x".repeat(LogLimits.MAX_TEXT + 1);
    here.append(
        List.of(
            body(Operation.ADD, "good"),
            new Body(UUID.randomUUID(), Operation.ADD, Key.utf8("bad"), bad, Content.NONE, "")));
    compare(here, there);
    assertThat(keys(there)).containsExactly("good");
    assertThat(refused).containsExactly("bad");
  }
}
