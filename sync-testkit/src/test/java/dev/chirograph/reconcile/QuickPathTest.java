package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.HostileKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QuickPathTest {

  private final Lab lab = new Lab();

  @Test
  void theFirstSyncCopiesEverything() {
    lab.left("a", "1").left("b/c", "2");

    Report report = lab.quick().build().sync(Scope.all());

    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
    assertThat(report.agreed()).isTrue();
    assertThat(report.phase()).isEqualTo(RunPhase.DONE);
    assertThat(report.count(Count.WRITTEN)).isEqualTo(2);
    assertThat(report.count(Count.FOUND)).isEqualTo(2);
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(2);
    assertThat(report.count(Count.REPLICA_LISTED)).isZero();
  }

  @Test
  void whatTheListingsProveEqualIsNotLookedAt() {
    lab.same(20);
    Faults calls = Faults.none();

    Report report =
        lab.quick(calls.source(lab.source), calls.replica(lab.replica)).build().sync(Scope.all());

    assertThat(calls.counts()).containsOnlyKeys("Source.list").containsEntry("Source.list", 2L);
    assertThat(report.count(Count.SAME)).isEqualTo(20);
    assertThat(report.agreed()).isTrue();
  }

  @Test
  void addsChangesAndDeletes() {
    lab.same(5).left("new", "n").left("changed", "2").right("changed", "1").right("old", "o");

    Report report = lab.quick().build().sync(Scope.all());

    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
    assertThat(report.tally().toMap())
        .containsEntry(Count.WRITTEN, 2L)
        .containsEntry(Count.DELETED, 1L)
        .containsEntry(Count.FOUND, 3L)
        .containsEntry(Count.SAME, 5L);
    assertThat(lab.heard.results("new")).containsExactly(ItemResult.CREATED);
    assertThat(lab.heard.results("changed")).containsExactly(ItemResult.UPDATED);
    assertThat(lab.heard.results("old")).containsExactly(ItemResult.DELETED);
  }

  @Test
  void aPlanSaysTheSameAndWritesNothing() {
    lab.same(5).left("new", "n").left("changed", "2").right("changed", "1").right("old", "o");
    Faults calls = Faults.none();
    var reconciler = lab.quick(calls.source(lab.source), calls.replica(lab.replica)).build();

    Report plan = reconciler.plan(Scope.all());

    assertThat(calls.counts()).doesNotContainKey("Sink.apply");
    assertThat(plan.tally().toMap()).isEqualTo(reconciler.sync(Scope.all()).tally().toMap());
  }

  @Test
  void aPrefixIsExactAtItsDelimiter() {
    for (String name : List.of("a", "a/b", "a/c/d", "ab", "a0", "a.", "A/b")) {
      lab.left(name, "v");
    }

    lab.quick().build().sync(Scope.prefix("a"));

    assertThat(lab.replica.snapshot()).containsOnlyKeys(key("a/b"), key("a/c/d"));
  }

  @Test
  void aRunOverAPrefixDeletesNothingBesideIt() {
    lab.left("a/x", "v");
    for (String name : List.of("a", "a/b", "ab", "b")) {
      lab.right(name, "v");
    }

    lab.quick().build().sync(Scope.prefix("a/"));

    assertThat(lab.replica.snapshot()).containsOnlyKeys(key("a"), key("a/x"), key("ab"), key("b"));
  }

  @Test
  void oneKeyOfSeveralPairs() {
    MemoryReplica<String> other = Lab.texts().build();
    lab.left("x", "1").left("xx", "2");
    var reconciler =
        lab.tuned(Reconciler.builder("one", lab.source, lab.replica).pair("two", lab.source, other))
            .build();

    reconciler.sync(Scope.key("x"));
    assertThat(lab.replica.snapshot()).containsOnlyKeys(key("x"));
    assertThat(other.snapshot()).containsOnlyKeys(key("x"));

    reconciler.sync(Scope.of("two", "two"));
    assertThat(lab.replica.snapshot()).hasSize(1);
    assertThat(other.snapshot()).hasSize(2);
    assertThatThrownBy(() -> reconciler.sync(Scope.of("three")))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("three")
        .hasMessageContaining("one");
  }

  @Test
  void whatAFilterLeavesOutIsNeitherWrittenNorDeleted() {
    lab.left("new.jpg", "1").left("new.txt", "2").right("old.jpg", "3").right("old.txt", "4");

    Report report = lab.quick().build().sync(Scope.all().glob("*.jpg"));

    assertThat(lab.replica.snapshot()).containsOnlyKeys(key("new.jpg"), key("old.txt"));
    assertThat(report.count(Count.SKIPPED)).isEqualTo(2);
  }

  @Test
  void filtersBySize() {
    lab.left("small", "1").left("large", "12345");

    lab.quick().build().sync(Scope.all().bytes(2, 10));

    assertThat(lab.replica.snapshot()).containsOnlyKeys(key("large"));
  }

  @Test
  void fullLooksAtEverything() {
    lab.same(3);

    Report report = lab.quick().build().sync(Scope.all().full());

    assertThat(report.count(Count.FOUND)).isEqualTo(3);
    assertThat(report.count(Count.UNCHANGED)).isEqualTo(3);
    assertThat(report.count(Count.SAME)).isZero();
  }

  @Test
  void keysOfEveryKindArriveAndGoAgain() {
    HostileKeys.all().forEach(key -> lab.source.put(key, "v"));

    assertThat(lab.quick().build().sync(Scope.all()).agreed()).isTrue();
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());

    HostileKeys.all().stream().skip(10).forEach(lab.source::remove);
    lab.quick().deletes(DeleteLimit.of(10_000, 1)).build().sync(Scope.all());
    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot()).hasSize(10);
  }

  @Test
  void sourcesWithoutOrderAreSortedOnDiskAndLeaveNothingThere() throws Exception {
    MemoryReplica<String> unordered = Lab.texts().unordered().build();
    for (int i = 0; i < 2 * ExternalSort.RUN_LENGTH + 7; i++) {
      unordered.put(key("k" + i), "v");
    }
    lab.right("gone", "v");
    lab.right("k5", "other");
    long before = spillFiles();

    Report report = lab.quick(unordered, lab.replica).build().sync(Scope.all());

    assertThat(report.agreed()).isTrue();
    assertThat(lab.replica.snapshot()).isEqualTo(unordered.snapshot());
    assertThat(spillFiles()).isEqualTo(before);
  }

  @Test
  void L2_aListingWithoutOrderThatBreaksDeletesNothingAndLeavesNoFiles() throws Exception {
    MemoryReplica<String> unordered = Lab.texts().unordered().build();
    for (int i = 0; i < ExternalSort.RUN_LENGTH + 7; i++) {
      unordered.put(key("k" + i), "v");
    }
    lab.right("gone", "v");
    Faults cut = Faults.builder().cutAfter(ExternalSort.RUN_LENGTH + 1).build();
    cut.always(Fault.CUT);
    long before = spillFiles();

    Report report = lab.quick(cut.source(unordered), lab.replica).build().sync(Scope.all());

    assertThat(report.incomplete()).hasSize(1);
    assertThat(lab.replica.get(key("gone"))).isPresent();
    assertThat(spillFiles()).isEqualTo(before);
  }

  private static long spillFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().startsWith("chirograph-sort-")).count();
    }
  }

  @Test
  void rangesInParallelFindTheSame() {
    for (int i = 0; i < 40_000; i++) {
      Key key = key("k%06d".formatted(i));
      if (i % 3 != 0) {
        lab.source.put(key, "v" + i % 5);
      }
      if (i % 7 != 0) {
        lab.replica.put(key, "v" + i % 4);
      }
    }
    long gone =
        lab.replica.snapshot().keySet().stream().filter(k -> lab.source.get(k).isEmpty()).count();

    Report report =
        Reconciler.builder("pair", lab.source, lab.replica)
            .ranges(4)
            .concurrency(4)
            .deletes(DeleteLimit.of(40_000, 1))
            .build()
            .sync(Scope.all());

    assertThat(lab.replica.snapshot()).isEqualTo(lab.source.snapshot());
    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.DELETED)).isEqualTo(gone);
    assertThat(report.count(Count.SOURCE_LISTED)).isEqualTo(lab.source.size());
  }

  @Test
  void L11_oneItemThatCannotBeMergedFailsAlone() {
    MemoryReplica<Poison> from = poison();
    MemoryReplica<Poison> to = poison();
    for (int i = 0; i < 30; i++) {
      from.put(key("k" + i), new Poison(i == 7));
    }

    Report report = lab.quick(from, to).build().sync(Scope.all());

    assertThat(to.snapshot()).hasSize(29);
    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.failures()).singleElement().extracting("where").isEqualTo("pair/k7");
    assertThat(report.agreed()).isFalse();
  }

  private static MemoryReplica<Poison> poison() {
    return MemoryReplica.of(java.util.Set.of(), value -> dev.chirograph.Evidence.none());
  }

  record Poison(boolean bad) implements dev.chirograph.Mergeable<Poison> {
    @Override
    public Merged<Poison> onto(java.util.Optional<Poison> stored) {
      if (bad) {
        throw new IllegalStateException("poison");
      }
      return new Merged<>(this, stored.isEmpty(), List.of());
    }
  }

  @Test
  void L11_itemsThatFailDelayNoOthersPauses() {
    for (int i = 0; i < 1_000; i++) {
      lab.left("k%04d".formatted(i), "v");
    }
    Faults failing =
        Faults.builder()
            .when(
                call -> call.what().equals("Source.observe") && call.target().contains("0]"),
                Fault.FAIL_BEFORE)
            .build();
    MemoryReplica<String> single = Lab.texts().maxBatch(1).build();
    lab.source.snapshot().forEach(single::put);

    Report report =
        lab.quick(failing.source(single), lab.replica).batch(10).build().sync(Scope.all());

    assertThat(report.count(Count.FAILED)).isEqualTo(100);
    assertThat(report.count(Count.WRITTEN)).isEqualTo(900);
    assertThat(lab.waits.count).isEqualTo(40); // four for each ten that failed, not for each one
  }

  @Test
  void aListenerThatThrowsChangesNothing() {
    lab.left("a", "1");
    var angry =
        new dev.chirograph.SyncListener() {
          @Override
          public void itemDone(ItemEvent event) {
            throw new IllegalStateException("angry");
          }

          @Override
          public void conflict(String pair, Key key) {
            throw new IllegalStateException("angry");
          }
        };

    assertThat(lab.quick().listener(angry).build().sync(Scope.all()).agreed()).isTrue();
  }

  @Test
  void theRateIsKept() {
    for (int i = 0; i < 40; i++) {
      lab.left("k" + i, "v");
    }

    lab.quick().batch(10).rate("pair", 2).build().sync(Scope.all());

    assertThat(Duration.ofNanos(lab.waits.nanos))
        .isBetween(Duration.ofSeconds(13), Duration.ofSeconds(20));
    assertThat(lab.replica.size()).isEqualTo(40);
  }
}
