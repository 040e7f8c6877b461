package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Outcome;
import dev.chirograph.jdbc.SpyDataSource.Ran;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** A catalogue on a database that is chosen by each test, and what tests do to it. */
abstract class CatalogueOnEvery {

  static final Key KEY = Key.utf8("2026/a.jpg");

  SpyDataSource spy;
  JdbcCatalogue catalogue;

  final void open(TestDatabase database) {
    spy = database.open();
    catalogue = JdbcCatalogue.of(spy.dataSource(), "photos");
  }

  @AfterEach
  void close() throws SQLException {
    spy.close();
  }

  static List<Change<ObjectState>> creations(int count) {
    return creations(0, count);
  }

  static List<Change<ObjectState>> creations(int start, int count) {
    return IntStream.range(start, start + count)
        .mapToObj(
            i -> Change.put(Key.utf8("new/%06d".formatted(i)), States.simple(i), Expect.absent()))
        .toList();
  }

  static Change<ObjectState> put(Key key, ObjectState state) {
    return Change.put(key, state, Expect.anything());
  }

  final Outcome apply(Change<ObjectState> change) {
    return catalogue.apply(List.of(change)).get(0);
  }

  final void applied(Change<ObjectState> change) {
    assertThat(apply(change)).isInstanceOf(Outcome.Applied.class);
  }

  static ObjectState withoutId(ObjectState state) {
    return state.withId(Optional.empty());
  }

  final List<Key> keys(KeyRange range) {
    List<Key> keys = new ArrayList<>();
    try (Listing listing = catalogue.list(range)) {
      listing.forEachRemaining(entry -> keys.add(entry.key()));
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    return keys;
  }

  final List<Ran> written() {
    return spy.statements().stream()
        .filter(ran -> !ran.sql().matches("(?s)(select|with) .*"))
        .flatMap(ran -> Stream.of(ran.sql().split(";\n")).map(sql -> new Ran(sql, ran.rows())))
        .toList();
  }

  static String what(Ran ran) {
    return ran.sql()
        .replaceAll("(?s)^(insert into|update|delete from) chirograph_catalogue_(\\w+).*", "$1 $2");
  }

  /** How every dialect spells true. */
  static String bool() {
    return "(1 = 1)";
  }

  final long count(String from) throws SQLException {
    return number("select count(*) from chirograph_" + from);
  }

  final long number(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  final void execute(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
