package dev.chirograph.jdbc;

import dev.chirograph.spi.relocate.Allocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of allocations and of those who have them. Immutable and safe for several threads. */
final class AllocationTable {

  private static final String COLUMNS = "a.name, a.bucket, a.prefix, a.storage_class, a.created_by";

  private static final String FIND = "select " + COLUMNS + " from ${allocation} a where a.name = ?";

  private static final String LIST =
      "select " + COLUMNS + " from ${allocation} a where a.name > ? order by a.name limit ?";

  private static final String FIRST =
      "select " + COLUMNS + " from ${allocation} a order by a.name limit ?";

  private static final String INSERT =
      """
      insert into ${allocation} (name, bucket, prefix, storage_class, created_by, created_on)
      values (?, ?, ?, ?, ?, ${now})""";

  /**
   * Writes the row as it is: with REPEATABLE READ, locking alone would not be noticed by others.
   */
  private static final String LOCK = "update ${allocation} set name = name where name = ?";

  private static final String ID = "select id from ${allocation} where name = ?";

  private static final String GIVEN =
      "select o.generation, "
          + COLUMNS
          + " from ${allocation_owner} o left join ${allocation} a on a.id = o.allocation_id"
          + " where o.project_id = ?";

  private static final String LOCK_OWNER =
      "update ${allocation_owner} set project_id = project_id where project_id = ?";

  private static final String ADD =
      "insert into ${allocation_owner} (allocation_id, generation, project_id) values (?, ?, ?)";

  private static final String GIVE =
      "update ${allocation_owner} set allocation_id = ?, generation = ? where project_id = ?";

  private static final String AN_OWNER =
      "select project_id from ${allocation_owner} where allocation_id = ? limit 1";

  private static final String DELETE = "delete from ${allocation} where id = ?";

  private static final String OWNERS =
      "select project_id from ${allocation_owner} where project_id > ? order by project_id limit ?";

  private static final String FIRST_OWNERS =
      "select project_id from ${allocation_owner} order by project_id limit ?";

  private final Database database;
  private final Dialect dialect;

  AllocationTable(Database database) {
    this.database = database;
    this.dialect = database.dialect();
  }

  /**
   * What an owner has.
   *
   * @param allocation null where it was released
   */
  record Given(long generation, @Nullable Allocation allocation) {}

  /** The allocation of a name. */
  Optional<Allocation> find(Connection connection, String name) throws SQLException {
    List<Allocation> found = new ArrayList<>();
    query(FIND, set -> set.addName(name, dialect), row -> found.add(allocation(row, 1)))
        .run(connection);
    return found.stream().findFirst();
  }

  List<Allocation> list(Connection connection, Optional<String> after, int limit)
      throws SQLException {
    List<Allocation> listed = new ArrayList<>();
    String sql = after.isPresent() ? LIST : FIRST;
    query(sql, set -> page(set, after, limit), row -> listed.add(allocation(row, 1)))
        .run(connection);
    return listed;
  }

  private void page(Parameters set, Optional<String> after, int limit) throws SQLException {
    if (after.isPresent()) {
      set.addName(after.get(), dialect);
    }
    set.add(limit);
  }

  private Allocation allocation(ResultSet row, int first) throws SQLException {
    @Nullable String storageClass = row.getString(first + 3) == null ? null : name(row, first + 3);
    return new Allocation(
        name(row, first),
        name(row, first + 1),
        name(row, first + 2),
        Optional.ofNullable(storageClass),
        name(row, first + 4));
  }

  private String name(ResultSet row, int index) throws SQLException {
    return Column.readName(row, index, dialect);
  }

  void insert(Connection connection, Allocation allocation) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(database.timed(database.sql(INSERT)))) {
      Column.bindName(statement, 1, allocation.name(), dialect);
      Column.bindName(statement, 2, allocation.bucket(), dialect);
      Column.bindName(statement, 3, allocation.prefix(), dialect);
      Column.name("storage_class")
          .bind(statement, 4, allocation.storageClass().orElse(null), dialect);
      Column.bindName(statement, 5, allocation.createdBy(), dialect);
      statement.executeUpdate();
    }
  }

  /** Locks an allocation to the commit; answers its id. */
  Optional<Long> lock(Connection connection, String name) throws SQLException {
    update(connection, LOCK, set -> set.addName(name, dialect));
    List<Long> found = new ArrayList<>();
    query(ID, set -> set.addName(name, dialect), row -> found.add(row.getLong(1))).run(connection);
    return found.stream().findFirst();
  }

  /** What an owner has, which is locked to the commit; empty where it is not known. */
  Optional<Given> given(Connection connection, String owner) throws SQLException {
    update(connection, LOCK_OWNER, set -> set.addName(owner, dialect));
    return read(connection, owner);
  }

  /** What an owner has; empty where it is not known. */
  Optional<Given> read(Connection connection, String owner) throws SQLException {
    List<Given> found = new ArrayList<>();
    query(
            GIVEN,
            set -> set.addName(owner, dialect),
            row -> {
              long generation = row.getLong(1);
              boolean none = row.getString(2) == null;
              found.add(new Given(generation, none ? null : allocation(row, 2)));
            })
        .run(connection);
    return found.stream().findFirst();
  }

  /**
   * Gives an owner another allocation.
   *
   * @param allocation its id; null for none
   * @param before what the owner has now; empty where it is not known
   */
  void give(Connection connection, String owner, @Nullable Long allocation, Optional<Given> before)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(database.sql(before.isEmpty() ? ADD : GIVE))) {
      Column.number("allocation_id").bind(statement, 1, allocation, dialect);
      statement.setLong(2, before.isEmpty() ? 1 : before.get().generation() + 1);
      Column.bindName(statement, 3, owner, dialect);
      statement.executeUpdate();
    }
  }

  /** One that has an allocation. */
  Optional<String> anOwner(Connection connection, long allocation) throws SQLException {
    List<String> found = new ArrayList<>();
    query(AN_OWNER, set -> set.add(allocation), row -> found.add(name(row, 1))).run(connection);
    return found.stream().findFirst();
  }

  void delete(Connection connection, long allocation) throws SQLException {
    update(connection, DELETE, set -> set.add(allocation));
  }

  List<String> owners(Connection connection, Optional<String> after, int limit)
      throws SQLException {
    List<String> owners = new ArrayList<>();
    String sql = after.isPresent() ? OWNERS : FIRST_OWNERS;
    query(sql, set -> page(set, after, limit), row -> owners.add(name(row, 1))).run(connection);
    return owners;
  }

  private Query query(String sql, Query.Binding binding, Query.Taking taking) {
    return new Query(database.sql(sql), binding, taking);
  }

  /** How many rows it was is not asked: drivers may leave out those that it leaves as they are. */
  private void update(Connection connection, String sql, Query.Binding binding)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
      binding.bind(new Parameters(statement));
      statement.executeUpdate();
    }
  }
}
