package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents that race for a replica. */
class ReplicaRacesIT {

  private static final int AGENTS = 3;
  private static final int WRITES = 40;

  /** What one agent wrote: under which fence, and what it found there and left. */
  private record Wrote(long fence, long found, long left) {}

  /**
   * Each agent adds one to a number that it has read, as nobody could who is not alone. Now and
   * then it writes under a fence that it has given back.
   */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_8_whoeverWritesIsAlone(TestDatabase database) throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    host.spy().remembersNothing();
    ReplicaScene first = ReplicaScene.invoices(host);
    first.put(first.row("1", "a", "1", "0"));
    first.table.release(first.fence);
    Seed seed = Seed.draw();
    ExecutorService threads = Executors.newFixedThreadPool(AGENTS);
    List<Wrote> all = new ArrayList<>();
    try {
      List<Callable<List<Wrote>>> agents = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        String name = "agent " + i;
        SplittableRandom random = seed.random(i + 1);
        agents.add(() -> work(host, first, name, random));
      }
      for (Future<List<Wrote>> one : threads.invokeAll(agents)) {
        all.addAll(one.get());
      }
    } finally {
      threads.shutdown();
    }
    all.sort(Comparator.comparingLong(Wrote::left));
    long before = 0;
    long fence = 0;
    for (Wrote one : all) {
      assertThat(one.found()).isEqualTo(before);
      assertThat(one.fence()).isGreaterThanOrEqualTo(fence);
      before = one.left();
      fence = one.fence();
    }
    assertThat(first.all().get("1").mark()).isEqualTo(new Mark(before));
    assertThat(first.table.cursor()).contains(cursor(before));
    assertThat(before).isEqualTo(AGENTS * WRITES);
    host.spy().close();
  }

  private static Cursor cursor(long number) {
    return new Cursor(new Mark(number), Optional.empty(), "office");
  }

  private static List<Wrote> work(
      ReplicaHost host, ReplicaScene scene, String agent, SplittableRandom random) {
    ReplicaTable table = ReplicaScene.open(host, ReplicaScene.INVOICE);
    List<Wrote> wrote = new ArrayList<>();
    long stale = 0;
    while (wrote.size() < WRITES) {
      Optional<Long> fence = table.lease(agent, Duration.ofMinutes(5));
      if (fence.isEmpty()) {
        if (stale != 0 && random.nextInt(5) == 0) {
          assertThat(tryWrite(table, scene, stale, -1)).isFalse();
        }
        Thread.onSpinWait();
        continue;
      }
      for (int i = random.nextInt(3); i >= 0 && wrote.size() < WRITES; i--) {
        long found = found(table, scene);
        assertThat(tryWrite(table, scene, fence.get(), found + 1)).isTrue();
        wrote.add(new Wrote(fence.get(), found, found + 1));
      }
      table.release(fence.get());
      stale = fence.get();
    }
    return wrote;
  }

  private static long found(ReplicaTable table, ReplicaScene scene) {
    return table
        .rows(scene.format, List.of(scene.row("1", "a", "1", "1").key()), Long.MAX_VALUE)
        .get(0)
        .orElseThrow()
        .mark()
        .value();
  }

  private static boolean tryWrite(ReplicaTable table, ReplicaScene scene, long fence, long number) {
    Row row = scene.row("1", "a", "1", "" + number);
    try {
      table.write(
          new ReplicaTable.Write(
              fence,
              scene.format,
              ReplicaScene.SALT,
              List.of(row),
              List.of(),
              Optional.of(cursor(number))));
      return true;
    } catch (SyncException e) {
      assertThat(e.kind()).as(e.summary()).isEqualTo(Kind.CONFLICT);
      return false;
    }
  }

  /** The host deletes and inserts while the agent writes the same rows. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_8_aHostThatWritesMeanwhileSpoilsNoWrite(TestDatabase database) throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    host.spy().remembersNothing();
    ReplicaScene scene = ReplicaScene.invoices(host);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> other =
          thread.submit(
              () -> {
                for (int i = 0; i < 60; i++) {
                  host.tryExecute(
                      i % 2 == 0
                          ? "delete from " + host.quoted("invoice")
                          : "insert into "
                              + host.quoted("invoice")
                              + " values (3, 'host', 1.00, 1)");
                }
                return true;
              });
      int written = 0;
      while (written < 30 || !other.isDone()) {
        try {
          scene.write(scene.invoices(1, 5), List.of(), Optional.of(cursor(written)));
          written++;
        } catch (SyncException e) {
          // Its row was there between the look and the insert of a single one: tried again.
          assertThat(e.kind()).as(e.summary()).isIn(Kind.ALREADY_EXISTS, Kind.UNAVAILABLE);
        }
      }
      assertThat(other.get()).isTrue();
    } finally {
      thread.shutdown();
    }
    scene.write(scene.invoices(1, 5), List.of(), Optional.empty());
    assertThat(scene.all()).isEqualTo(ReplicaScene.byKey(scene.invoices(1, 5)));
    host.spy().close();
  }
}
