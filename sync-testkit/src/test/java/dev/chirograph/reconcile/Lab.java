package dev.chirograph.reconcile;

import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncListener;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Two stores, a queue and a state in memory, on virtual time and in one thread. */
final class Lab {

  final ManualClock clock = ManualClock.create();
  final MemoryReplica<String> source = texts().build();
  final MemoryReplica<String> replica = texts().build();
  final MemoryBackend backend = MemoryBackend.create(clock);
  final WorkQueue queue = backend.queue("tenant", "queue");
  final StateStore state = backend.state("tenant");
  final Waits waits = new Waits();
  final Heard heard = new Heard();

  /** Text compared by an entity tag. */
  static MemoryReplica.Builder<String> texts() {
    return MemoryReplica.builder(
        EnumSet.of(Evidence.Fact.ETAG),
        text -> Evidence.builder().etag("e" + text).size(text.length()).build());
  }

  static Key key(String text) {
    return Key.utf8(text);
  }

  /** Items of both sides, so that limits by ratio do not matter. */
  Lab same(int items) {
    for (int i = 0; i < items; i++) {
      source.put(key("same-%06d".formatted(i)), "v");
      replica.put(key("same-%06d".formatted(i)), "v");
    }
    return this;
  }

  Lab left(String key, String value) {
    source.put(key(key), value);
    return this;
  }

  Lab right(String key, String value) {
    replica.put(key(key), value);
    return this;
  }

  Reconciler.Builder<String> quick() {
    return quick(source, replica);
  }

  <V> Reconciler.Builder<V> quick(Source<V> from, Replica<V> to) {
    return tuned(Reconciler.builder("pair", from, to));
  }

  <V> Reconciler.Builder<V> tuned(Reconciler.Builder<V> builder) {
    return builder
        .concurrency(1)
        .ranges(1)
        .environment(clock.environment().withPacing(waits))
        .listener(heard);
  }

  Reconciler.Builder<String> durable() {
    return durable(source, replica);
  }

  <V> Reconciler.Builder<V> durable(Source<V> from, Replica<V> to) {
    return quick(from, to).queue(queue).state(state);
  }

  /** Everything behind the faults. */
  Reconciler.Builder<String> durable(Faults faults) {
    return quick(faults.source(source), faults.replica(replica))
        .queue(faults.queue(queue))
        .state(faults.state(state));
  }

  /** No job is tried again. */
  Reconciler<String> triedOnce(Source<String> from) {
    return durable(from, replica).jobRetries(RetryPolicy.builder().attempts(1).build()).build();
  }

  /** Works and lets time pass until the run has ended. */
  Report finish(Reconciler<?> reconciler, dev.chirograph.Run run) {
    for (int i = 0; i < 500; i++) {
      reconciler.drain();
      Report report = run.await(Duration.ZERO);
      if (report.phase().ended()) {
        return report;
      }
      clock.advance(Duration.ofMinutes(2));
    }
    throw new AssertionError("the run does not end: " + run.report());
  }

  Report finish(Reconciler<?> reconciler, Scope scope) {
    return finish(reconciler, reconciler.submit(scope));
  }

  /** The errors of the dead letters. */
  List<String> deadErrors() {
    try (var letters = ((SupportsDeadLetters) queue).deadLetters(Selection.all())) {
      List<String> errors = new ArrayList<>();
      letters.forEachRemaining(letter -> errors.add(letter.error()));
      return errors;
    }
  }

  /** Waiting that moves the clock. */
  final class Waits implements Pacing {
    long nanos;
    int count;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public void pause(Duration duration) {
      nanos += duration.toNanos();
      count++;
      clock.advance(duration);
    }
  }

  /** What a listener hears. */
  static final class Heard implements SyncListener {
    final List<ItemEvent> items = new ArrayList<>();
    final List<Report> runs = new ArrayList<>();
    final List<Key> conflicts = new ArrayList<>();

    @Override
    public synchronized void itemDone(ItemEvent event) {
      items.add(event);
    }

    @Override
    public synchronized void runMoved(Report report) {
      runs.add(report);
    }

    @Override
    public synchronized void conflict(String pair, Key key) {
      conflicts.add(key);
    }

    List<ItemResult> results(String key) {
      return items.stream()
          .filter(event -> event.key().equals(Lab.key(key)))
          .map(ItemEvent::result)
          .toList();
    }
  }
}
