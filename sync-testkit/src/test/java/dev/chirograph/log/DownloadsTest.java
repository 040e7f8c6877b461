package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.LogEntry.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {

  private static final int CHUNK = 1 << 16;
  private static final Content CONTENT = new Content("ab".repeat(32), 3L * CHUNK, "");

  @TempDir private Path spool;

  private final ContentStore store = new ContentStore(MemoryBlobStore.of("here"));
  private final List<String> asked = new ArrayList<>();
  private final AtomicInteger read = new AtomicInteger();

  private LogPeer peer(String name, Supplier<InputStream> content) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        throw new UnsupportedOperationException();
      }

      @Override
      public InputStream content(Content wanted, long from) {
        asked.add(name);
        return content.get();
      }
    };
  }

  /** Sends and never ends. */
  private InputStream endless() {
    return new InputStream() {
      @Override
      public int read() {
        read.incrementAndGet();
        return 1;
      }

      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        if (read.addAndGet(length) > 100 * CHUNK) {
          throw new IOException("enough");
        }
        return length;
      }
    };
  }

  private Path part() throws IOException {
    try (var files = Files.list(spool)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void L9_aPeerThatSendsOnAndOnIsNotReadToItsEnd() {
    Downloads downloads = new Downloads(Map.of("there", peer("there", this::endless)), spool);
    assertThatThrownBy(() -> downloads.fetch(CONTENT, "", () -> true, store))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    assertThat(read.get()).isLessThanOrEqualTo(5 * CHUNK);
  }

  @Test
  void L4_whoLostTheJobWritesNoFurther() throws IOException {
    Downloads downloads = new Downloads(Map.of("there", peer("there", this::endless)), spool);
    assertThatThrownBy(() -> downloads.fetch(CONTENT, "", () -> read.get() <= CHUNK, store))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertThat(Files.size(part())).isEqualTo(CHUNK);
  }

  @Test
  void L4_whoLostTheJobAsksNobodyElse() {
    Map<String, LogPeer> peers = new LinkedHashMap<>();
    peers.put("there", peer("there", () -> new ByteArrayInputStream(new byte[0])));
    peers.put("other", peer("other", () -> new ByteArrayInputStream(new byte[0])));
    Downloads downloads = new Downloads(peers, spool);
    assertThatThrownBy(() -> downloads.fetch(CONTENT, "", asked::isEmpty, store))
        .isInstanceOf(SyncException.class);
    assertThat(asked).containsExactly("there");
    assertThatThrownBy(() -> downloads.fetch(CONTENT, "", () -> true, store))
        .isInstanceOf(SyncException.class);
    assertThat(asked).containsExactly("there", "there", "other");
  }

  @Test
  void whatIsLongerThanItShouldBeIsBegunAnew() throws IOException {
    byte[] bytes = {1, 2, 3};
    Hashing.Measured measured = Hashing.measure(() -> new ByteArrayInputStream(bytes));
    Content small = new Content(measured.sha256(), measured.size(), "");
    Files.write(spool.resolve(small.sha256() + ".part"), new byte[] {1, 2, 3, 4});
    LogPeer peer = peer("there", () -> new ByteArrayInputStream(bytes));
    new Downloads(Map.of("there", peer), spool).fetch(small, "", () -> true, store);
    assertThat(asked).hasSize(1);
    assertThat(store.has(small.sha256(), 3)).isTrue();
  }
}
