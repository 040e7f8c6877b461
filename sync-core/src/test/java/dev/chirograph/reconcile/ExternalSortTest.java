package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.Listing;
import dev.chirograph.Listing.End;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExternalSortTest {

  private long before;

  @BeforeEach
  void count() throws IOException {
    before = files();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(files()).isEqualTo(before);
  }

  private static long files() throws IOException {
    return paths().size();
  }

  private static List<String> keys(Listing listing) {
    List<String> keys = new ArrayList<>();
    try (listing) {
      listing.forEachRemaining(entry -> keys.add(entry.key().text()));
      assertThat(listing.end()).isEqualTo(End.COMPLETE);
    }
    return keys;
  }

  @Test
  void sortsOverSeveralFilesByBytesAndDropsWhatComesTwice() {
    FakeListing unsorted =
        FakeListing.of(End.COMPLETE, "b", "\uD83D\uDE00", "a", "\uFFFD", "b", "A", "c", "a/", "a");

    assertThat(keys(ExternalSort.sort(unsorted, 2, 3)))
        .containsExactly("A", "a", "a/", "b", "c", "\uFFFD", "\uD83D\uDE00");
    assertThat(unsorted.closed).isTrue();
  }

  @Test
  void fewFilesAreOpenHoweverManyRunsThereWere() {
    List<String> shuffled =
        new ArrayList<>(IntStream.range(0, 1_000).mapToObj("k%04d"::formatted).toList());
    List<String> sorted = List.copyOf(shuffled);
    Collections.shuffle(shuffled, new Random(1));
    long[] most = new long[1];
    Iterator<Entry> unsorted =
        shuffled.stream()
            .map(
                key -> {
                  most[0] = Math.max(most[0], filesNow() - before);
                  return FakeListing.entry(key);
                })
            .iterator();

    assertThat(keys(ExternalSort.sort(listing(unsorted), 3, 4))).isEqualTo(sorted); // 333 runs

    assertThat(most[0]).isBetween(4L, 4L * 5);
  }

  private static long filesNow() {
    try {
      return files();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keepsAllEvidence() {
    Entry rich =
        Entry.deleted(
            Key.ofBytes(new byte[] {0, (byte) 0xff}),
            Evidence.builder()
                .etag("e")
                .size(7)
                .versionId("v")
                .checksums(Map.of("SHA256", "x", "CRC32", "y"))
                .lastModified(Instant.ofEpochSecond(-5))
                .uid("u")
                .history("h")
                .build());
    Iterator<Entry> both = List.of(rich, FakeListing.entry("z")).iterator();

    try (Listing sorted = ExternalSort.sort(listing(both), 1, 3)) {
      assertThat(sorted.next()).isEqualTo(rich);
      assertThat(sorted.next()).isEqualTo(FakeListing.entry("z"));
    }
  }

  @Test
  void L2_aListingThatBreaksOffGivesNothing() {
    for (End end : List.of(End.CUT, End.REFUSED)) {
      try (Listing sorted = ExternalSort.sort(FakeListing.of(end, "c", "b", "a"), 1, 3)) {
        assertThat(sorted.hasNext()).isFalse();
        assertThat(sorted.end()).isEqualTo(end);
        assertThat(sorted.why()).isPresent();
      }
    }
  }

  @Test
  void L2_aFileThatWasCutOffInTheMiddleOfAnEntryIsNoEnd() throws IOException {
    assertBroken(5);
  }

  @Test
  void L2_aFileThatWasCutOffBetweenTwoEntriesIsNoEnd() throws IOException {
    assertBroken(0);
  }

  /** Half of a file of equally long entries goes, and some bytes more, before it is read. */
  private void assertBroken(int more) throws IOException {
    List<Path> older = paths();
    Iterator<Entry> unsorted =
        Stream.of("d", "c", "b", "a", "e")
            .map(
                key -> {
                  if (key.equals("e")) {
                    cutOff(older, more);
                  }
                  return FakeListing.entry(key);
                })
            .iterator();

    try (Listing sorted = ExternalSort.sort(listing(unsorted), 4, 3)) {
      int given = 0;
      for (; sorted.hasNext(); given++) {
        sorted.next();
      }

      assertThat(given).isLessThan(5);
      assertThat(sorted.end()).isEqualTo(End.CUT);
      assertThat(sorted.why().orElseThrow()).hasMessageContaining("of its 4 entries");
    }
  }

  private static void cutOff(List<Path> older, int more) {
    try {
      List<Path> files = paths();
      files.removeAll(older);
      assertThat(files).hasSize(1);
      truncate(files.get(0), Files.size(files.get(0)) / 2 - more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static List<Path> paths() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return new ArrayList<>(
          all.filter(file -> file.getFileName().toString().startsWith("chirograph-sort-"))
              .toList());
    }
  }

  @Test
  void closingHalfWayRemovesTheFiles() {
    try (Listing sorted = ExternalSort.sort(FakeListing.of(End.COMPLETE, "c", "b", "a"), 1, 3)) {
      assertThat(sorted.next().key()).isEqualTo(Key.utf8("a"));
    }
  }

  @Test
  void aListingThatThrowsLeavesNothing() {
    Iterator<Entry> throwing =
        Stream.of("c", "b", "a", "!")
            .map(
                key -> {
                  if (key.equals("!")) {
                    throw new IllegalStateException("broken");
                  }
                  return FakeListing.entry(key);
                })
            .iterator();
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> ExternalSort.sort(listing(throwing), 1, 3))
        .hasMessage("broken");
  }

  private static Listing listing(Iterator<Entry> entries) {
    return new Listing() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Entry next() {
        return entries.next();
      }

      @Override
      public End end() {
        return End.COMPLETE;
      }

      @Override
      public Optional<dev.chirograph.SyncException> why() {
        return Optional.empty();
      }

      @Override
      public void close() {}
    };
  }
}
