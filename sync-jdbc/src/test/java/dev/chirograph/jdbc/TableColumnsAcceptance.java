package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of an office's columns, keys and types, on the way to PostgreSQL. */
abstract class TableColumnsAcceptance {

  @AutoClose private final OfficeScene on;

  TableColumnsAcceptance(TestDatabase database) {
    on = new OfficeScene(database);
  }

  // ---- columns

  @Test
  void aColumnIsAdded() throws SQLException {
    on.invoices();
    on.put(1, 3);
    SourceDatabase source = on.source(on.office, "invoice");
    ReplicaDatabase replica = on.shared(source);
    on.sync(source, replica).build().run();
    OfficeScene.execute(
        on.office, "alter table invoice add column note varchar(20) default 'none'");
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.failure())
        .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("'note'"));
    TableReport left =
        on.sync(source, replica)
            .table(
                "invoice",
                TableOptions.standard().withColumns(ColumnRules.standard().leaveOut("note")))
            .build()
            .run()
            .get(0);
    assertThat(left.failure()).isEmpty();
    OfficeScene.execute(on.cloud, "alter table invoice add column note text");
    TableReport mended = on.sync(source, replica).build().run().get(0);
    assertThat(mended.failure()).isEmpty();
    assertThat(mended.mended()).isEqualTo(3);
    assertThat(OfficeScene.rows(on.cloud, "select note from invoice")).containsOnly("'none' ");
  }

  @Test
  void textsThatLookAlikeStayApart() throws SQLException {
    OfficeScene.execute(
        on.office,
        "create table word (text "
            + on.text(100)
            + " primary key not null, note "
            + on.text(100)
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
    try (Connection connection = on.office.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into word values (?, ?, ?)")) {
      for (int i = 0; i < texts.size(); i++) {
        insert.setString(1, texts.get(i));
        insert.setString(2, i % 3 == 0 ? null : i % 3 == 1 ? "" : texts.get(i) + " ");
        insert.setLong(3, i);
        insert.executeUpdate();
      }
    }
    SourceDatabase source = on.source(on.office, "word");
    ReplicaDatabase replica = on.shared(source);
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.sent()).as("%s", report).isEqualTo(texts.size());
    assertThat(report.certificate()).isPresent();
    String all = "select text, note, version from word";
    assertThat(OfficeScene.rows(on.cloud, all)).isEqualTo(OfficeScene.rows(on.office, all));
    OfficeScene.execute(on.office, "delete from word where version = 2");
    assertThat(on.sync(source, replica).build().run().get(0).deleted()).isOne();
    assertThat(OfficeScene.rows(on.cloud, all)).isEqualTo(OfficeScene.rows(on.office, all));
  }

  @Test
  void keysThatArePadded() throws SQLException {
    OfficeScene.execute(
        on.office,
        "create table code (code char(5) primary key not null, version bigint not null)",
        "insert into code values ('a', 1)",
        "insert into code values ('ab', 2)",
        "insert into code values ('abcde', 3)");
    SourceDatabase source = on.source(on.office, "code");
    ReplicaDatabase replica = on.shared(source);
    assertThat(on.sync(source, replica).build().run().get(0).sent()).isEqualTo(3);
    OfficeScene.execute(on.office, "update code set version = 4 where code = 'ab'");
    OfficeScene.execute(on.office, "delete from code where code = 'abcde'");
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.sent()).isOne();
    assertThat(report.deleted()).isOne();
    assertThat(report.certificate()).isPresent();
    String all = "select trim(code), version from code";
    assertThat(OfficeScene.rows(on.cloud, all)).isEqualTo(OfficeScene.rows(on.office, all));
  }

  @Test
  void compositeKeysAndReferences() throws SQLException {
    OfficeScene.execute(
        on.office,
        "create table parent (id bigint primary key not null, version bigint not null)",
        "create table child (parent bigint not null references parent (id), name "
            + on.text(50)
            + " not null, version bigint not null, primary key (parent, name))");
    for (int i = 1; i <= 5; i++) {
      OfficeScene.execute(on.office, "insert into parent values (" + i + ", " + i + ")");
      OfficeScene.execute(on.office, "insert into child values (" + i + ", 'a', " + i + ")");
      OfficeScene.execute(on.office, "insert into child values (" + i + ", 'b', " + (10 + i) + ")");
    }
    SourceDatabase source = on.source(on.office, "parent", "child");
    assertThat(source.tables()).containsExactly("parent", "child");
    ReplicaDatabase replica =
        on.shared(
            source,
            "alter table child add foreign key (customer_id, database_id, parent)"
                + " references parent (customer_id, database_id, id)");
    List<TableReport> reports = on.sync(source, replica).build().run();
    assertThat(reports).allSatisfy(one -> assertThat(one.failure()).isEmpty());
    assertThat(OfficeScene.rows(on.cloud, "select parent, name from child")).hasSize(10);
    OfficeScene.execute(
        on.office, "delete from child where parent = 3", "delete from parent where id = 3");
    reports = on.sync(source, replica).build().run();
    assertThat(reports).extracting(TableReport::deleted).containsExactly(1L, 2L);
    assertThat(OfficeScene.rows(on.cloud, "select id from parent")).hasSize(4);
  }

  @Test
  void aRowOfTwentyMegabytes() throws SQLException {
    String large = on.kind == TestDatabase.MARIADB ? "longtext" : "text";
    OfficeScene.execute(
        on.office,
        "create table paper (id bigint primary key not null, body "
            + large
            + " null, version bigint not null)");
    try (Connection connection = on.office.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into paper values (?, ?, ?)")) {
      for (int i = 1; i <= 3; i++) {
        insert.setLong(1, i);
        insert.setString(2, i == 2 ? "0123456789".repeat(2_000_000) : "small");
        insert.setLong(3, i);
        insert.executeUpdate();
      }
    }
    SourceDatabase source = on.source(on.office, "paper");
    ReplicaDatabase replica = on.shared(source);
    TableReport report = on.sync(source, replica).build().run().get(0);
    assertThat(report.sent()).as("%s", report.examples()).isEqualTo(3);
    assertThat(report.certificate()).isPresent();
    assertThat(OfficeScene.rows(on.cloud, "select length(body) from paper"))
        .containsExactly("'20000000' ", "'5' ", "'5' ");
  }
}
