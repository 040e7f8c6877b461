package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents.State;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Contents are fetched from whoever has them, whatever happens on the way. */
class ContentDownloadsTest extends ContentsLab {

  @Test
  void aDownloadThatBreaksOffGoesOnWhereItWas() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    breakAfter = 10;
    for (int i = 0; i < 3; i++) {
      here.replicator.drain();
      clock.advance(Duration.ofMinutes(10));
    }
    assertThat(offsets).containsExactly(0L, 10L, 20L);
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatIsSomethingElseIsNeverStored() throws IOException {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = "what somebody else has put there".getBytes(StandardCharsets.UTF_8);
    here.replicator.drain();
    String sha256 = sha(here, "a");
    assertThat(here.has(sha256)).isFalse();
    assertThat(stateHere(sha256)).isNotEqualTo(State.HELD);

    served = Arrays.copyOf(BYTES, BYTES.length);
    served[3]++;
    clock.advance(Duration.ofMinutes(10));
    here.replicator.drain();
    assertThat(here.has(sha256)).isFalse();

    served = BYTES;
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(here.has(sha256)).isTrue();
    try (var left = Files.list(spool.resolve("here"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void anotherHolderIsAskedWhereTheFirstHasNothing() {
    connect();
    add(there, "a");
    add(other, "b"); // the same bytes
    here.replicator.pull("there");
    there.blobs.delete(
        BlobRef.latest(Key.utf8("sha256/" + sha(there, "a"))), new Expect.Anything());
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void nothingIsFetchedBeyondTheQuota() {
    connect();
    here.replicator =
        here.builder()
            .peer("there", LogPeer.of("here", there.replicator))
            .quota(BYTES.length - 1)
            .build();
    add(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isFalse();
    assertThat(offsets).isEmpty();
    assertThat(here.queue.statistics().total().delayed()).isOne();
  }

  // ---- downloads

  @Test
  void aDownloadThatBeganWrongIsBegunAnew() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    breakAfter = 10;
    here.replicator.drain();
    served = BYTES;
    breakAfter = Integer.MAX_VALUE;
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(offsets).containsExactly(0L, 10L, 0L);
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatSomebodyElseWroteIntoADownloadIsNotStored() {
    connect();
    add(there, "a");
    String sha256 = sha(there, "a");
    Path part = spool.resolve("here").resolve(sha256 + ".part");
    AtomicBoolean spoil = new AtomicBoolean(true);
    LogPeer peer = LogPeer.of("here", there.replicator);
    LogPeer spoiling =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            return peer.call(request);
          }

          @Override
          public InputStream content(Content content, long from) {
            return new FilterInputStream(peer.content(content, from)) {
              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                if (read < 0 && spoil.getAndSet(false)) {
                  Files.write(part, new byte[BYTES.length]);
                }
                return read;
              }
            };
          }
        };
    here.replicator = here.builder().peer("there", spoiling).build();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha256)).isFalse();
    assertThat(part).doesNotExist();
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(here.has(sha256)).isTrue();
  }

  @Test
  void anUnfinishedDownloadOfWhatNobodyWantsIsDropped() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    breakAfter = 10;
    here.replicator.drain();
    assertThat(spool.resolve("here")).isNotEmptyDirectory();
    delete(there, "a");
    here.replicator.pull("there");
    clock.advance(Duration.ofHours(2));
    here.replicator.drain();
    assertThat(spool.resolve("here")).isEmptyDirectory();
  }

  @Test
  void L9_downloadsThatNobodyGoesOnWithDoNotStayForEver() throws IOException {
    connect();
    Path dir = Files.createDirectories(spool.resolve("here"));
    Path old = Files.createFile(dir.resolve("ab".repeat(32) + ".part"));
    Path young = Files.createFile(dir.resolve("cd".repeat(32) + ".part"));
    Files.setLastModifiedTime(old, FileTime.from(clock.instant().minus(Duration.ofDays(8))));
    Files.setLastModifiedTime(young, FileTime.from(clock.instant().minus(Duration.ofDays(6))));
    here.replicator.drain();
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void L11_anErrorOfOneHolderKeepsNoOtherFromBeingAsked() {
    connect();
    add(there, "a");
    add(other, "b");
    LogPeer broken =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            return LogPeer.of("here", there.replicator).call(request);
          }

          @Override
          public InputStream content(Content content, long from) {
            throw new IllegalStateException("broken");
          }
        };
    here.replicator =
        here.builder()
            .peer("there", broken)
            .peer("other", LogPeer.of("here", other.replicator))
            .build();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void lookingForWhatWasMissedDoesNotHastenWhatFailed() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    for (int i = 0; i < 5; i++) {
      here.replicator.drain();
    }
    assertThat(offsets).hasSize(1);
  }

  @Test
  void whatFailedIsTriedAtOnceWhenItsHolderAnswersAgain() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    here.replicator.drain();
    cut = true;
    assertThatThrownBy(() -> here.replicator.pull("there")).isInstanceOf(SyncException.class);
    cut = false;
    served = BYTES;
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).as("its pause is not over").isFalse();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatIsCheckedBreaksOffBeforeItsLastBytes() throws IOException {
    byte[] changed = BYTES.clone();
    changed[0]++;
    Hashing.Measured measured = Hashing.measure(() -> new ByteArrayInputStream(BYTES));
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(changed), measured)) {
      assertThatThrownBy(() -> in.read(new byte[BYTES.length])).isInstanceOf(IOException.class);
    }
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(BYTES), measured)) {
      assertThat(in.readAllBytes()).isEqualTo(BYTES);
    }
    byte[] less = Arrays.copyOf(BYTES, 5);
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(less), measured)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    }
  }
}
