package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts a listing that does not come in key order: runs of {@value #RUN_LENGTH} entries are sorted
 * in memory and put into temporary files, which are then merged. Holds one run, and afterwards one
 * entry and one buffer of 8 KiB for each run.
 */
final class ExternalSort {

  private static final Logger LOG = LoggerFactory.getLogger(ExternalSort.class);

  static final int RUN_LENGTH = 50_000;

  private ExternalSort() {}

  /**
   * Reads the listing to its end, closes it and gives it back in order. The result ends as the
   * listing did; a listing that did not end as complete gives no entries.
   */
  static Listing sort(Listing unsorted) {
    return sort(unsorted, RUN_LENGTH);
  }

  static Listing sort(Listing unsorted, int runLength) {
    List<Path> files = new ArrayList<>();
    List<Entry> run = new ArrayList<>();
    try (unsorted) {
      while (unsorted.hasNext()) {
        run.add(unsorted.next());
        if (run.size() == runLength) {
          files.add(spill(run));
          run.clear();
        }
      }
      if (unsorted.end() != Listing.End.COMPLETE) {
        delete(files);
        return new Sorted(List.of(), List.of(), unsorted.end(), unsorted.why().orElse(null));
      }
      run.sort(Comparator.comparing(Entry::key));
      return new Sorted(run, files, Listing.End.COMPLETE, null);
    } catch (IOException e) {
      delete(files);
      SyncException why =
          new SyncException(
              SyncException.Kind.UNAVAILABLE,
              SyncException.Advice.NEVER,
              "a listing without order could not be sorted in the temporary folder: "
                  + e.getMessage(),
              e);
      return new Sorted(List.of(), List.of(), Listing.End.CUT, why);
    } catch (RuntimeException | Error e) {
      delete(files);
      throw e;
    }
  }

  private static Path spill(List<Entry> run) throws IOException {
    run.sort(Comparator.comparing(Entry::key));
    Path file = Files.createTempFile("chirograph-sort-", ".run");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Entry entry : run) {
        write(entry, out);
      }
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(file);
      throw e;
    }
    return file;
  }

  private static void delete(List<Path> files) {
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        file.toFile().deleteOnExit();
      }
    }
  }

  private static void write(Entry entry, DataOutputStream out) throws IOException {
    byte[] key = entry.key().toBytes();
    out.writeShort(key.length);
    out.write(key);
    out.writeBoolean(entry.tombstone());
    Evidence evidence = entry.evidence();
    writeText(evidence.etag(), out);
    out.writeLong(evidence.size().orElse(-1));
    writeText(evidence.versionId(), out);
    out.writeLong(evidence.lastModified().map(Instant::getEpochSecond).orElse(Long.MIN_VALUE));
    writeText(evidence.uid(), out);
    writeText(evidence.history(), out);
    out.writeByte(evidence.checksums().size());
    for (Map.Entry<String, String> checksum : evidence.checksums().entrySet()) {
      out.writeUTF(checksum.getKey());
      out.writeUTF(checksum.getValue());
    }
  }

  private static void writeText(Optional<String> text, DataOutputStream out) throws IOException {
    out.writeBoolean(text.isPresent());
    if (text.isPresent()) {
      out.writeUTF(text.get());
    }
  }

  private static Entry read(DataInputStream in) throws IOException {
    byte[] key = new byte[in.readUnsignedShort()];
    in.readFully(key);
    boolean tombstone = in.readBoolean();
    Evidence.Builder evidence = Evidence.builder().etag(readText(in));
    long size = in.readLong();
    if (size >= 0) {
      evidence.size(size);
    }
    evidence.versionId(readText(in));
    long modified = in.readLong();
    evidence.lastModified(modified == Long.MIN_VALUE ? null : Instant.ofEpochSecond(modified));
    evidence.uid(readText(in)).history(readText(in));
    int checksums = in.readByte();
    Map<String, String> byAlgorithm = new HashMap<>();
    for (int i = 0; i < checksums; i++) {
      byAlgorithm.put(in.readUTF(), in.readUTF());
    }
    return new Entry(Key.ofBytes(key), evidence.checksums(byAlgorithm).build(), tombstone);
  }

  private static @Nullable String readText(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  /** One sorted run, in a file or in memory. */
  private static final class Run implements AutoCloseable {
    private final @Nullable DataInputStream in;
    private final java.util.@Nullable Iterator<Entry> memory;
    private @Nullable Entry head;

    Run(List<Entry> entries) {
      this.in = null;
      this.memory = entries.iterator();
    }

    Run(Path file) throws IOException {
      this.in =
          new DataInputStream(
              new BufferedInputStream(
                  Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE)));
      this.memory = null;
    }

    boolean advance() throws IOException {
      if (memory != null) {
        head = memory.hasNext() ? memory.next() : null;
      } else if (in != null) {
        try {
          head = read(in);
        } catch (EOFException e) {
          head = null;
        }
      }
      return head != null;
    }

    Key key() {
      return head().key();
    }

    Entry head() {
      if (head == null) {
        throw new NoSuchElementException();
      }
      return head;
    }

    @Override
    public void close() throws IOException {
      if (in != null) {
        in.close();
      }
    }
  }

  private static final class Sorted implements Listing {
    private final PriorityQueue<Run> runs = new PriorityQueue<>(Comparator.comparing(Run::key));
    private final List<Run> open = new ArrayList<>();
    private End end;
    private @Nullable SyncException why;
    private @Nullable Key last;

    Sorted(List<Entry> memory, List<Path> files, End end, @Nullable SyncException why) {
      this.end = end;
      this.why = why;
      try {
        for (Path file : files) {
          add(new Run(file));
        }
        add(new Run(memory));
      } catch (IOException e) {
        broke(e);
        delete(files); // those that were not opened; the others go when they are closed
      }
    }

    private void add(Run run) throws IOException {
      open.add(run);
      if (run.advance()) {
        runs.add(run);
      }
    }

    private void broke(IOException e) {
      runs.clear();
      end = End.CUT;
      why =
          new SyncException(
              SyncException.Kind.UNAVAILABLE,
              "a sorted listing could not be read back: " + e.getMessage(),
              e);
    }

    @Override
    public boolean hasNext() {
      while (!runs.isEmpty() && Objects.equals(last, runs.element().key())) {
        poll(); // a source without order may name a key twice when it changes meanwhile
      }
      return !runs.isEmpty();
    }

    @Override
    public Entry next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Entry entry = poll();
      last = entry.key();
      return entry;
    }

    private Entry poll() {
      Run run = runs.remove();
      Entry entry = run.head();
      try {
        if (run.advance()) {
          runs.add(run);
        }
      } catch (IOException e) {
        broke(e);
      }
      return entry;
    }

    @Override
    public End end() {
      return end;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.ofNullable(why);
    }

    @Override
    public void close() {
      for (Run run : open) {
        try {
          run.close();
        } catch (IOException e) {
          LOG.debug("a temporary file could not be closed: {}", e.toString());
        }
      }
    }
  }
}
