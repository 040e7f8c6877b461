package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.relocate.Finding;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The move of one file with two handles, from a bucket that is empty otherwise to one that is
 * empty, disturbed once; then a move that is not.
 */
final class RelocateRound {

  /** What others do in the middle of a move. */
  enum Deed {
    /** The worker dies. */
    KILL,
    /** The worker is held up until its job is somebody else's, who does it. */
    STALL,
    /** The file is written over. */
    OVERWRITE,
    /** The file is deleted, and restored after the move has failed. */
    DELETE,
    /** The file is deleted and restored at once. */
    RESTORE,
    /** Another file comes to where the copy would go. */
    TAKE_TARGET
  }

  /** No exception, so that nothing cleans up behind it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private static final Key FILE = Key.utf8("a");

  private final RelocateLabOnS3 lab;
  private final int size;
  private Optional<Deed> done = Optional.empty();

  /**
   * @param size of the file, at least 3 bytes
   */
  RelocateRound(RelocateLabOnS3 lab, int size) {
    this.lab = lab;
    this.size = size;
    lab.empty();
    lab.file("1", FILE, content("one"));
    lab.handle("2", lab.at("1"), size);
    lab.assign();
  }

  private byte[] content(String text) {
    byte[] bytes = new byte[size];
    System.arraycopy(RelocateLabOnS3.bytes(text), 0, bytes, 0, 3);
    return bytes;
  }

  private String text(Location at) {
    byte[] all = lab.content(at);
    assertThat(all).hasSize(size);
    return new String(all, 0, 3, StandardCharsets.UTF_8);
  }

  private Location original() {
    return Location.latest(lab.common, FILE);
  }

  /** Moves the file through a client, and removes what is left behind. */
  void run(S3Client client) {
    Relocator relocator = lab.builder(lab.buckets(client)).build();
    try {
      lab.settle(relocator);
      lab.afterTheGrace(relocator);
    } catch (Killed e) {
      // another one goes on
    }
  }

  void disturb(Deed deed) {
    done = Optional.of(deed);
    switch (deed) {
      case KILL -> throw new Killed();
      case STALL -> {
        lab.clock.advance(Duration.ofMinutes(2));
        lab.work(lab.relocator());
      }
      case OVERWRITE -> lab.put(lab.common, FILE, content("two"));
      case DELETE -> delete();
      case RESTORE -> {
        delete();
        lab.put(lab.common, FILE, content("one"));
      }
      case TAKE_TARGET -> {
        if (!lab.isThere(lab.grant, "a")) {
          lab.put(lab.grant, FILE, content("foe"));
        }
      }
    }
  }

  private void delete() {
    lab.blobs(lab.common).delete(BlobRef.latest(FILE), Expect.anything());
  }

  /** Each handle refers to what is there, whole. */
  void assertHarmless() {
    for (FileHandle handle : lab.handles.all()) {
      if (!done.equals(Optional.of(Deed.DELETE)) || !handle.at().equals(original())) {
        assertThat(text(handle.at())).isIn("one", "two");
      }
    }
  }

  /** A run of somebody else without trouble, and what came to nothing is removed. */
  void mend() {
    if (lab.at("1").equals(original()) && !lab.isThere(lab.common, "a")) {
      assertThat(lab.dead()).as("the original is gone").isNotEmpty();
      lab.put(lab.common, FILE, content("one"));
    }
    lab.queue.replay(Selection.all());
    Relocator clean = lab.relocator();
    lab.settle(clean);
    lab.afterTheGrace(clean);
    assertThat(lab.dead()).isEmpty();
    assertThat(lab.cleanUp(clean).count(Finding.Kind.LEFTOVER)).isZero();
  }

  /** Both handles refer to one copy, there is nothing else, and nothing is lost. */
  void assertMoved() {
    Location at = lab.at("1");
    assertThat(lab.at("2")).isEqualTo(at);
    assertThat(at.bucket()).isEqualTo(lab.grant);
    boolean taken = done.equals(Optional.of(Deed.TAKE_TARGET)) && !at.key().equals(FILE);
    assertThat(lab.keys(lab.grant)).hasSize(taken ? 2 : 1).contains(at.key().text());
    if (taken) {
      assertThat(text(Location.latest(lab.grant, FILE))).isEqualTo("foe");
    }
    if (done.equals(Optional.of(Deed.OVERWRITE))) {
      assertThat(text(at).equals("two") || text(original()).equals("two"))
          .as("what was written last is there")
          .isTrue();
      return;
    }
    assertThat(text(at)).isEqualTo("one");
    if (!done.equals(Optional.of(Deed.RESTORE))) {
      assertThat(lab.keys(lab.common)).isEmpty();
    }
  }

  @Override
  public String toString() {
    return lab.on + " " + lab.versions + " " + size;
  }
}
