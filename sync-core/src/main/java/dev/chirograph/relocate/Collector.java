package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.Vacated;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds files that lie elsewhere than their placement says, and what was left behind. */
final class Collector {

  private static final int PAGE = 1_000;

  private final Handles handles;
  private final Placements placements;
  private final WorkQueue queue;
  private final ArchiveJobs archive;
  private final String name;

  Collector(
      Handles handles, Placements placements, WorkQueue queue, ArchiveJobs archive, String name) {
    this.handles = handles;
    this.placements = placements;
    this.queue = queue;
    this.archive = archive;
    this.name = name;
  }

  /** What is done with handles that are not where they belong. */
  @FunctionalInterface
  interface Misplaced {
    void page(Placement placement, List<FileHandle> page);
  }

  /**
   * Has the files of one owner, or of all, moved; answers how many moves were asked for.
   *
   * @param run for which; 0 for none
   */
  long collect(Optional<String> owner, long run) {
    long[] found = new long[1];
    Misplaced enqueuing = (placement, page) -> found[0] += enqueue(page, run);
    if (owner.isPresent()) {
      of(owner.get(), enqueuing);
    } else {
      Trouble trouble = new Trouble();
      forEachOwner(one -> trouble.tried(one, () -> of(one, enqueuing)));
      left();
      trouble.tell();
    }
    return found[0];
  }

  /** What goes wrong with one owner keeps nothing from the files of the others. */
  private static final class Trouble {
    private long owners;
    private @Nullable SyncException first;

    void tried(String owner, Runnable looking) {
      try {
        looking.run();
      } catch (RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        SyncException why = SyncException.of(e);
        owners++;
        first =
            first != null
                ? first
                : new SyncException(
                    why.kind(),
                    why.advice(),
                    "the misplaced files of "
                        + owner
                        + " could not all be found: "
                        + why.getMessage(),
                    why);
      }
    }

    void tell() {
      if (first != null) {
        throw owners == 1
            ? first
            : new SyncException(
                first.kind(),
                first.advice(),
                first.getMessage() + "; so it is with " + (owners - 1) + " other owners",
                first);
      }
    }
  }

  /** Finds the misplaced handles of one owner, or of all. */
  void find(Optional<String> owner, Misplaced what) {
    if (owner.isPresent()) {
      of(owner.get(), what);
      return;
    }
    forEachOwner(one -> of(one, what));
  }

  private void forEachOwner(Consumer<String> each) {
    List<String> owners = placements.owners(Optional.empty(), PAGE);
    while (!owners.isEmpty()) {
      owners.forEach(each);
      owners = placements.owners(Optional.of(owners.get(owners.size() - 1)), PAGE);
    }
  }

  private void of(String owner, Misplaced what) {
    Optional<Placement> placement = placements.placementFor(owner);
    Optional<Key> after = Optional.empty();
    while (placement.isPresent()) {
      List<FileHandle> page = handles.misplaced(placement.get(), after, PAGE);
      if (page.isEmpty()) {
        return;
      }
      what.page(placement.get(), page);
      after = Optional.of(page.get(page.size() - 1).id());
    }
  }

  /**
   * Makes sure that no file waits to be moved out of an allocation.
   *
   * @throws SyncException CONFLICT when one does
   */
  void requireDrained(Allocation allocation) {
    find(
        Optional.empty(),
        (placement, page) ->
            page.stream()
                .filter(handle -> isWithin(allocation, handle.at()))
                .findFirst()
                .ifPresent(
                    handle -> {
                      throw new SyncException(
                          SyncException.Kind.CONFLICT,
                          "files are still to be moved out of the allocation "
                              + allocation.name()
                              + ", such as that of the handle "
                              + handle.id());
                    }));
  }

  private static boolean isWithin(Allocation allocation, Location at) {
    return at.bucket().equals(allocation.bucket())
        && at.key().startsWith(Key.utf8(allocation.prefix()));
  }

  /** Of handles that are alike one is enough; the others are pointed to the copy with it. */
  private long enqueue(List<FileHandle> page, long run) {
    Set<Alike> different = new HashSet<>();
    return enqueue(
        page.stream()
            .filter(handle -> different.add(Alike.of(handle)))
            .map(handle -> job(handle, run))
            .toList());
  }

  private Job job(FileHandle handle, long run) {
    return Job.builder(MoveWork.KIND, name, handle.id()).run(run).build();
  }

  private long enqueue(List<Job> jobs) {
    int most = queue.capabilities().maxBatch();
    for (int from = 0; from < jobs.size(); from += most) {
      queue.enqueue(jobs.subList(from, Math.min(jobs.size(), from + most)));
    }
    return jobs.size();
  }

  /** Has the handles moved that refer to some objects, where they are not where they belong. */
  long collect(Iterator<Location> objects) {
    long found = 0;
    List<Job> jobs = new ArrayList<>();
    while (objects.hasNext()) {
      sharing(objects.next(), jobs);
      if (jobs.size() >= PAGE || !objects.hasNext()) {
        found += enqueue(jobs);
        jobs.clear();
      }
    }
    return found;
  }

  /** Of handles that are alike one is enough. */
  private void sharing(Location at, List<Job> jobs) {
    Set<Alike> different = new HashSet<>();
    Optional<Key> after = Optional.empty();
    List<FileHandle> page;
    do {
      page = handles.sharing(at, after, PAGE);
      for (FileHandle handle : page) {
        if (different.add(Alike.of(handle))) {
          jobs.add(job(handle, 0));
        }
        after = Optional.of(handle.id());
      }
    } while (page.size() == PAGE);
  }

  /** Whoever was to enqueue them may have been killed before. */
  private void left() {
    Optional<Location> after = Optional.empty();
    List<Vacated.Vacancy> page;
    do {
      page = handles.vacated().pending(after, PAGE);
      archive.enqueue(page);
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).at());
    } while (page.size() == PAGE);
  }
}
