package dev.chirograph.checks.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.RetryPolicy;
import dev.chirograph.http.BearerTokens;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.http.TableCaller;
import dev.chirograph.http.TableHandler;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcSource;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.jdbc.JdbcTenants;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.ManualClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * An office with three tables, a database that it shares with others behind a server of tables, and
 * an agent that goes the road between them. What is there in the end is asked of both databases by
 * statements of these tests' own.
 */
final class Scene implements AutoCloseable {

  static final Tenant OFFICE = new Tenant("acme", "north");
  static final Tenant SIBLING = new Tenant("acme", "south");
  static final Tenant RIVAL = new Tenant("rival", "north");

  static final String TOKEN = "office-token-0123456789-01234567";
  static final String RIVAL_TOKEN = "rival-token-0123456789-012345678";

  private static final List<String> TABLES = List.of("customer", "invoice", "note");
  private static final Map<String, String> COLUMNS =
      Map.of(
          "customer", "id, name, version",
          "invoice", "id, customer, cents, version",
          "note", "text, number");

  private static final Pattern NAME =
      Pattern.compile(
          "\\b(customer|invoice|note|id|name|version|cents|text|number|customer_id|database_id)\\b");

  private static final AtomicInteger COUNT = new AtomicInteger();

  final ManualClock clock = ManualClock.create();
  final StateStore state = MemoryBackend.create(clock).state("office");
  final DataSource office;
  final DataSource center;
  final JdbcTenants tenants;
  final Door door;
  String token = TOKEN;
  Duration timeout = Duration.ofSeconds(30);

  private final JdbcSource source;
  private final Connection officeOpen;
  private final Connection centerOpen;
  private final List<String> othersAtFirst;

  /** Both databases are new. */
  Scene(Database office, Database center) {
    try {
      this.office = office.dataSource();
      this.center = center.dataSource();
      this.officeOpen = this.office.getConnection();
      this.centerOpen = this.center.getConnection();
      JdbcSchema.of(this.center).only(JdbcSchema.Component.TABLE).install();
      execute(
          this.office,
          "create table customer (id bigint primary key, name varchar(100), version bigint not"
              + " null)",
          "create table invoice (id bigint primary key, customer bigint not null references"
              + " customer (id), cents bigint, version bigint not null)",
          "create table note (text varchar(100) not null, number bigint)");
      JdbcTable versioned = JdbcTable.standard().markDrawnInTransaction("version");
      this.source =
          JdbcSource.builder(this.office)
              .table("customer", versioned)
              .table("invoice", versioned)
              .table("note")
              .build();
      this.tenants = JdbcTenants.builder(this.center).clock(clock).build();
      for (String table : TABLES) {
        written(this.center, tenants.script(source.table(table).shape()).split(";\n", -1));
      }
      execute(
          this.center, "alter table customer add constraint no_poison check (name <> 'poison')");
      List.of(OFFICE, SIBLING, RIVAL).forEach(tenants::register);
      for (Tenant other : List.of(SIBLING, RIVAL)) {
        String whose = "'" + other.customer() + "', '" + other.database() + "', ";
        execute(
            this.center,
            "insert into customer (customer_id, database_id, id, name, version) values ("
                + whose
                + "1, 'secret', 1), ("
                + whose
                + "3, 'secret', 99)",
            "insert into note (customer_id, database_id, text, number) values ("
                + whose
                + "'a', 1)");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    this.othersAtFirst = others();
    this.door =
        new Door(
            TableHandler.builder(
                    tenants,
                    BearerTokens.of(
                        Map.of(
                            BearerTokens.hash(TOKEN),
                            TableCaller.of("acme", Set.of("north")),
                            BearerTokens.hash(RIVAL_TOKEN),
                            TableCaller.of("rival"))))
                .build());
  }

  /** Two databases in memory. */
  static Scene small() {
    return new Scene(inMemory("office"), inMemory("center"));
  }

  private static Database inMemory(String name) {
    return new Database("jdbc:h2:mem:" + name + COUNT.incrementAndGet() + "", "sa", "");
  }

  // ---- what is in the office

  /** A little of everything. */
  Scene filled() {
    for (int i = 1; i <= 6; i++) {
      put("customer", i, "'customer " + i + "'", i);
      put("invoice", i, i, 100 * i, i);
    }
    put("note", "'a'", 1);
    put("note", "'a'", 1);
    put("note", "'b'", "null");
    return this;
  }

  /** And something of each kind happens to it. */
  Scene edited() {
    execute(
        office,
        "delete from invoice where id in (2, 6)",
        "delete from customer where id = 6",
        "delete from note where text = 'b'",
        "update customer set name = 'other', version = 7 where id = 3",
        "update invoice set cents = null, version = 7 where id = 1");
    for (int i = 8; i <= 12; i++) {
      put("customer", i, "'customer " + i + "'", i);
      put("invoice", i, i, 100 * i, i);
    }
    put("note", "'a'", 1);
    put("note", "'c'", 2);
    return this;
  }

  void put(String table, Object... values) {
    List<String> texts = new ArrayList<>();
    for (Object value : values) {
      texts.add(String.valueOf(value));
    }
    execute(
        office,
        "insert into "
            + table
            + " ("
            + COLUMNS.get(table)
            + ") values ("
            + String.join(", ", texts)
            + ")");
  }

  // ---- the agent

  HttpReplica replica() {
    return HttpReplica.builder(door.address(), OFFICE).token(() -> token).timeout(timeout).build();
  }

  /** An agent that has just been started. */
  TableSync agent() {
    return builder().build();
  }

  TableSync.Builder builder() {
    return TableSync.builder("office", source, replica(), state)
        .agent("agent of the office")
        .batch(3, 1 << 20, Duration.ofSeconds(2))
        .retries(
            RetryPolicy.builder()
                .pauses(Duration.ofMillis(1), Duration.ofMillis(2))
                .attempts(3)
                .build())
        .quarantine(
            RetryPolicy.builder().pauses(Duration.ofMillis(1), Duration.ofMillis(2)).build())
        .environment(clock.environment());
  }

  /** The road is clear again, and an agent runs as often as it needs. */
  List<TableReport> settled() {
    door.leads((number, request, size) -> Trouble.NONE);
    List<TableReport> reports = List.of();
    for (int i = 0; i < 4 && (i == 0 || !areEqual(reports)); i++) {
      clock.advance(Duration.ofHours(2));
      reports = agent().run();
    }
    return reports;
  }

  private boolean areEqual(List<TableReport> reports) {
    return here().equals(there()) && certified(reports).size() == 2;
  }

  /** The tables that a run calls equal; notes have no versions, so that nothing proves they are. */
  static List<String> certified(List<TableReport> reports) {
    return reports.stream()
        .filter(report -> report.certificate().isPresent())
        .map(TableReport::table)
        .toList();
  }

  /** Runs until both are equal, and asks them whether they are. */
  void assertSettled() {
    List<TableReport> reports = settled();
    assertThat(there()).isEqualTo(here());
    assertThat(certified(reports)).containsExactly("customer", "invoice");
    assertThat(reports).allMatch(report -> report.quarantined() == 0);
    assertThat(others()).isEqualTo(othersAtFirst);
  }

  // ---- asking the databases

  /** All rows of the office. */
  List<String> here() {
    return all(office, "");
  }

  /** All rows that the center has of the office. */
  List<String> there() {
    return all(center, of(OFFICE));
  }

  /** All rows that the center has of others. */
  List<String> others() {
    List<String> rows = all(center, of(SIBLING));
    rows.addAll(all(center, of(RIVAL)));
    return rows;
  }

  private static String of(Tenant tenant) {
    return " where customer_id = '"
        + tenant.customer()
        + "' and database_id = '"
        + tenant.database()
        + "'";
  }

  private static List<String> all(DataSource database, String which) {
    List<String> rows = new ArrayList<>();
    for (String table : TABLES) {
      rows.addAll(rows(database, "select " + COLUMNS.get(table) + " from " + table + which, table));
    }
    Collections.sort(rows);
    return rows;
  }

  static List<String> rows(DataSource database, String sql, String name) {
    List<String> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(quoted(sql))) {
      while (result.next()) {
        StringBuilder row = new StringBuilder(name);
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          String cell = result.getString(i);
          row.append(' ').append(cell == null ? "-" : "'" + cell + "'");
        }
        rows.add(row.toString());
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
    return rows;
  }

  /** Names are quoted as the product does, since one of the databases writes others in capitals. */
  private static String quoted(String sql) {
    String[] pieces = sql.split("'", -1);
    for (int i = 0; i < pieces.length; i += 2) { // every other one is a text
      pieces[i] = NAME.matcher(pieces[i]).replaceAll("\"$0\"");
    }
    return String.join("'", pieces);
  }

  static void execute(DataSource database, String... statements) {
    String[] quoted = new String[statements.length];
    for (int i = 0; i < statements.length; i++) {
      quoted[i] = quoted(statements[i]);
    }
    written(database, quoted);
  }

  private static void written(DataSource database, String... statements) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(String.join("; ", statements), e);
    }
  }

  @Override
  public void close() {
    door.close();
    try {
      officeOpen.close();
      centerOpen.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
