package dev.chirograph.jdbc;

import static dev.chirograph.jdbc.JdbcHandleTable.Role.BUCKET;
import static dev.chirograph.jdbc.JdbcHandleTable.Role.STORAGE_LOCATION;

import dev.chirograph.SyncException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which files may be moved, by where they are. Immutable. */
final class HandleMovable {

  private final List<String> buckets;
  private final List<String> locations;
  private final Optional<HandleColumn> location;
  private final String sql;

  /**
   * Files in these buckets and storage locations, or in none of the latter.
   *
   * @param ofAllocations whether those in the buckets of allocations are, too
   */
  HandleMovable(
      Database database,
      HandleColumns columns,
      Set<String> buckets,
      Set<String> locations,
      boolean ofAllocations) {
    this.buckets = List.copyOf(buckets);
    this.locations = List.copyOf(locations);
    this.location = columns.column(STORAGE_LOCATION);
    check(location, this.locations);
    HandleColumn bucket = columns.needed(BUCKET);
    List<String> in = new ArrayList<>();
    if (!buckets.isEmpty()) {
      in.add(bucket.bytes() + " in " + marks(this.buckets));
    }
    if (ofAllocations) {
      in.add(
          database.sql("exists (select 1 from ${allocation} a where ")
              + allocated(database.dialect()).bytes()
              + " = "
              + bucket.bytes()
              + ")");
    }
    this.sql =
        "("
            + String.join(" or ", in)
            + ")"
            + location.map(column -> " and " + inLocations(column)).orElse("");
  }

  private static void check(Optional<HandleColumn> location, List<String> locations) {
    for (String one : locations) {
      if (location.isEmpty() || !location.get().fits(HandleColumn.bytes(one))) {
        throw SyncException.invalid(
            "no handle can be in the storage location '"
                + one
                + "': the table has no column for it, or one of another type");
      }
    }
  }

  private static HandleColumn allocated(Dialect dialect) {
    boolean bytes = dialect == Dialect.MARIADB;
    return new HandleColumn(
        "a.bucket", bytes ? HandleColumn.Kind.BYTES : HandleColumn.Kind.TEXT, dialect);
  }

  private String inLocations(HandleColumn column) {
    String none = column.sql() + " is null";
    return locations.isEmpty()
        ? none
        : "(" + none + " or " + column.sql() + " in " + marks(locations) + ")";
  }

  private static String marks(List<String> values) {
    return "(" + "?, ".repeat(values.size() - 1) + "?)";
  }

  /** That a row may be moved. */
  String sql() {
    return sql;
  }

  void add(Parameters set) throws SQLException {
    for (String bucket : buckets) {
      set.add(HandleColumn.bytes(bucket));
    }
    if (location.isPresent()) {
      for (String one : locations) {
        location.get().add(set, HandleColumn.bytes(one));
      }
    }
  }
}
