package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.Vacated;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds files that lie elsewhere than their placement says, and what was left behind. */
final class Collector {

  private static final int PAGE = 1_000;

  private final Handles handles;
  private final Placements placements;
  private final WorkQueue queue;
  private final ArchiveJobs archive;
  private final String name;
  private final Duration grace;

  Collector(
      Handles handles,
      Placements placements,
      WorkQueue queue,
      ArchiveJobs archive,
      String name,
      Duration grace) {
    this.handles = handles;
    this.placements = placements;
    this.queue = queue;
    this.archive = archive;
    this.name = name;
    this.grace = grace;
  }

  /** All owners; answers how many moves were asked for. */
  long all() {
    long found = 0;
    List<String> owners = placements.owners(Optional.empty(), PAGE);
    while (!owners.isEmpty()) {
      for (String owner : owners) {
        found += of(owner);
      }
      owners =
          owners.size() < PAGE
              ? List.of()
              : placements.owners(Optional.of(owners.get(PAGE - 1)), PAGE);
    }
    left();
    return found;
  }

  /** One owner; answers how many moves were asked for. */
  long of(String owner) {
    Optional<Placement> placement = placements.placementFor(owner);
    return placement.isEmpty() ? 0 : of(placement.get());
  }

  private long of(Placement placement) {
    long found = 0;
    Optional<Key> after = Optional.empty();
    List<FileHandle> page;
    do {
      page = handles.misplaced(placement, after, PAGE);
      if (!page.isEmpty()) {
        found += enqueue(page);
        after = Optional.of(page.get(page.size() - 1).id());
      }
    } while (page.size() == PAGE);
    return found;
  }

  /** Of handles that share an object one is enough; the others are pointed to the copy with it. */
  private long enqueue(List<FileHandle> page) {
    Set<Location> objects = new HashSet<>();
    List<Job> jobs =
        page.stream()
            .filter(handle -> objects.add(handle.at()))
            .map(handle -> Job.builder(MoveWork.KIND, name, handle.id()).build())
            .toList();
    int most = queue.capabilities().maxBatch();
    for (int from = 0; from < jobs.size(); from += most) {
      queue.enqueue(jobs.subList(from, Math.min(jobs.size(), from + most)));
    }
    return jobs.size();
  }

  /** Whoever was to enqueue them may have been killed before. */
  private void left() {
    Optional<Location> after = Optional.empty();
    List<Vacated.Vacancy> page;
    do {
      page = handles.vacated().pending(after, PAGE);
      for (Vacated.Vacancy one : page) {
        Duration rest = one.retired() ? Duration.ZERO : grace.minus(one.age());
        archive.enqueue(one.at(), one.pin(), rest.isNegative() ? Duration.ZERO : rest);
        after = Optional.of(one.at());
      }
    } while (page.size() == PAGE);
  }
}
