package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A new peer with nothing joins one with much, which goes on meanwhile. */
class JoiningTest extends TwoLogs {

  private static final int ENTRIES = 100_000;
  private static final int PAGE = 1_000;

  private final MemoryLog late = log("late");
  private final LogLink link =
      LogLink.of(
          late, "there", options(PAGE, DeleteLimit.of(Long.MAX_VALUE, 1).allowEmptySource()));

  /** Asks until it has everything; what happens between the requests is given. */
  private List<LogRequest> join(Runnable meanwhile) {
    LogResponder responder = LogResponder.of(there);
    List<LogRequest> asked = new ArrayList<>();
    boolean more = true;
    while (more) {
      LogRequest request = link.next();
      asked.add(request);
      assertThat(asked.size()).as("requests").isLessThan(5_000);
      LogAnswer answer = responder.answer("late", request);
      if (asked.size() < 50) {
        meanwhile.run();
      }
      more = link.answered(request, answer);
    }
    return asked;
  }

  /** New, changed and deleted items, some of which the newcomer has read and some not. */
  private void goOn() {
    int number = (int) there.bounds().head().number();
    add(there, "new" + number);
    there.append(List.of(body(Operation.DEPRECATE, "k" + number % ENTRIES)));
    delete(there, "k" + (number * 7) % ENTRIES, "k" + (ENTRIES - 1 - number % 1_000));
  }

  @Test
  void aNewPeerReadsTheSnapshotAndThenTheTail() {
    add(there, "k", ENTRIES);
    there.passed("late", Position.START);
    List<LogRequest> asked =
        join(
            () -> {
              goOn();
              compact(there);
            });
    assertThat(hashes(late)).isEqualTo(hashes(there)).hasSizeGreaterThan(ENTRIES);
    assertThat(asked).allMatch(request -> request instanceof Pull);
    assertThat(asked).hasSizeLessThan(ENTRIES / PAGE + 10);
    assertThat(late.pointer("there")).contains(there.bounds().head());
    assertThat(there.bounds().floor().number()).as("no delete is gone that it needs").isZero();
  }

  private boolean isForgotten() {
    return there.bounds().floor().number() > 0;
  }

  @Test
  void aNewPeerIsWholeThoughDeletesAreForgottenWhileItReads() {
    add(there, "k", ENTRIES);
    List<LogRequest> asked =
        join(
            () -> {
              goOn();
              if (there.bounds().head().number() > ENTRIES + 80 && !isForgotten()) {
                assertThat(forget(there)).isPositive();
              }
            });
    assertThat(keys(late)).isEqualTo(keys(there)).hasSizeGreaterThan(ENTRIES - 1_000);
    assertThat(asked).anyMatch(request -> request instanceof Compare);
    assertThat(late.pointer("there")).contains(there.bounds().head());
  }
}
