package dev.chirograph.jdbc.kills;

import dev.chirograph.DeleteLimit;
import dev.chirograph.ObjectState;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Worker;
import dev.chirograph.servers.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** A worker in a process of its own, made to be killed. Ends when its standard input does. */
final class KillsWorker {

  static final int OBJECTS = 1_500;

  private KillsWorker() {}

  public static void main(String[] arguments) throws IOException {
    Reconciler<ObjectState> reconciler =
        reconciler(
            new Database(arguments[0], arguments[1], arguments[2]), Long.parseLong(arguments[3]));
    try (Worker worker = reconciler.worker().concurrency(2).poll(Duration.ofMillis(200)).start()) {
      System.out.println("ready");
      while (System.in.read() >= 0) {
        continue;
      }
      System.out.println("closing " + worker);
    }
  }

  static Reconciler<ObjectState> reconciler(Database database, long seed) {
    DataSource dataSource = database.dataSource();
    return Reconciler.builder(
            "kills", source(database, seed), JdbcCatalogue.of(dataSource, "kills"))
        .queue(JdbcQueue.of(dataSource, "kills"))
        .state(JdbcState.of(dataSource))
        .deletes(DeleteLimit.of(100_000, 1))
        .lease(Duration.ofSeconds(1))
        .batch(40)
        .ranges(3)
        .build();
  }

  static RoundSource source(Database database, long seed) {
    return new RoundSource(seed, OBJECTS, () -> round(database.dataSource()));
  }

  private static int round(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select n from kills_round")) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
