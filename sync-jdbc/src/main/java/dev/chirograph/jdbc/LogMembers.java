package dev.chirograph.jdbc;

import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsPeers.Member;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who are read from and who read. Every method takes part in the caller's transaction.
 * Immutable and safe for use by several threads.
 */
final class LogMembers {

  private static final List<Column> KEY = List.of(Column.integer("log_id"), Column.name("name"));
  private static final List<Column> PLACE =
      List.of(
          Column.bytes("pointer_epoch"),
          Column.number("pointer_number"),
          Column.bytes("pointer_mark"),
          Column.integer("gap"));

  private final Dialect dialect;
  private final String all;
  private final String one;
  private final String passed;
  private final String delete;
  private final Bulk insert;
  private final Bulk update;

  LogMembers(Database database) {
    this.dialect = database.dialect();
    this.all =
        database.sql(
            "select name, pointer_epoch, pointer_number, pointer_mark, gap, passed"
                + " from ${log_member} where log_id = ?");
    this.one = all + " and name = ?";
    this.passed = database.sql("update ${log_member} set passed = ? where log_id = ? and name = ?");
    this.delete = database.sql("delete from ${log_member} where log_id = ? and name = ?");
    List<Column> columns = new ArrayList<>(KEY);
    columns.addAll(PLACE);
    columns.add(Column.number("passed"));
    this.insert = Bulk.insert(database, "log_member", columns);
    this.update = Bulk.update(database, "log_member", KEY, PLACE);
  }

  Query all(int log, Consumer<Member> found) {
    return new Query(all, parameters -> parameters.add(log), row -> found.accept(read(row)));
  }

  List<Member> all(Connection connection, int log) throws SQLException {
    List<Member> members = new ArrayList<>();
    all(log, members::add).run(connection);
    return members;
  }

  Query find(int log, String name, Consumer<Member> found) {
    return new Query(
        one,
        parameters -> parameters.add(log).addName(name, dialect),
        row -> found.accept(read(row)));
  }

  private Member read(ResultSet row) throws SQLException {
    byte[] epoch = row.getBytes(2);
    Optional<Position> pointer =
        epoch == null
            ? Optional.empty()
            : Optional.of(
                new Position(LogBytes.uuid(epoch), row.getLong(3), LogBytes.uuid(row.getBytes(4))));
    return new Member(
        Column.readName(row, 1, dialect), pointer, row.getInt(5) == 1, row.getLong(6));
  }

  /** Adds a member. Only who has locked the head does, so that nobody else adds the same. */
  Bulk.Step insert(int log, Member member) {
    return step(insert, log, member, true);
  }

  /** Writes how far a member was read; how far it has read stays. */
  Bulk.Step update(int log, Member member) {
    return step(update, log, member, false);
  }

  private static Bulk.Step step(Bulk bulk, int log, Member member, boolean whole) {
    Optional<Position> pointer = member.pointer();
    List<@Nullable Object> values = new ArrayList<>();
    values.add(log);
    values.add(member.name());
    values.add(pointer.map(position -> LogBytes.of(position.epoch())).orElse(null));
    values.add(pointer.map(Position::number).orElse(null));
    values.add(pointer.map(position -> LogBytes.of(position.mark())).orElse(null));
    values.add(member.gap() ? 1 : 0);
    if (whole) {
      values.add(member.passed());
    }
    return new Bulk.Step(bulk, List.<@Nullable Object[]>of(values.toArray()));
  }

  /** Notes how far a member has read; answers whether there is one. */
  boolean passed(Connection connection, int log, String name, long number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(passed)) {
      statement.setLong(1, number);
      statement.setInt(2, log);
      Column.bindName(statement, 3, name, dialect);
      return statement.executeUpdate() > 0;
    }
  }

  /** Drops a member; answers whether there was one. */
  boolean delete(Connection connection, int log, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      statement.setInt(1, log);
      Column.bindName(statement, 2, name, dialect);
      return statement.executeUpdate() > 0;
    }
  }
}
