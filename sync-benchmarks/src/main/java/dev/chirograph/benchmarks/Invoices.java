package dev.chirograph.benchmarks;

import static java.util.stream.Collectors.joining;

import dev.chirograph.servers.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A table like many: a whole number as its key, texts, a decimal, a time, a truth, columns that may
 * be null, and a version with an index. The server fills it.
 */
final class Invoices {

  static final String TABLE = "invoice";

  /** The column that grows with each change. */
  static final String VERSION = "changed";

  private static final String OTHERS = "customer, note, amount, paid_at, paid, discount, changed";
  private static final List<String> TENANT = List.of("customer_id", "database_id");

  private final Database database;
  private final boolean postgres;
  private final boolean shared;

  private Invoices(Database database, boolean shared) {
    this.database = database;
    this.shared = shared;
    this.postgres = database.jdbcUrl().startsWith("jdbc:postgresql:");
  }

  static Invoices in(Database database) {
    return new Invoices(database, false);
  }

  /** Tables that tenants share. */
  static Invoices sharedIn(Database database) {
    return new Invoices(database, true);
  }

  /** An empty table. */
  void create(String table) throws SQLException {
    String tenant = TENANT.stream().map(one -> one + " varchar(64) not null, ").collect(joining());
    String before = shared ? String.join(", ", TENANT) + ", " : "";
    execute(
        """
        create table %s (%s id bigint not null, customer varchar(40) not null, note varchar(200),
          amount decimal(12,2) not null, paid_at %s, paid boolean not null, discount int,
          changed bigint not null, primary key (%sid))%s\
        """
            .formatted(
                table,
                shared ? tenant : "",
                postgres ? "timestamp(6)" : "datetime(6)",
                before,
                postgres ? "" : " character set utf8mb4 collate utf8mb4_bin"),
        "create index %1$s_changed on %1$s (%2$schanged)".formatted(table, before));
  }

  /** Puts so many rows into the empty table. */
  void fill(String table, long rows) throws SQLException {
    execute(postgres ? postgresRows(table, rows) : mariaDbRows(table, rows));
    settle(table);
  }

  private static String postgresRows(String table, long rows) {
    return """
    insert into %s (id, customer, note, amount, paid_at, paid, discount, changed)
    select 3 * n, 'customer ' || n %% 9973 || ' Straße',
      case when n %% 4 = 0 then null else 'note of ' || n || ': ' || md5(n::text) end,
      (n * 7919 %% 10000000)::numeric / 100,
      case when n %% 5 = 0 then null else timestamp '2020-01-01' + n * 37 * interval '1 second'
        + n * 7919 %% 1000000 * interval '1 microsecond' end,
      n %% 5 <> 0, case when n %% 3 = 0 then n %% 100 end,
      n + case when n %% 10 = 0 then %d else 0 end
    from generate_series(1::bigint, %d) n\
    """
        .formatted(table, rows, rows);
  }

  private static String mariaDbRows(String table, long rows) {
    return """
    insert into %s (id, customer, note, amount, paid_at, paid, discount, changed)
    select 3 * seq, concat('customer ', seq %% 9973, ' Straße'),
      if(seq %% 4 = 0, null, concat('note of ', seq, ': ', md5(seq))),
      seq * 7919 %% 10000000 / 100,
      if(seq %% 5 = 0, null, timestamp('2020-01-01') + interval (seq * 37) second
        + interval (seq * 7919 %% 1000000) microsecond),
      seq %% 5 <> 0, if(seq %% 3 = 0, seq %% 100, null),
      seq + if(seq %% 10 = 0, %d, 0)
    from seq_1_to_%d\
    """
        .formatted(table, rows, rows);
  }

  /** What a host's server has done by itself after a while. */
  private void settle(String table) throws SQLException {
    execute((postgres ? "vacuum analyze " : "analyze table ") + table);
  }

  /**
   * Makes rows differ from what they are elsewhere, evenly spread and without a new version: of ten
   * eight hold something else, one is missing, and one is there too many.
   *
   * @param turn other rows at each turn
   */
  void differ(String table, long rows, long differences, int turn) throws SQLException {
    long every = rows / differences;
    String quotient = postgres ? "/" : "div";
    String chosen =
        "id %% 3 = 0 and (id %1$s 3) %% %2$d = %3$d and (id %1$s %4$d) %% 10"
            .formatted(quotient, every, turn % every, 3 * every);
    execute(
        "update %s set amount = amount + 1 where %s < 8".formatted(table, chosen),
        "delete from %s where %s = 8".formatted(table, chosen),
        """
        insert into %1$s (id, %3$s) select id + 1, %3$s from %1$s where %2$s = 9\
        """
            .formatted(table, chosen, OTHERS + (shared ? ", " + String.join(", ", TENANT) : "")));
  }

  /**
   * One pass over the table that joins its columns: CRC32 of it on MariaDB, its length elsewhere.
   */
  void pass(String table) throws SQLException {
    String columns = "id, " + OTHERS;
    String of =
        postgres
            ? "sum(length(concat_ws('|', %s)))"
            : "coalesce(bit_xor(crc32(concat_ws('#', %s))), 0)";
    execute(("select count(*), " + of.formatted(columns) + " from " + table));
  }

  long count(String table) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
