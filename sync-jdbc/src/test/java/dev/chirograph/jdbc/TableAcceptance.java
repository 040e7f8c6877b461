package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.ManualClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What offices go through, from their database to the PostgreSQL that many share. Both sides are
 * read by statements of these tests' own in the end.
 */
abstract class TableAcceptance {

  private static final String INSERT = "insert into invoice values (?, ?, ?, ?)";

  private static final Tenant TENANT = new Tenant("acme", "office");

  private final TestDatabase kind;
  private final ManualClock clock = ManualClock.create();
  private final StateStore state = MemoryBackend.create(clock).state("office");
  private final List<AutoCloseable> open = new ArrayList<>();
  private DataSource office;
  private DataSource cloud;
  private String life = "first";

  TableAcceptance(TestDatabase kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() throws SQLException {
    office = opened(kind);
    cloud = opened(TestDatabase.POSTGRESQL);
    JdbcSchema.of(cloud).only(JdbcSchema.Component.TABLE).install();
  }

  private DataSource opened(TestDatabase database) {
    SpyDataSource spy = database.empty();
    open.add(spy);
    return spy.dataSource();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  // ---- both sides

  private static void execute(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** All rows of a query, each as one text. */
  private static List<String> rows(DataSource database, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          String cell = result.getString(i);
          row.append(cell == null ? "-" : "'" + cell + "'").append(' ');
        }
        rows.add(row.toString());
      }
    }
    Collections.sort(rows);
    return rows;
  }

  private SourceDatabase source(DataSource database, String... tables) {
    JdbcSource.Builder builder = JdbcSource.builder(database).incarnation(() -> life);
    for (String table : tables) {
      builder.table(table, JdbcTable.standard().markDrawnInTransaction("version"));
    }
    return builder.build();
  }

  /** Makes the shared tables as they are needed for the office's. */
  private ReplicaDatabase shared(SourceDatabase source, String... extra) throws SQLException {
    JdbcTenants tenants = JdbcTenants.of(cloud);
    for (String table : source.tables()) {
      for (String sql : tenants.script(source.table(table).shape()).split(";\n", -1)) {
        if (!sql.isBlank()) {
          execute(cloud, sql);
        }
      }
    }
    execute(cloud, extra);
    tenants.register(TENANT);
    tenants.register(new Tenant("acme", "other"));
    return tenants.database(TENANT);
  }

  private TableSync.Builder sync(SourceDatabase source, ReplicaDatabase replica) {
    return TableSync.builder("office", source, replica, state)
        .agent("agent")
        .batch(4, 64 << 20, Duration.ofSeconds(2))
        .environment(clock.environment());
  }

  private void invoices() throws SQLException {
    execute(
        office,
        "create table invoice (id bigint primary key not null, customer "
            + text(200)
            + " null, cents bigint null, version bigint not null)",
        "create index invoice_version on invoice (version)");
  }

  /** Text that keeps everything apart. */
  private String text(int size) {
    return switch (kind) {
      case MARIADB -> "varchar(" + size + ") character set utf8mb4 collate utf8mb4_nopad_bin";
      case SQLITE, POSTGRESQL, H2 -> "varchar(" + size + ")";
    };
  }

  private void put(long id, String customer, long version) throws SQLException {
    execute(office, "delete from invoice where id = " + id);
    try (Connection connection = office.getConnection()) {
      insert(connection, id, customer, version);
    }
  }

  private static void insert(Connection connection, long id, String customer, long version)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      bind(insert, id, customer, version);
      insert.executeUpdate();
    }
  }

  private static void bind(PreparedStatement insert, long id, String customer, long version)
      throws SQLException {
    insert.setLong(1, id);
    insert.setString(2, customer);
    insert.setLong(3, id * 100);
    insert.setLong(4, version);
  }

  private void put(int from, int to) throws SQLException {
    try (Connection connection = office.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(false);
      for (int i = from; i <= to; i++) {
        bind(insert, i, "customer " + i, i);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private void assertEqualInvoices() throws SQLException {
    assertThat(rows(cloud, "select id, customer, cents, version from invoice"))
        .isEqualTo(rows(office, "select id, customer, cents, version from invoice"));
  }

  // ---- rows come and go

  @Test
  void theGapAndTheNewestRowAreDeleted() throws SQLException {
    invoices();
    put(1, 10);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    assertThat(sync(source, replica).build().run().get(0).sent()).isEqualTo(10);
    assertEqualInvoices();

    execute(office, "delete from invoice where id = 5");
    TableReport gap = sync(source, replica).build().run().get(0);
    assertThat(gap.deleted()).as("%s", gap).isOne();
    assertThat(gap.certificate()).isPresent();
    assertEqualInvoices();

    execute(office, "delete from invoice where id = 10");
    assertThat(sync(source, replica).build().run().get(0).deleted()).isOne();
    assertEqualInvoices();
  }

  @Test
  void anEmptySourceDeletesNothing() throws SQLException {
    invoices();
    put(1, 10);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    sync(source, replica).build().run();
    execute(office, "delete from invoice");
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(10);
    assertThat(rows(cloud, "select id from invoice")).hasSize(10);
  }

  @Test
  void L6_aTransactionThatCommitsLateIsCaughtUpWith() throws SQLException {
    Assumptions.assumeTrue(kind != TestDatabase.SQLITE, "one writer at a time");
    invoices();
    put(1, 10);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    sync(source, replica).build().run();
    try (Connection late = office.getConnection()) {
      late.setAutoCommit(false);
      insert(late, 11, "late", 11);
      try (Connection early = office.getConnection()) {
        insert(early, 12, "early", 12);
      }
      for (int i = 0; i < 3; i++) {
        TableReport report = sync(source, replica).build().run().get(0);
        assertThat(report.failure()).isEmpty();
        assertThat(rows(cloud, "select id from invoice")).hasSize(10);
      }
      late.commit();
    }
    long sent = 0;
    for (int i = 0; i < 3; i++) {
      TableReport report = sync(source, replica).build().run().get(0);
      sent += report.sent();
      assertThat(report.mended()).isZero();
    }
    assertThat(sent).isEqualTo(2);
    assertEqualInvoices();
  }

  @Test
  void L6_anOlderBackupAndThenPastTheOldMaximum() throws SQLException {
    invoices();
    put(1, 100);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    sync(source, replica).build().run();
    // Back to 95, and then other rows under the numbers that were given out before.
    execute(office, "delete from invoice where id > 95");
    life = "second";
    for (int i = 96; i <= 105; i++) {
      put(i, "other " + i, i);
    }
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.certificate()).isPresent();
    assertEqualInvoices();
  }

  @Test
  void L6_theWrongDatabaseIsRefused() throws SQLException {
    invoices();
    put(1, 50);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    sync(source, replica).build().run();
    List<String> before = rows(cloud, "select * from invoice");
    life = "another one";
    for (int i = 1; i <= 60; i++) {
      put(i, "somebody else", 1_000 + i);
    }
    assertThat(sync(source, replica).build().run().get(0).failure()).isPresent();
    assertThat(rows(cloud, "select * from invoice")).isEqualTo(before);
  }

  @Test
  void onePoisonRowAmongTenThousand() throws SQLException {
    invoices();
    put(1, 10_000);
    put(4_321, "poison", 4_321);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica =
        shared(source, "alter table invoice add check (customer <> 'poison')");
    TableSync.Builder builder =
        sync(source, replica).batch(5_000, 64 << 20, Duration.ofSeconds(10));
    TableReport report = builder.build().run().get(0);
    assertThat(report.sent()).isEqualTo(9_999);
    assertThat(report.quarantined()).isOne();
    assertThat(report.examples()).singleElement().asString().startsWith("4321: ");
    put(4_321, "mended", 10_001);
    assertThat(builder.build().run().get(0).sent()).isOne();
    assertEqualInvoices();
  }

  @Test
  void twoRowsSwapUniqueValues() throws SQLException {
    invoices();
    put(1, 10);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica =
        shared(source, "create unique index once on invoice (customer_id, database_id, customer)");
    sync(source, replica).build().run();
    put(3, "customer 7", 11);
    put(7, "customer 3", 12);
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.quarantined()).isZero();
    assertEqualInvoices();
  }

  @Test
  void otherTenantsAreLeftAlone() throws SQLException {
    invoices();
    put(1, 10);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    ReplicaDatabase other = JdbcTenants.of(cloud).database(new Tenant("acme", "other"));
    StateStore theirs = MemoryBackend.create(clock).state("other");
    TableSync sync =
        TableSync.builder("other", source, other, theirs).environment(clock.environment()).build();
    sync.run();
    sync(source, replica).build().run();
    execute(office, "delete from invoice where id < 4");
    sync(source, replica).build().run();
    assertThat(rows(cloud, "select id from invoice where database_id = 'other'")).hasSize(10);
    assertThat(rows(cloud, "select id from invoice where database_id = 'office'")).hasSize(7);
  }

  // ---- columns

  @Test
  void aColumnIsAdded() throws SQLException {
    invoices();
    put(1, 3);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    sync(source, replica).build().run();
    execute(office, "alter table invoice add column note varchar(20) default 'none'");
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("'note'"));
    TableReport left =
        sync(source, replica)
            .table(
                "invoice",
                TableOptions.standard().withColumns(ColumnRules.standard().leaveOut("note")))
            .build()
            .run()
            .get(0);
    assertThat(left.failure()).isEmpty();
    execute(cloud, "alter table invoice add column note text");
    TableReport mended = sync(source, replica).build().run().get(0);
    assertThat(mended.failure()).isEmpty();
    assertThat(mended.mended()).isEqualTo(3);
    assertThat(rows(cloud, "select note from invoice")).containsOnly("'none' ");
  }

  @Test
  void textsThatLookAlikeStayApart() throws SQLException {
    execute(
        office,
        "create table word (text "
            + text(100)
            + " primary key not null, note "
            + text(100)
            + " null, version bigint not null)");
    List<String> texts =
        List.of(
            "a",
            "A",
            "a ",
            "ä",
            "a\u0308",
            "ß",
            "ss",
            "\ud83d\ude00",
            "\ud83d\ude01",
            "a|b",
            "a\\|b",
            "\\N",
            "'",
            "\"",
            "%",
            "_",
            "\t",
            "1",
            "01",
            "",
            " ",
            "  ");
    try (Connection connection = office.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into word values (?, ?, ?)")) {
      for (int i = 0; i < texts.size(); i++) {
        insert.setString(1, texts.get(i));
        insert.setString(2, i % 3 == 0 ? null : i % 3 == 1 ? "" : texts.get(i) + " ");
        insert.setLong(3, i);
        insert.executeUpdate();
      }
    }
    SourceDatabase source = source(office, "word");
    ReplicaDatabase replica = shared(source);
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.sent()).as("%s", report).isEqualTo(texts.size());
    assertThat(report.certificate()).isPresent();
    String all = "select text, note, version from word";
    assertThat(rows(cloud, all)).isEqualTo(rows(office, all));
    execute(office, "delete from word where version = 2");
    assertThat(sync(source, replica).build().run().get(0).deleted()).isOne();
    assertThat(rows(cloud, all)).isEqualTo(rows(office, all));
  }

  @Test
  void keysThatArePadded() throws SQLException {
    execute(
        office,
        "create table code (code char(5) primary key not null, version bigint not null)",
        "insert into code values ('a', 1)",
        "insert into code values ('ab', 2)",
        "insert into code values ('abcde', 3)");
    SourceDatabase source = source(office, "code");
    ReplicaDatabase replica = shared(source);
    assertThat(sync(source, replica).build().run().get(0).sent()).isEqualTo(3);
    execute(office, "update code set version = 4 where code = 'ab'");
    execute(office, "delete from code where code = 'abcde'");
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.sent()).isOne();
    assertThat(report.deleted()).isOne();
    assertThat(report.certificate()).isPresent();
    String all = "select trim(code), version from code";
    assertThat(rows(cloud, all)).isEqualTo(rows(office, all));
  }

  @Test
  void compositeKeysAndReferences() throws SQLException {
    execute(
        office,
        "create table parent (id bigint primary key not null, version bigint not null)",
        "create table child (parent bigint not null references parent (id), name "
            + text(50)
            + " not null, version bigint not null, primary key (parent, name))");
    for (int i = 1; i <= 5; i++) {
      execute(office, "insert into parent values (" + i + ", " + i + ")");
      execute(office, "insert into child values (" + i + ", 'a', " + i + ")");
      execute(office, "insert into child values (" + i + ", 'b', " + (10 + i) + ")");
    }
    SourceDatabase source = source(office, "parent", "child");
    assertThat(source.tables()).containsExactly("parent", "child");
    ReplicaDatabase replica =
        shared(
            source,
            "alter table child add foreign key (customer_id, database_id, parent)"
                + " references parent (customer_id, database_id, id)");
    List<TableReport> reports = sync(source, replica).build().run();
    assertThat(reports).allSatisfy(one -> assertThat(one.failure()).isEmpty());
    assertThat(rows(cloud, "select parent, name from child")).hasSize(10);
    execute(office, "delete from child where parent = 3", "delete from parent where id = 3");
    reports = sync(source, replica).build().run();
    assertThat(reports).extracting(TableReport::deleted).containsExactly(1L, 2L);
    assertThat(rows(cloud, "select id from parent")).hasSize(4);
  }

  @Test
  void rowsWithoutAKeyAreCounted() throws SQLException {
    execute(office, "create table event (what " + text(50) + " null, number bigint null)");
    for (int i = 0; i < 30; i++) {
      execute(office, "insert into event values ('" + (i % 4) + "', " + (i % 3) + ")");
    }
    execute(office, "insert into event values (null, null)", "insert into event values ('', 0)");
    SourceDatabase source = JdbcSource.builder(office).table("event").build();
    ReplicaDatabase replica = JdbcReplica.of(cloud);
    execute(cloud, "create table event (what text null, number bigint null)");
    TableSync.Builder builder = sync(source, replica);
    assertThat(builder.build().run().get(0).failure()).isEmpty();
    String all = "select what, number from event";
    assertThat(rows(cloud, all)).isEqualTo(rows(office, all));
    execute(
        office,
        "insert into event values ('1', 1)",
        "delete from event where what = '2' and number = 2");
    TableReport report = builder.build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(rows(cloud, all)).isEqualTo(rows(office, all));
  }

  @Test
  void aRowOfTwentyMegabytes() throws SQLException {
    String large = kind == TestDatabase.MARIADB ? "longtext" : "text";
    execute(
        office,
        "create table paper (id bigint primary key not null, body "
            + large
            + " null, version bigint not null)");
    try (Connection connection = office.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into paper values (?, ?, ?)")) {
      for (int i = 1; i <= 3; i++) {
        insert.setLong(1, i);
        insert.setString(2, i == 2 ? "0123456789".repeat(2_000_000) : "small");
        insert.setLong(3, i);
        insert.executeUpdate();
      }
    }
    SourceDatabase source = source(office, "paper");
    ReplicaDatabase replica = shared(source);
    TableReport report = sync(source, replica).build().run().get(0);
    assertThat(report.sent()).as("%s", report.examples()).isEqualTo(3);
    assertThat(report.certificate()).isPresent();
    assertThat(rows(cloud, "select length(body) from paper"))
        .containsExactly("'20000000' ", "'5' ", "'5' ");
  }

  @Test
  void manyRowsAreComparedByTheDatabases() throws SQLException {
    invoices();
    put(1, 20_000);
    SourceDatabase source = source(office, "invoice");
    ReplicaDatabase replica = shared(source);
    TableSync.Builder builder =
        sync(source, replica)
            .batch(5_000, 64 << 20, Duration.ofSeconds(10))
            .table("invoice", TableOptions.standard().withDeletes(DeleteLimit.of(1_000, 1)));
    builder.build().run();
    execute(
        cloud,
        "update invoice set cents = cents + 1 where id % 1000 = 7",
        "delete from invoice where id % 1000 = 8",
        "insert into invoice (customer_id, database_id, id, customer, cents, version)"
            + " select 'acme', 'office', 100000 + i, 'stray', 1, i * 777"
            + " from generate_series(1, 20) as t(i)");
    TableReport report = builder.build().verify().get(0);
    assertThat(report.mended()).isEqualTo(40);
    assertThat(report.deleted()).isEqualTo(20);
    assertThat(report.certificate()).isPresent();
    assertThat(report.certificate().orElseThrow().digest().count()).isEqualTo(20_000);
    assertEqualInvoices();
  }
}
