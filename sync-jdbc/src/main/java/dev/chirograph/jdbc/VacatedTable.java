package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of locations that were left or retired. The row of an object without a version is a
 * lock, which whoever retires it and whoever points handles to it hold to the commit: so a
 * retirement counts all handles that are pointed to it before, and none is pointed to it after.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class VacatedTable implements Vacated {

  /**
   * Writes the row as it is: with REPEATABLE READ, locking alone would not be noticed by others.
   */
  private static final String LOCK = "update ${vacated} set state = state where :one";

  private static final String INSERT =
      """
      insert into ${vacated}
        (place, version_id, bucket_name, key_bytes, state, waiting, pin, since)
      values (?, ?, ?, ?, ?, ?, ?, ${now})""";

  private static final String OF_OBJECT =
      "select version_id, state from ${vacated} where place = ? order by version_id";

  private static final String LEAVE =
      "update ${vacated} set state = 1, waiting = 1, pin = ?, since = ${now} where :one";

  private static final String RETIRE_LEFT = "update ${vacated} set state = 2 where :one";

  private static final String RETIRE =
      "update ${vacated} set state = 2, waiting = 1, since = ${now} where :one";

  private static final String NEED =
      "update ${vacated} set state = 0, waiting = 0, pin = null where :one";

  private static final String CLEAR =
      "update ${vacated} set state = 3, waiting = 0 where :one and state = 2";

  private static final String STATES =
      """
      select bucket_name, key_bytes, version_id, state from ${vacated}
      where :listed and state > 0""";

  private static final String FIND =
      """
      select bucket_name, key_bytes, version_id, state, pin, ${now} - since from ${vacated}
      where place = ? and version_id = ? and state > 0""";

  private static final String PENDING =
      """
      select bucket_name, key_bytes, version_id, state, pin, ${now} - since from ${vacated}
      where waiting = 1 :behind
      order by place, version_id
      limit ?""";

  private final Database database;
  private final Dialect dialect;
  private final HandleRows handles;

  VacatedTable(Database database, HandleRows handles) {
    this.database = database;
    this.dialect = database.dialect();
    this.handles = handles;
  }

  /** What is known of a location, as the column says it. */
  private enum Stage {
    NEEDED(0),
    LEFT(1),
    RETIRED(2),
    CLEARED(3);

    private final int number;

    Stage(int number) {
      this.number = number;
    }

    static Stage of(int number) {
      return switch (number) {
        case 0 -> NEEDED;
        case 1 -> LEFT;
        case 2 -> RETIRED;
        case 3 -> CLEARED;
        default ->
            throw new SyncException(
                SyncException.Kind.CORRUPT,
                "a location in the table of vacated ones is in the state " + number);
      };
    }

    boolean isRetired() {
      return this == RETIRED || this == CLEARED;
    }

    State state() {
      return switch (this) {
        case NEEDED -> State.UNKNOWN;
        case LEFT -> State.LEFT;
        case RETIRED, CLEARED -> State.RETIRED;
      };
    }

    int waiting() {
      return this == LEFT || this == RETIRED ? 1 : 0;
    }
  }

  /** What is known of the locations of one object. */
  static final class Known {
    private final Map<Location, Stage> locations = new HashMap<>();

    /** Whether a location is retired. */
    boolean isRetired(Location at) {
      return state(at) == State.RETIRED;
    }

    State state(Location at) {
      return locations.entrySet().stream()
          .filter(one -> one.getKey().isSame(at))
          .map(one -> one.getValue().state())
          .max(Comparator.naturalOrder())
          .orElse(State.UNKNOWN);
    }
  }

  // ---- in a transaction

  /** Locks the object of a location to the commit, with all its versions. */
  Known lock(Connection connection, Location at) throws SQLException {
    Location object = object(at);
    switch (dialect) {
      case POSTGRESQL, SQLITE ->
          insert(
              connection,
              INSERT
                  + " on conflict (place, version_id) do update set bucket_name = excluded.bucket_name",
              object,
              Stage.NEEDED,
              null);
      case MARIADB ->
          insert(
              connection,
              INSERT + " on duplicate key update state = state",
              object,
              Stage.NEEDED,
              null);
      case H2 -> {
        if (update(connection, LOCK, null, object) == 0) {
          insert(connection, INSERT, object, Stage.NEEDED, null);
        }
      }
    }
    Known known = new Known();
    new Query(
            database.sql(OF_OBJECT) + dialect.forUpdate(),
            set -> set.add(object.digest().toBytes()),
            row ->
                known.locations.put(
                    located(object, Column.readName(row, 1, dialect)), Stage.of(row.getInt(2))))
        .run(connection);
    return known;
  }

  /** What is known of two objects; may be one and the same. */
  record Pair(Known from, Known to) {}

  /** Locks two objects; all do so in the same order, so that nobody waits in a ring. */
  Pair lock(Connection connection, Location from, Location to) throws SQLException {
    int order = object(from).digest().compareTo(object(to).digest());
    Known first = lock(connection, order <= 0 ? from : to);
    Known second = order == 0 ? first : lock(connection, order < 0 ? to : from);
    return order <= 0 ? new Pair(first, second) : new Pair(second, first);
  }

  private static Location located(Location object, String version) {
    return new Location(
        object.bucket(), object.key(), Optional.of(version).filter(name -> !name.isEmpty()));
  }

  private void insert(
      Connection connection, String sql, Location at, Stage state, @Nullable Version pin)
      throws SQLException {
    try (PreparedStatement statement = prepared(connection, sql)) {
      statement.setBytes(1, place(at));
      Column.bindName(statement, 2, at.versionId().orElse(""), dialect);
      Column.bindName(statement, 3, at.bucket(), dialect);
      statement.setBytes(4, at.key().toBytes());
      statement.setInt(5, state.number);
      statement.setInt(6, state.waiting());
      Column.name("pin").bind(statement, 7, pin == null ? null : pin.token(), dialect);
      statement.executeUpdate();
    }
  }

  private PreparedStatement prepared(Connection connection, String sql) throws SQLException {
    return connection.prepareStatement(database.timed(database.sql(sql)));
  }

  private static Location object(Location at) {
    return Location.latest(at.bucket(), at.key());
  }

  private static byte[] place(Location at) {
    return object(at).digest().toBytes();
  }

  /** Updates the row of a location; answers how many rows that were. */
  private int update(Connection connection, String sql, @Nullable Version pin, Location at)
      throws SQLException {
    try (PreparedStatement statement =
        prepared(connection, sql.replace(":one", "place = ? and version_id = ?"))) {
      int next = 1;
      if (pin != null) {
        Column.bindName(statement, next++, pin.token(), dialect);
      }
      statement.setBytes(next++, place(at));
      Column.bindName(statement, next, at.versionId().orElse(""), dialect);
      return statement.executeUpdate();
    }
  }

  /** Handles have left a location, whose object is locked. */
  void leave(Connection connection, Known known, Location at, Version pin) throws SQLException {
    Stage state = known.locations.get(at);
    if (state == null) {
      insert(connection, INSERT, at, Stage.LEFT, pin);
    } else if (!state.isRetired()) {
      update(connection, LEAVE, pin, at);
    }
  }

  /** Handles refer to a location, whose object is locked. */
  void need(Connection connection, Known known, Location at) throws SQLException {
    for (Map.Entry<Location, Stage> one : known.locations.entrySet()) {
      if (one.getValue() == Stage.LEFT && one.getKey().isSame(at)) {
        update(connection, NEED, null, one.getKey());
      }
    }
  }

  // ---- what an archiver asks

  @Override
  public boolean retire(Location at) {
    return Collisions.settled(
        () -> database.transaction("retiring " + at, connection -> retire(connection, at)));
  }

  private boolean retire(Connection connection, Location at) throws SQLException {
    Known known = lock(connection, at);
    Stage state = known.locations.get(at);
    if (state != null && state.isRetired()) {
      return true;
    }
    if (handles.isReferredTo(connection, at)) {
      if (state == Stage.LEFT) {
        update(connection, NEED, null, at);
      }
      return false;
    }
    if (state == null) {
      insert(connection, INSERT, at, Stage.RETIRED, null);
    } else {
      update(connection, state == Stage.LEFT ? RETIRE_LEFT : RETIRE, null, at);
    }
    return true;
  }

  @Override
  public void cleared(Location at) {
    database.transaction("clearing " + at, connection -> update(connection, CLEAR, null, at));
  }

  @Override
  public List<State> states(List<Location> locations) {
    Map<Key, Known> objects = new HashMap<>();
    for (Location at : locations) {
      objects.computeIfAbsent(object(at).digest(), place -> new Known());
    }
    for (List<Key> chunk : InList.chunks(objects.keySet())) {
      database.read(
          "asking what is known of " + chunk.size() + " objects",
          connection -> read(connection, chunk, objects));
    }
    return locations.stream()
        .map(at -> Objects.requireNonNull(objects.get(object(at).digest())).state(at))
        .toList();
  }

  private int read(Connection connection, List<Key> places, Map<Key, Known> into)
      throws SQLException {
    byte[][] listed = places.stream().map(Key::toBytes).toArray(byte[][]::new);
    String sql = InList.sql(database.sql(STATES), listed.length, dialect, "place");
    new Query(
            sql,
            set -> set.addList(Column.bytes("place"), listed, dialect),
            row -> {
              Location at = located(row, 1, 2, 3);
              Known known = Objects.requireNonNull(into.get(object(at).digest()));
              known.locations.put(at, Stage.of(row.getInt(4)));
            })
        .run(connection);
    return places.size();
  }

  @Override
  public Optional<Vacancy> find(Location at) {
    return database.read(
        "asking what is known of " + at,
        connection -> {
          List<Vacancy> found = new ArrayList<>();
          new Query(
                  database.timed(database.sql(FIND)),
                  set -> set.add(place(at)).addName(at.versionId().orElse(""), dialect),
                  row -> found.add(vacancy(row)))
              .run(connection);
          return found.stream().findFirst();
        });
  }

  @Override
  public List<Vacancy> pending(Optional<Location> after, int limit) {
    return database.read(
        "listing locations that were left",
        connection -> {
          List<Vacancy> pending = new ArrayList<>();
          pending(after, limit, pending).run(connection);
          return pending;
        });
  }

  Query pending(Optional<Location> after, int limit, List<Vacancy> into) {
    // In this form, every database finds the place in the index.
    String behind = after.isPresent() ? "and place >= ? and (place > ? or version_id > ?)" : "";
    return new Query(
        database.timed(database.sql(PENDING)).replace(":behind", behind),
        set -> {
          if (after.isPresent()) {
            byte[] place = place(after.get());
            set.add(place).add(place).addName(after.get().versionId().orElse(""), dialect);
          }
          set.add(limit);
        },
        row -> into.add(vacancy(row)));
  }

  private Vacancy vacancy(ResultSet row) throws SQLException {
    boolean none = row.getString(5) == null;
    return new Vacancy(
        located(row, 1, 2, 3),
        none ? Optional.empty() : Optional.of(new Version(Column.readName(row, 5, dialect))),
        Duration.ofNanos(Math.multiplyExact(Math.max(0, row.getLong(6)), 1_000L)),
        Stage.of(row.getInt(4)).isRetired());
  }

  private Location located(ResultSet row, int bucket, int key, int version) throws SQLException {
    return located(
        Location.latest(Column.readName(row, bucket, dialect), Key.ofBytes(row.getBytes(key))),
        Column.readName(row, version, dialect));
  }
}
