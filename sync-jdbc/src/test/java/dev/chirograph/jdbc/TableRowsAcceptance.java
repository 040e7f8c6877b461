package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of an office's rows, however they come, change and go. */
abstract class TableRowsAcceptance {

  @AutoClose private final OfficeScene on;

  TableRowsAcceptance(TestDatabase database) {
    on = new OfficeScene(database);
  }

  // ---- rows come and go

  @Test
  void theGapAndTheNewestRowAreDeleted() throws SQLException {
    on.invoices();
    on.put(1, 10);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    assertThat(on.sync(source, replica).build().run().get(0).sent()).isEqualTo(10);
    on.assertEqualInvoices();

    OfficeScene.execute(on.office, "delete from invoice where id = 5");
    TableReport gap = on.sync(source, replica).build().run().get(0);
    assertThat(gap.deleted()).as("%s", gap).isOne();
    assertThat(gap.certificate()).isPresent();
    on.assertEqualInvoices();

    OfficeScene.execute(on.office, "delete from invoice where id = 10");
    assertThat(on.sync(source, replica).build().run().get(0).deleted()).isOne();
    on.assertEqualInvoices();
  }

  @Test
  void anEmptySourceDeletesNothing() throws SQLException {
    on.invoices();
    on.put(1, 10);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    on.sync(source, replica).build().run();
    OfficeScene.execute(on.office, "delete from invoice");
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.deleted()).isZero();
    assertThat(report.heldBack()).isEqualTo(10);
    assertThat(OfficeScene.rows(on.cloud, "select id from invoice")).hasSize(10);
  }

  @Test
  void L6_aTransactionThatCommitsLateIsCaughtUpWith() throws SQLException {
    Assumptions.assumeTrue(on.kind != TestDatabase.SQLITE, "one writer at a time");
    on.invoices();
    on.put(1, 10);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    on.sync(source, replica).build().run();
    try (Connection late = on.office.getConnection()) {
      late.setAutoCommit(false);
      OfficeScene.insert(late, 11, "late", 11);
      try (Connection early = on.office.getConnection()) {
        OfficeScene.insert(early, 12, "early", 12);
      }
      for (int i = 0; i < 3; i++) {
        TableReport report = on.sync(source, replica).build().run().get(0);
        assertThat(report.failure()).isEmpty();
        assertThat(OfficeScene.rows(on.cloud, "select id from invoice")).hasSize(10);
      }
      late.commit();
    }
    long sent = 0;
    for (int i = 0; i < 3; i++) {
      TableReport report = on.sync(source, replica).build().run().get(0);
      sent += report.sent();
      assertThat(report.mended()).isZero();
    }
    assertThat(sent).isEqualTo(2);
    on.assertEqualInvoices();
  }

  @Test
  void L6_anOlderBackupAndThenPastTheOldMaximum() throws SQLException {
    on.invoices();
    on.put(1, 100);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    on.sync(source, replica).build().run();
    // Back to 95, and then other rows under the numbers that were given out before.
    OfficeScene.execute(on.office, "delete from invoice where id > 95");
    on.life = "second";
    for (int i = 96; i <= 105; i++) {
      on.put(i, "other " + i, i);
    }
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(report.certificate()).isPresent();
    on.assertEqualInvoices();
  }

  @Test
  void L6_theWrongDatabaseIsRefused() throws SQLException {
    on.invoices();
    on.put(1, 50);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    on.sync(source, replica).build().run();
    List<String> before = OfficeScene.rows(on.cloud, "select * from invoice");
    on.life = "another one";
    for (int i = 1; i <= 60; i++) {
      on.put(i, "somebody else", 1_000 + i);
    }
    assertThat(on.sync(source, replica).build().run().get(0).failure()).isPresent();
    assertThat(OfficeScene.rows(on.cloud, "select * from invoice")).isEqualTo(before);
  }

  @Test
  void onePoisonRowAmongTenThousand() throws SQLException {
    on.invoices();
    on.put(1, 10_000);
    on.put(4_321, "poison", 4_321);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica =
        on.shared(source, "alter table invoice add check (customer <> 'poison')");
    TableSync.Builder builder =
        on.sync(source, replica).batch(5_000, 64 << 20, Duration.ofSeconds(10));
    TableReport report = builder.build().run().get(0);
    assertThat(report.sent()).isEqualTo(9_999);
    assertThat(report.quarantined()).isOne();
    assertThat(report.examples()).singleElement().asString().startsWith("4321: ");
    on.put(4_321, "mended", 10_001);
    assertThat(builder.build().run().get(0).sent()).isOne();
    on.assertEqualInvoices();
  }

  @Test
  void twoRowsSwapUniqueValues() throws SQLException {
    on.invoices();
    on.put(1, 10);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica =
        on.shared(
            source, "create unique index once on invoice (customer_id, database_id, customer)");
    on.sync(source, replica).build().run();
    on.put(3, "customer 7", 11);
    on.put(7, "customer 3", 12);
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.quarantined()).isZero();
    on.assertEqualInvoices();
  }

  @Test
  void otherTenantsAreLeftAlone() throws SQLException {
    on.invoices();
    on.put(1, 10);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    ReplicaDatabase other = JdbcTenants.of(on.cloud).database(new Tenant("acme", "other"));
    StateStore theirs = MemoryBackend.create(on.clock).state("other");
    TableSync sync =
        TableSync.builder("other", source, other, theirs)
            .environment(on.clock.environment())
            .build();
    sync.run();
    on.sync(source, replica).build().run();
    OfficeScene.execute(on.office, "delete from invoice where id < 4");
    on.sync(source, replica).build().run();
    assertThat(OfficeScene.rows(on.cloud, "select id from invoice where database_id = 'other'"))
        .hasSize(10);
    assertThat(OfficeScene.rows(on.cloud, "select id from invoice where database_id = 'office'"))
        .hasSize(7);
  }

  @Test
  void rowsWithoutAKeyAreCounted() throws SQLException {
    OfficeScene.execute(
        on.office, "create table event (what " + on.text(50) + " null, number bigint null)");
    for (int i = 0; i < 30; i++) {
      OfficeScene.execute(
          on.office, "insert into event values ('" + (i % 4) + "', " + (i % 3) + ")");
    }
    OfficeScene.execute(
        on.office, "insert into event values (null, null)", "insert into event values ('', 0)");
    SourceDatabase source = JdbcSource.builder(on.office).table("event").build();
    ReplicaDatabase replica = JdbcReplica.of(on.cloud);
    OfficeScene.execute(on.cloud, "create table event (what text null, number bigint null)");
    TableSync.Builder builder = on.sync(source, replica);
    assertThat(builder.build().run().get(0).failure()).isEmpty();
    String all = "select what, number from event";
    assertThat(OfficeScene.rows(on.cloud, all)).isEqualTo(OfficeScene.rows(on.office, all));
    OfficeScene.execute(
        on.office,
        "insert into event values ('1', 1)",
        "delete from event where what = '2' and number = 2");
    TableReport report = builder.build().run().get(0);
    assertThat(report.failure()).isEmpty();
    assertThat(OfficeScene.rows(on.cloud, all)).isEqualTo(OfficeScene.rows(on.office, all));
  }

  @Test
  void manyRowsAreComparedByTheDatabases() throws SQLException {
    on.invoices();
    on.put(1, 20_000);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    TableSync.Builder builder =
        on.sync(source, replica)
            .batch(5_000, 64 << 20, Duration.ofSeconds(10))
            .table("invoice", TableOptions.standard().withDeletes(DeleteLimit.of(1_000, 1)));
    builder.build().run();
    OfficeScene.execute(
        on.cloud,
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
    on.assertEqualInvoices();
  }
}
