package dev.chirograph.reconcile;

import dev.chirograph.Entry;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts a listing that does not come in key order: runs of {@value #RUN_LENGTH} entries are sorted
 * in memory and put into temporary files, which are then merged, {@value #FAN_IN} at a time. Holds
 * one run, and afterwards one entry and one buffer of 8 KiB for each file: a few megabytes even for
 * thousands of millions of entries.
 */
final class ExternalSort {

  private static final Logger LOG = LoggerFactory.getLogger(ExternalSort.class);

  static final int RUN_LENGTH = 50_000;
  static final int FAN_IN = 128;

  private ExternalSort() {}

  /**
   * Reads the listing to its end, closes it and gives it back in order. The result ends as the
   * listing did; a listing that did not end as complete gives no entries.
   */
  static Listing sort(Listing unsorted) {
    return sort(unsorted, RUN_LENGTH, FAN_IN);
  }

  static Listing sort(Listing unsorted, int runLength, int fanIn) {
    Spilled files = new Spilled(fanIn);
    List<Entry> run = new ArrayList<>();
    try (unsorted) {
      while (unsorted.hasNext()) {
        run.add(unsorted.next());
        if (run.size() == runLength) {
          files.add(run);
          run.clear();
        }
      }
      if (unsorted.end() != Listing.End.COMPLETE) {
        files.delete();
        return new Sorted(List.of(), List.of(), unsorted.end(), unsorted.why().orElse(null));
      }
      run.sort(Comparator.comparing(Entry::key));
      return new Sorted(run, files.files(), Listing.End.COMPLETE, null);
    } catch (IOException e) {
      files.delete();
      SyncException why =
          new SyncException(
              SyncException.Kind.UNAVAILABLE,
              SyncException.Advice.NEVER,
              "a listing without order could not be sorted in the temporary folder: "
                  + e.getMessage(),
              e);
      return new Sorted(List.of(), List.of(), Listing.End.CUT, why);
    } catch (RuntimeException | Error e) {
      files.delete();
      throw e;
    }
  }

  /**
   * A sorted run in a file.
   *
   * @param entries how many it has: a file that ends before is broken, not at its end
   */
  private record RunFile(Path path, long entries) {}

  /**
   * Sorted runs in files; when there are enough of one level they are merged into one of the next.
   */
  private static final class Spilled {
    private final int fanIn;
    private final List<List<RunFile>> levels = new ArrayList<>();

    Spilled(int fanIn) {
      this.fanIn = fanIn;
    }

    void add(List<Entry> run) throws IOException {
      run.sort(Comparator.comparing(Entry::key));
      add(0, written(run.iterator()));
    }

    private void add(int level, RunFile file) throws IOException {
      if (level == levels.size()) {
        levels.add(new ArrayList<>());
      }
      List<RunFile> files = levels.get(level);
      files.add(file);
      if (files.size() == fanIn) {
        add(level + 1, merged(files));
        files.clear(); // each went when it was closed
      }
    }

    private static RunFile merged(List<RunFile> files) throws IOException {
      try (Sorted sorted = new Sorted(List.of(), files, Listing.End.COMPLETE, null)) {
        RunFile file = written(sorted);
        if (sorted.end() != Listing.End.COMPLETE) {
          Files.deleteIfExists(file.path());
          throw new IOException(sorted.why().map(Throwable::getMessage).orElse(""));
        }
        return file;
      }
    }

    private static RunFile written(Iterator<Entry> entries) throws IOException {
      Path file = Files.createTempFile("chirograph-sort-", ".run");
      long count = 0;
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
        while (entries.hasNext()) {
          EntryBytes.write(entries.next(), out);
          count++;
        }
      } catch (IOException | RuntimeException | Error e) {
        Files.deleteIfExists(file);
        throw e;
      }
      return new RunFile(file, count);
    }

    List<RunFile> files() {
      return levels.stream().flatMap(List::stream).toList();
    }

    void delete() {
      ExternalSort.delete(files());
    }
  }

  private static void delete(List<RunFile> files) {
    for (RunFile file : files) {
      try {
        Files.deleteIfExists(file.path());
      } catch (IOException e) {
        file.path().toFile().deleteOnExit();
      }
    }
  }

  /** One sorted run, in a file or in memory. */
  private static final class Run implements AutoCloseable {
    private final @Nullable DataInputStream in;
    private final @Nullable Iterator<Entry> memory;
    private final long entries;
    private long given;
    private @Nullable Entry head;

    Run(List<Entry> entries) {
      this.in = null;
      this.entries = entries.size();
      this.memory = entries.iterator();
    }

    Run(RunFile file) throws IOException {
      this.entries = file.entries();
      this.in =
          new DataInputStream(
              new BufferedInputStream(
                  Files.newInputStream(file.path(), StandardOpenOption.DELETE_ON_CLOSE)));
      this.memory = null;
    }

    boolean advance() throws IOException {
      if (memory != null) {
        head = memory.hasNext() ? memory.next() : null;
      } else if (in != null) {
        head = given < entries ? read(in) : null;
      }
      return head != null;
    }

    private Entry read(DataInputStream file) throws IOException {
      try {
        Entry entry = EntryBytes.read(file);
        given++;
        return entry;
      } catch (EOFException e) {
        throw new EOFException(
            "a temporary file ends after " + given + " of its " + entries + " entries");
      }
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

    Sorted(List<Entry> memory, List<RunFile> files, End end, @Nullable SyncException why) {
      this.end = end;
      this.why = why;
      try {
        for (RunFile file : files) {
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
