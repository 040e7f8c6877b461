package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogItem;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A delete that every node has passed is forgotten, and nothing brings its item back. */
class ForgottenDeletesTest extends TwoLogs {

  private final LogResponder responder = LogResponder.of(there);

  private LogAnswer answer(LogRequest request) {
    return responder.answer("here", request);
  }

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
}
