package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One small run over tables, gone wrong at every single call, in every way there is. */
class TableEveryCallTest {

  private static final int DELETES = 4;
  private static final Duration NEVER = Duration.ofDays(1_000);

  /** What happens at a call. */
  enum Act {
    NOTHING,
    KILL_BEFORE,
    KILL_AFTER,
    FAIL_BEFORE,
    FAIL_AFTER,
    /** A write is held up, and arrives when the run is over. */
    DETAIN,
    /** The process stands still until another agent has done its work. */
    OVERTAKEN,
    /** The rows that are to be deleted are there again, under the same keys. */
    REINSERT,
    /** Rows move to newer versions. */
    MOVE,
    /** The replica takes none of the rows that were edited. */
    REFUSE
  }

  /** Acts once. */
  private static final class At implements TableProcess.Disturbance {
    private final long call;
    private final Act act;
    private final Runnable action;
    private long seen;

    At(long call, Act act, Runnable action) {
      this.call = call;
      this.act = act;
      this.action = action;
    }

    @Override
    public void before(TableProcess process, String what) {
      if (++seen != call) {
        return;
      }
      action.run();
      if (act == Act.KILL_BEFORE) {
        process.die();
      }
      if (act == Act.FAIL_BEFORE) {
        throw new SyncException(Kind.UNAVAILABLE, "failed before " + what);
      }
    }

    @Override
    public boolean detains(TableProcess process, String what) {
      return seen == call && act == Act.DETAIN;
    }

    @Override
    public void after(TableProcess process, String what) {
      if (seen == call && act == Act.KILL_AFTER) {
        process.die();
      }
      if (seen == call && act == Act.FAIL_AFTER) {
        throw new SyncException(Kind.UNAVAILABLE, "failed after " + what);
      }
    }
  }

  /** Two sides that have agreed, and then were edited. */
  private static final class Scene {
    final TableWorld world = new TableWorld(TableTerms.calm(3, DELETES));
    final Map<String, Long> fences = new HashMap<>();
    private final Duration every;

    /** All there is to be done. */
    static Scene everything() {
      Scene scene = new Scene(Duration.ofHours(1));
      for (int i = 1; i <= 10; i++) {
        scene.put("parent", "" + i, "v", null, "" + i);
        scene.put("child", "" + i, "n", "" + (i % 3 + 1), "v", "" + i);
        scene.put("plain", "" + i, "v");
        scene.put("named", "name " + i, "v");
        scene.put("bag", "a", i < 4 ? "1" : null);
      }
      scene.run("a", scene.calm());
      assertThat(scene.world.unequal()).isEmpty();
      scene.world.office.rows("child").remove("n", "4");
      scene.world.office.rows("child").remove("n", "10");
      scene.world.office.rows("parent").remove("7");
      scene.world.office.rows("parent").remove("10");
      scene.world.office.rows("plain").remove("3");
      scene.world.office.rows("named").remove("name 3");
      scene.put("parent", "11", "new", "t1", "11");
      scene.put("parent", "2", "changed", "t2", "12");
      scene.put("parent", "12", TableWorld.POISON, null, "13");
      scene.put("child", "11", "n", "11", "new", "11");
      scene.put("plain", "11", "new");
      scene.put("plain", "2", "changed");
      scene.put("named", "name 2", null);
      scene.put("bag", "b", "1");
      scene.put("bag", "a", "1");
      scene.world.town.clock.advance(Duration.ofHours(2));
      return scene;
    }

    /** Rows of new versions, one of which is not taken, where nothing is compared. */
    static Scene appends() {
      Scene scene = new Scene(NEVER);
      scene.put("parent", "1", "v", null, "1");
      scene.run("a", scene.calm());
      for (int i = 2; i <= 8; i++) {
        scene.put("parent", "" + i, "v", null, "" + i);
        scene.put("child", "" + i, "n", "" + i, "v", "" + i);
      }
      // One that is there already: the numbers of rows would tell of a new one.
      scene.put("parent", "1", TableWorld.POISON, null, "9");
      for (int i = 10; i <= 15; i++) {
        scene.put("parent", "" + i, "v", null, "" + i);
      }
      return scene;
    }

    private Scene(Duration every) {
      this.every = every;
    }

    void put(String table, @Nullable String... cells) {
      world.office.rows(table).put(cells);
    }

    TableProcess.Disturbance calm() {
      return new At(-1, Act.NOTHING, () -> {});
    }

    TableSync.Builder configured(TableSync.Builder builder, DeleteLimit limit) {
      TableOptions options = TableOptions.standard().withDeletes(limit);
      world.names.forEach(name -> builder.table(name, options));
      return builder
          .batch(3, 1 << 20, Duration.ofSeconds(2))
          .compareEvery(every)
          .environment(world.town.clock.environment().withThreads(TableBranch::inline));
    }

    List<TableReport> run(String agent, TableProcess.Disturbance disturbance) {
      TableProcess process = new TableProcess(agent, world, fences, disturbance);
      try {
        return configured(
                TableSync.builder("office", process.source(), process.replica(), process.state()),
                DeleteLimit.of(DELETES, 1))
            .agent(agent)
            .build()
            .run();
      } catch (SyncException | TableProcess.Killed e) {
        return List.of(); // the next one goes on
      }
    }

    /** Nothing goes wrong any more. */
    void end() {
      world.detained.forEach(Runnable::run);
      world.refusing = false;
      world.limitless();
      for (int i = 0; i < 3 && (i == 0 || !world.unequal().isEmpty()); i++) {
        world.town.clock.advance(Duration.ofHours(2));
        run("a", calm());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void L1_L2_L4_whateverHappensAtACallTheNextRunsMakeBothSidesEqual(Act act) {
    At dry = new At(-1, Act.NOTHING, () -> {});
    Scene.everything().run("a", dry);
    assertThat(dry.seen).isGreaterThan(80);
    for (long call = 1; call <= dry.seen; call++) {
      Scene scene = Scene.everything();
      scene.run("a", new At(call, act, action(act, scene)));
      scene.end();
      assertThat(scene.world.unequal())
          .as("%s at call %s: %s", act, call, scene.world.difference())
          .isEmpty();
    }
  }

  private static Runnable action(Act act, Scene scene) {
    return switch (act) {
      case OVERTAKEN ->
          () -> {
            scene.world.town.clock.advance(Duration.ofMinutes(3));
            scene.put("parent", "5", "later", null, "20");
            scene.run("b", scene.calm());
          };
      case REINSERT ->
          () -> {
            scene.put("parent", "7", "again", null, "20");
            scene.put("child", "4", "n", "7", "again", "21");
            scene.put("plain", "3", "v");
            scene.put("named", "name 3", "again");
          };
      case MOVE ->
          () -> {
            scene.put("parent", "1", "v", null, "30");
            scene.put("child", "1", "n", "2", "v", "31");
          };
      case REFUSE ->
          () ->
              scene
                  .world
                  .cloud
                  .table("parent")
                  .refuse(row -> scene.world.refusing && row.cells().contains("changed"));
      default -> () -> {};
    };
  }

  @ParameterizedTest
  @EnumSource(
      names = {"NOTHING", "KILL_BEFORE", "KILL_AFTER", "FAIL_BEFORE", "FAIL_AFTER", "DETAIN"})
  void L4_noRowIsLeftBehindWhereNothingIsCompared(Act act) {
    At dry = new At(-1, Act.NOTHING, () -> {});
    Scene.appends().run("a", dry);
    for (long call = 1; call <= dry.seen; call++) {
      Scene scene = Scene.appends();
      scene.run("a", new At(call, act, () -> {}));
      scene.end();
      assertThat(scene.world.unequal())
          .as("%s at call %s: %s", act, call, scene.world.difference())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FORBIDDEN", "NOT_FOUND", "TOO_LARGE", "SERVER_ERROR", "SLOW_DOWN", "CUT"})
  void L1_L2_whateverFaultACallHasNothingIsDeletedThatIsThere(Fault fault) {
    Faults dry = Faults.none();
    faulty(Scene.everything(), dry);
    for (long call = 1; call <= dry.calls(); call++) {
      Scene scene = Scene.everything();
      MemoryTable source = scene.world.office.rows("parent");
      faulty(scene, Faults.builder().at(call, fault).cutAfter(2).build());
      long gone =
          source.all().stream()
              .filter(row -> !row.cells().contains(TableWorld.POISON))
              .filter(row -> row.mark().value() < 11)
              .filter(row -> !has(scene.world.cloud.table("parent"), row.key().text()))
              .count();
      assertThat(gone).as("%s at call %s", fault, call).isZero();
      scene.end();
      assertThat(scene.world.unequal())
          .as("%s at call %s: %s", fault, call, scene.world.difference())
          .isEmpty();
    }
  }

  private static boolean has(MemoryTable table, String key) {
    return table.all().stream().anyMatch(row -> row.key().text().equals(key));
  }

  private static void faulty(Scene scene, Faults faults) {
    TableWorld world = scene.world;
    try {
      scene
          .configured(
              TableSync.builder(
                  "office",
                  faults.sourceDatabase(world.office),
                  faults.replicaDatabase(world.cloud),
                  faults.state(world.town.state)),
              DeleteLimit.of(DELETES, 1))
          .agent("a")
          .build()
          .run();
    } catch (SyncException e) {
      assertThat(e.kind()).isNotEqualTo(Kind.UNEXPECTED);
    }
  }

  @Test
  void L3_aRunThatFindsTooMuchToDeleteDeletesNothingWhereverItIsKilled() {
    At dry = new At(-1, Act.NOTHING, () -> {});
    emptied().run("a", dry);
    for (long call = 1; call <= dry.seen; call++) {
      Scene scene = emptied();
      Map<String, Long> before = new HashMap<>();
      scene.world.names.forEach(name -> before.put(name, scene.world.cloud.table(name).size()));
      scene.run("a", new At(call, Act.KILL_BEFORE, () -> {}));
      scene.world.town.clock.advance(Duration.ofHours(2));
      scene.run("a", scene.calm());
      for (String table : scene.world.names) {
        assertThat(scene.world.cloud.table(table).size())
            .as("rows of %s after a kill at call %s", table, call)
            .isEqualTo(before.get(table));
      }
    }
  }

  /** Most rows of all tables are gone. */
  private static Scene emptied() {
    Scene scene = Scene.everything();
    scene.end();
    assertThat(scene.world.unequal()).isEmpty();
    scene.world.limit(DELETES);
    for (String table : scene.world.names) {
      MemoryTable rows = scene.world.office.rows(table);
      rows.all().stream()
          .skip(table.equals("bag") ? 0 : 2)
          .forEach(
              row -> {
                List<@Nullable String> key =
                    rows.shape().key().isEmpty() ? row.cells() : row.key().cells();
                for (long i = 0; i < row.count(); i++) {
                  rows.remove(key.toArray(String[]::new));
                }
              });
    }
    return scene;
  }
}
