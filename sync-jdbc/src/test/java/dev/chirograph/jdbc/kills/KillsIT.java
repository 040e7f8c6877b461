package dev.chirograph.jdbc.kills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.QueueStatistics.Counts;
import dev.chirograph.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Workers in processes of their own are killed at random moments, two hundred times, and some are
 * stopped for longer than their lease lasts and go on as stale workers. Meanwhile the bucket
 * changes and run follows run.
 */
class KillsIT {

  private static final int KILLS = Integer.getInteger("chirograph.kills", 200);
  private static final int WORKERS = 3;
  private static final int KILLS_PER_ROUND = 10;
  private static final Duration LONGER_THAN_A_LEASE = Duration.ofMillis(1_700);

  private final Database database = Shared.postgres().newDatabase();
  private final List<Process> workers = new ArrayList<>();

  @AfterEach
  void end() {
    workers.forEach(Process::destroyForcibly);
  }

  @Test
  void L4_twoHundredKillsLoseNoJobAndStaleWorkersApplyNothing() throws Exception {
    Seed seed = Seed.draw();
    RandomGenerator random = seed.random();
    long world = random.nextLong(1L << 40);
    JdbcSchema.of(database.dataSource()).install();
    execute("create table kills_round (n int not null)");
    execute("insert into kills_round values (0)");
    watchForStaleWrites();
    Reconciler<ObjectState> reconciler = KillsWorker.reconciler(database, world);

    int round = 0;
    int stops = 0;
    Run last = reconciler.submit(Scope.all());
    for (int i = 0; i < WORKERS; i++) {
      workers.add(spawn(world));
    }
    for (int kills = 0; kills < KILLS; kills++) {
      if (kills % KILLS_PER_ROUND == 0) {
        round++;
        execute("update kills_round set n = " + round);
        last = reconciler.submit(Scope.all());
      }
      int victim = random.nextInt(WORKERS);
      Process process = workers.get(victim);
      wait(random.nextInt(400));
      if (random.nextInt(10) == 0) {
        signal("STOP", process);
        wait((int) LONGER_THAN_A_LEASE.toMillis());
        signal("CONT", process);
        stops++;
        wait(random.nextInt(300));
      }
      process.destroyForcibly().waitFor();
      workers.set(victim, spawn(world));
    }

    Report report = last.await(Duration.ofMinutes(3));
    assertThat(report.phase()).isEqualTo(RunPhase.DONE);
    assertThat(report.heldBack()).isEmpty();
    for (Run run : reconciler.runs()) {
      assertThat(run.await(Duration.ofMinutes(1)).phase()).isEqualTo(RunPhase.DONE);
    }
    assertThat(JdbcQueue.of(database.dataSource(), "kills").statistics().total())
        .as("no job is left and none was buried")
        .isEqualTo(Counts.NONE);
    assertThat(count("select count(*) from kills_backwards")).as("stale writes").isZero();
    assertEqual(world, round);
    System.out.println(
        "kills " + KILLS + ", stops " + stops + ", rounds " + round + ", last " + report);
  }

  /** A write that puts an older state over a newer one could only come from a stale worker. */
  private void watchForStaleWrites() throws SQLException {
    execute("create table kills_backwards (was bigint, became bigint)");
    execute(
        """
        create function kills_watch() returns trigger language plpgsql as $$
        begin
          insert into kills_backwards values (old.last_modified, new.last_modified);
          return new;
        end $$
        """);
    execute(
        """
        create trigger kills_watch after update on chirograph_catalogue_object for each row
        when (new.last_modified < old.last_modified) execute function kills_watch()
        """);
  }

  private void assertEqual(long world, int round) {
    RoundSource source = KillsWorker.source(database, world);
    JdbcCatalogue catalogue = JdbcCatalogue.of(database.dataSource(), "kills");
    List<String> different = new ArrayList<>();
    for (int object = 0; object < source.objects(); object++) {
      Key key = RoundSource.key(object);
      Optional<ObjectState> expected = source.state(object, round);
      Observation<ObjectState> found = catalogue.observe(List.of(key)).get(0);
      Optional<ObjectState> state = found.content().map(s -> s.withId(Optional.empty()));
      if (!state.equals(expected)) {
        different.add(key + ": expected " + expected + ", found " + found);
      }
    }
    assertThat(different).isEmpty();
  }

  private Process spawn(long world) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                classPath,
                KillsWorker.class.getName(),
                database.jdbcUrl(),
                database.user(),
                database.password(),
                Long.toString(world))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.inputReader().readLine(); // "ready"
    return process;
  }

  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
        .start()
        .waitFor(10, TimeUnit.SECONDS);
  }

  /** The moment of a kill has to be random in real time: that is what is tested. */
  private static void wait(int millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
