package dev.chirograph.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.relocate.Verification;
import dev.chirograph.servers.Database;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * A JVM of its own that relocates when told to, so that its heap can be bounded and measured apart
 * from the servers. Reads a line, and answers each with a line of JSON.
 */
final class RelocateRun {

  /**
   * What a JVM is started with.
   *
   * @param endpoint of the buckets
   * @param concurrency how many objects are moved side by side
   * @param leaseSeconds how long a job is held by a process that was killed
   * @param trustTagCounts whether only objects are asked for their tags that have some
   */
  record Setup(
      URI endpoint,
      String jdbcUrl,
      String user,
      String password,
      int concurrency,
      int leaseSeconds,
      Verification verification,
      boolean trustTagCounts) {

    static Setup of(URI endpoint, Database database) {
      return new Setup(
          endpoint,
          database.jdbcUrl(),
          database.user(),
          database.password(),
          16,
          60,
          Verification.CHECKSUM,
          false);
    }

    Setup withConcurrency(int moves) {
      return new Setup(
          endpoint, jdbcUrl, user, password, moves, leaseSeconds, verification, trustTagCounts);
    }

    Setup withLease(int seconds) {
      return new Setup(
          endpoint, jdbcUrl, user, password, concurrency, seconds, verification, trustTagCounts);
    }

    Setup with(Verification how) {
      return new Setup(
          endpoint, jdbcUrl, user, password, concurrency, leaseSeconds, how, trustTagCounts);
    }

    Setup trusting(boolean counts) {
      return new Setup(
          endpoint, jdbcUrl, user, password, concurrency, leaseSeconds, verification, counts);
    }
  }

  /**
   * What can be told.
   *
   * @param owner whose files
   * @param file where a plan goes
   * @param some how many moves to wait for
   * @param begun how many moves had begun before
   * @param last the number of the last handle of those
   */
  record Command(What what, String owner, String file, int some, int begun, int last) {
    static Command of(What what, String owner) {
      return new Command(what, owner, "", 0, 0, 0);
    }
  }

  /** What is to be done. */
  enum What {
    /** Write the plan to a file. */
    PLAN,
    /** Read the same rows in one query, and do nothing with them. */
    SELECT,
    /** Put the moves into the queue. */
    COLLECT,
    /** Begin to work, and do not wait for anything. */
    BEGIN,
    /** Begin to work, and wait for the first moves and for those that had begun before. */
    GO_ON,
    /** Collect the files of an owner, and wait until they are moved. */
    MOVE
  }

  /**
   * What became of one command.
   *
   * @param cpuMillis what this JVM computed for it, with all that it does beside
   * @param heapMiB the most heap that a collection ever left in use in this JVM
   * @param firstMillis until the first move was made
   * @param someMillis until so many were as were asked for
   * @param begunMillis until those that had begun before were
   * @param ageMillis of the JVM when the first was made
   */
  record Answer(
      long items,
      double millis,
      double cpuMillis,
      long statements,
      double heapMiB,
      double firstMillis,
      double someMillis,
      double begunMillis,
      double ageMillis) {}

  static final ObjectMapper JSON = new ObjectMapper();

  /** Files of no allocation belong where they are. */
  private static final String ELSEWHERE = HandlesTable.BUCKET;

  private static final OperatingSystemMXBean OS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final HeapWatch heap = HeapWatch.start();
  private final Moves moves = new Moves();
  private final CountingDataSource counting;
  private final DataSource pool;
  private final Relocator relocator;
  private boolean started;

  private RelocateRun(Setup setup, TwoClients stores, DataSource pool) {
    this.pool = pool;
    this.counting = new CountingDataSource(pool);
    DataSource counted = counting.dataSource();
    this.relocator =
        Relocator.builder(
                "files",
                JdbcHandles.of(counted, Set.of(HandlesTable.BUCKET)),
                JdbcAllocations.of(counted, ELSEWHERE),
                stores,
                JdbcQueue.of(counted, "files"))
            .concurrency(setup.concurrency())
            .lease(Duration.ofSeconds(setup.leaseSeconds()))
            .verification(setup.verification())
            .listener(moves)
            .build();
  }

  /** The argument is a {@link Setup}. */
  public static void main(String[] arguments) throws Exception {
    Setup setup = JSON.readValue(arguments[0], Setup.class);
    Database database = new Database(setup.jdbcUrl(), setup.user(), setup.password());
    int connections = Math.min(32, setup.concurrency() + 4);
    try (TwoClients stores =
            TwoClients.of(setup.endpoint(), setup.concurrency(), setup.trustTagCounts());
        HikariDataSource pool = Postgres.pool(database, connections)) {
      RelocateRun run = new RelocateRun(setup, stores, pool);
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(
            JSON.writeValueAsString(run.answer(JSON.readValue(line, Command.class))));
      }
      run.relocator.close();
    }
  }

  private Answer answer(Command command) throws Exception {
    long statements = counting.statements();
    long cpu = OS.getProcessCpuTime();
    moves.begin(command);
    long start = System.nanoTime();
    long items = done(command);
    double millis = (System.nanoTime() - start) / 1e6;
    return new Answer(
        items,
        millis,
        (OS.getProcessCpuTime() - cpu) / 1e6,
        counting.statements() - statements,
        heap.mostMiB(),
        moves.firstMillis(),
        moves.someMillis(),
        moves.begunMillis(),
        moves.ageMillis());
  }

  private long done(Command command) throws Exception {
    return switch (command.what()) {
      case PLAN -> plan(command);
      case SELECT -> select(command.owner());
      case COLLECT -> relocator.collect(command.owner());
      case BEGIN -> {
        start();
        yield 0;
      }
      case GO_ON -> {
        start();
        moves.await(command.some(), command.begun());
        yield moves.made();
      }
      case MOVE -> {
        start();
        long asked = relocator.collect(command.owner());
        moves.await(asked, 0);
        yield moves.made();
      }
    };
  }

  private void start() {
    if (!started) {
      started = true;
      relocator.start();
    }
  }

  private long plan(Command command) throws IOException {
    try (BufferedWriter lines = Files.newBufferedWriter(Path.of(command.file()))) {
      return relocator.plan(Optional.of(command.owner()), lines).handles();
    }
  }

  /** What the planner needs of the rows, in one query and page by page. */
  private long select(String owner) throws SQLException {
    String sql =
        """
        select id, etag, project_id, bucket_name, key_bytes, version_id, content_size, content_md5,
          preview_id
        from chirograph_file_handle where project_id = ? order by id""";
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      connection.setAutoCommit(false);
      statement.setFetchSize(1_000);
      statement.setString(1, owner);
      long rows = 0;
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            row.getBytes(column);
          }
          rows++;
        }
      }
      connection.rollback();
      return rows;
    }
  }
}
