package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.SyncListener;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryAllocations;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBuckets;
import dev.chirograph.memory.MemoryHandles;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A host with files of projects in a common bucket, and two allocations. */
final class RelocateLab {

  static final String COMMON = "common";
  static final String GRANT = "grant";
  static final Duration GRACE = Duration.ofDays(7);

  final ManualClock clock = ManualClock.create();
  final MemoryBuckets buckets =
      MemoryBuckets.of(
          name -> MemoryBlobStore.builder(name).clock(clock).copyStepBytes(64).build());
  final MemoryHandles handles = MemoryHandles.of(Set.of(COMMON, GRANT, "other")).withClock(clock);
  final MemoryAllocations allocations = MemoryAllocations.of(COMMON);
  final MemoryBackend backend = MemoryBackend.create(clock);
  final MemoryQueue queue = backend.queue("tenant", "relocate");
  final List<SyncListener.ItemEvent> events = new ArrayList<>();

  RelocateLab() {
    List.of(COMMON, GRANT, "other").forEach(buckets::create);
    allocations.create(Allocation.of("grant-12", GRANT, "admin"));
    allocations.create(Allocation.of("other-grant", "other", "admin"));
  }

  Relocator.Builder builder() {
    return builder(Faults.none());
  }

  Relocator.Builder builder(Faults faults) {
    return Relocator.builder(
            "files",
            faults.handles(handles),
            faults.placements(allocations),
            faults.buckets(buckets),
            faults.queue(queue))
        .state(faults.state(backend.state("tenant")))
        .environment(clock.environment())
        .grace(GRACE)
        .archive(new ArchiveRule.Delete())
        .listener(
            new SyncListener() {
              @Override
              public void itemDone(ItemEvent event) {
                events.add(event);
              }
            });
  }

  /** Puts a file of a project into the common bucket. */
  FileHandle file(String id, String owner, String key, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    buckets.open(COMMON).put(Key.utf8(key), bytes);
    return handle(id, owner, Location.latest(COMMON, Key.utf8(key)), bytes.length);
  }

  FileHandle handle(String id, String owner, Location at, long size) {
    return handles.put(
        new FileHandle(
            Key.utf8(id),
            new Version("new"),
            owner,
            at,
            OptionalLong.of(size),
            Optional.empty(),
            Optional.empty()));
  }

  /** Collects, works, and waits for what is to be tried again, until nothing is left for now. */
  void settle(Relocator relocator) {
    relocator.collect();
    for (int i = 0; i < 20; i++) {
      relocator.drain();
      clock.advance(Duration.ofMinutes(11));
    }
  }

  Location at(String id) {
    return handles.find(List.of(Key.utf8(id))).get(0).orElseThrow().at();
  }

  Optional<String> content(String bucket, String key) {
    return buckets
        .open(bucket)
        .content(Key.utf8(key))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  void assertAt(String id, String bucket, String key, String content) {
    assertThat(at(id)).isEqualTo(Location.latest(bucket, Key.utf8(key)));
    assertThat(content(bucket, key)).contains(content);
  }

  List<DeadLetter> dead() {
    List<DeadLetter> all = new ArrayList<>();
    try (var letters = queue.deadLetters(Selection.all())) {
      letters.forEachRemaining(all::add);
    }
    return all;
  }
}
