package dev.chirograph.examples.offices;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.examples.offices.WordNet.Synset;
import dev.chirograph.jdbc.JdbcSource;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.servers.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * An office: a database in which people work, as they would if nobody replicated it. Each statement
 * that writes a row gives it a new version.
 */
final class Office implements AutoCloseable {

  /** So many statements are sent at once. */
  private static final int BATCH = 5_000;

  private final String name;
  private final HikariDataSource pool;
  private final String next;
  private final String now;

  private Office(String name, HikariDataSource pool, String next, String now) {
    this.name = name;
    this.pool = pool;
    this.next = next;
    this.now = now;
  }

  /** An office with a file of SQLite, which has one writer at a time: a version is the last + 1. */
  static Office onSqlite(String name, Path file) throws SQLException {
    String url = "jdbc:sqlite:" + file + "?foreign_keys=on&journal_mode=WAL&synchronous=OFF";
    HikariDataSource pool = Pools.open(new Database(url, "", ""));
    Pools.create(pool, "sqlite.sql");
    return new Office(
        name,
        pool,
        "(select coalesce(max(version), 0) + 1 from $1)",
        "strftime('%Y-%m-%d %H:%M:%f', 'now')");
  }

  /** An office with a MariaDB, where versions come from a sequence. */
  static Office onMariaDb(String name, Database database) throws SQLException {
    HikariDataSource pool = Pools.open(database);
    Pools.create(pool, "mariadb.sql");
    return new Office(name, pool, "nextval(versions)", "utc_timestamp(3)");
  }

  String name() {
    return name;
  }

  DataSource database() {
    return pool;
  }

  /**
   * What the office's agent reads. That versions are drawn by the statement that writes is what
   * proves how far all rows are there.
   */
  JdbcSource source() {
    JdbcTable versioned = JdbcTable.standard().markDrawnInTransaction("version");
    return JdbcSource.builder(pool).table("synset", versioned).table("sense", versioned).build();
  }

  // ---- work

  /** Enters synsets and their words, in one transaction; answers how many words there were. */
  int enter(List<Synset> synsets) throws SQLException {
    int words = 0;
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement synset =
              connection.prepareStatement(
                  sql("insert into synset values (?, ?, ?, ?, {now}, {next synset})"));
          PreparedStatement sense =
              connection.prepareStatement(
                  sql("insert into sense values (?, ?, ?, {next sense})"))) {
        for (int i = 0; i < synsets.size(); i++) {
          Synset one = synsets.get(i);
          add(synset, one.id(), one.topic(), one.relations(), one.gloss());
          for (int number = 1; number <= one.lemmas().size(); number++) {
            add(sense, one.id(), number, one.lemmas().get(number - 1));
          }
          words += one.lemmas().size();
          if (i % BATCH == BATCH - 1 || i == synsets.size() - 1) {
            synset.executeBatch();
            sense.executeBatch();
          }
        }
      }
      connection.commit();
    }
    return words;
  }

  private static void add(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }

  /**
   * Does some work.
   *
   * @param sql in which {@code {now}} is the time and <code>{next <i>table</i>}</code> a version
   * @return how many rows were written or deleted
   */
  int does(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql(sql));
    }
  }

  private String sql(String sql) {
    return sql.replace("{now}", now).replaceAll("\\{next (\\w+)}", next);
  }

  // ---- backups, as SQLite's driver makes them

  void backUp(Path file) throws SQLException {
    does("backup to '" + file + "'");
  }

  void restore(Path file) throws SQLException {
    does("restore from '" + file + "'");
  }

  @Override
  public void close() {
    pool.close();
  }
}
