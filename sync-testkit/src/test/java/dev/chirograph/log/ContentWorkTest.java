package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.jobs.JobContext;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another worker may do meanwhile. */
class ContentWorkTest {

  private static final byte[] BYTES = "a content".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path spool;

  private final ManualClock clock = ManualClock.create();
  private final MemoryLog log = MemoryLog.builder("here").clock(clock).build();
  private final ContentStore store = new ContentStore(MemoryBlobStore.of("here"));
  private Runnable meanwhile = () -> {};
  private ContentWork work;
  private Content content = Content.NONE;

  @BeforeEach
  void begin() throws Exception {
    LogPeer peer =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            throw new UnsupportedOperationException();
          }

          @Override
          public InputStream content(Content wanted, long from) {
            meanwhile.run();
            return new ByteArrayInputStream(BYTES, (int) from, BYTES.length);
          }
        };
    work =
        new ContentWork(
            "here",
            log,
            store,
            MemoryBackend.create(clock).queue("here", "contents"),
            new Downloads(Map.of("there", peer), spool),
            clock,
            1 << 20,
            Duration.ofHours(1),
            RetryPolicy.forJobs(),
            new SplittableRandom(1));
    Hashing.Measured measured = Hashing.measure(() -> new ByteArrayInputStream(BYTES));
    content = new Content(measured.sha256(), measured.size(), "");
    MemoryLog there = MemoryLog.of("there");
    there.append(
        List.of(new Body(UUID.randomUUID(), Operation.ADD, Key.utf8("k"), "1", content, "")));
    log.merge(Merge.of("there", there.find(List.of(Key.utf8("k")))));
  }

  private Job job() {
    return Job.builder(ContentWork.KIND, "here", Key.utf8(content.sha256())).build();
  }

  private State state() {
    return log.content(content.sha256()).map(Stored::state).orElseThrow();
  }

  private void delete() {
    log.append(
        List.of(
            new Body(UUID.randomUUID(), Operation.DELETE, Key.utf8("k"), "1", Content.NONE, "")));
  }

  private static JobContext held(boolean mine) {
    return new JobContext() {
      @Override
      public boolean stillMine() {
        return mine;
      }

      @Override
      public boolean keep(String note) {
        return mine;
      }
    };
  }

  @Test
  void CNT_2_whoLostTheJobRemovesNothing() {
    work.handle(job(), held(true));
    assertThat(store.has(content.sha256(), BYTES.length)).isTrue();
    delete();
    clock.advance(Duration.ofHours(2));
    assertThatThrownBy(() -> work.handle(job(), held(false))).isInstanceOf(SyncException.class);
    assertThat(store.has(content.sha256(), BYTES.length)).isTrue();
    assertThat(state()).isEqualTo(State.DOOMED);
    work.handle(job(), held(true));
    assertThat(store.has(content.sha256(), BYTES.length)).isFalse();
    assertThat(log.content(content.sha256())).isEmpty();
  }

  @Test
  void CNT_3_whatWentFromTheLogWhileItWasFetchedIsRemovedLater() {
    meanwhile =
        () -> {
          delete();
          clock.advance(Duration.ofHours(2));
          assertThat(log.doom(content.sha256(), clock.instant())).isTrue();
          log.stored(content.sha256(), false);
          assertThat(log.content(content.sha256())).isEmpty();
        };
    work.handle(job(), held(true));
    assertThat(state()).isEqualTo(State.RESERVED);
    clock.advance(Duration.ofHours(2));
    work.handle(job(), held(true));
    assertThat(store.has(content.sha256(), BYTES.length)).isFalse();
    assertThat(log.content(content.sha256())).isEmpty();
  }
}
