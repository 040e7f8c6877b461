package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The numbers that stand for names in the queue's tables: a lane for tenant, queue and kind; a
 * scope for a lane and a name. Numbers are given once and never change, so those that were read are
 * kept, at most {@value #KEPT} of each sort.
 *
 * <p>Safe for use by several threads.
 */
final class QueueNames {

  private static final int KEPT = 10_000;
  private static final int MAX_LENGTH = 200;

  private final String tenant;
  private final String queue;
  private final Map<String, Integer> lanes = new Kept<>();
  private final Map<Scope, Integer> scopes = new Kept<>();
  private final Map<Integer, String> namesOfScopes = new Kept<>();

  private final String findLane;
  private final String addLane;
  private final String findScope;
  private final String addScope;
  private final String nameOfScope;
  private final boolean addsQuietly;
  private final String whateverTheSnapshot;

  private record Scope(int lane, String name) {}

  QueueNames(Database database, String tenant, String queue) {
    this.tenant = tenant;
    this.queue = queue;
    this.addsQuietly = database.dialect() == Dialect.POSTGRESQL;
    this.whateverTheSnapshot = database.dialect() == Dialect.MARIADB ? " lock in share mode" : "";
    String quietly = addsQuietly ? " on conflict do nothing" : "";
    findLane = database.sql("select id from ${lane} where tenant = ? and queue = ? and kind = ?");
    addLane = database.sql("insert into ${lane} (tenant, queue, kind) values (?, ?, ?)") + quietly;
    findScope = database.sql("select id from ${scope} where lane = ? and name = ?");
    addScope = database.sql("insert into ${scope} (lane, name) values (?, ?)") + quietly;
    nameOfScope = database.sql("select name from ${scope} where id = ?");
  }

  /** The name of a queue or a tenant, unless it is too long. */
  static String checked(String what, String name) {
    if (name.length() > MAX_LENGTH) {
      throw SyncException.invalid(
          "the name of a " + what + " has at most " + MAX_LENGTH + " characters: '" + name + "'");
    }
    return name;
  }

  String tenant() {
    return tenant;
  }

  String queue() {
    return queue;
  }

  /** The lane of a kind when it is remembered from an earlier call. */
  Optional<Integer> rememberedLane(String kind) {
    return remembered(lanes, kind);
  }

  /** The scope of a name when it is remembered from an earlier call. */
  Optional<Integer> rememberedScope(int lane, String name) {
    return remembered(scopes, new Scope(lane, name));
  }

  /** The lane of a kind, if any job of that kind was ever enqueued. */
  Optional<Integer> lane(Connection connection, String kind) throws SQLException {
    Optional<Integer> known = rememberedLane(kind);
    return known.isPresent() ? known : find(connection, findLane, tenant, queue, kind);
  }

  /** The lane of a kind, which is added when it is new. */
  int laneToFill(Connection connection, String kind) throws SQLException {
    Optional<Integer> known = lane(connection, kind);
    return known.isPresent()
        ? known.get()
        : add(connection, addLane, findLane, tenant, queue, kind);
  }

  /** The scope of a name, which is added when it is new. */
  int scopeToFill(Connection connection, int lane, String name) throws SQLException {
    Optional<Integer> known = rememberedScope(lane, name);
    if (known.isEmpty()) {
      known = find(connection, findScope, lane, name);
    }
    return known.isPresent() ? known.get() : add(connection, addScope, findScope, lane, name);
  }

  /** The name of a scope when it is remembered from an earlier call. */
  Optional<String> rememberedName(int scope) {
    return remembered(namesOfScopes, scope);
  }

  /** The name of a scope; empty when there is no such scope. */
  Optional<String> nameOfScope(Connection connection, int scope) throws SQLException {
    Optional<String> known = rememberedName(scope);
    if (known.isPresent()) {
      return known;
    }
    try (PreparedStatement statement = connection.prepareStatement(nameOfScope)) {
      statement.setInt(1, scope);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          return Optional.empty();
        }
        String name = rows.getString(1);
        synchronized (namesOfScopes) {
          namesOfScopes.put(scope, name);
        }
        return Optional.of(name);
      }
    }
  }

  /** The names of scopes, as far as they exist. */
  Map<Integer, String> namesOfScopes(Connection connection, Set<Integer> scopes)
      throws SQLException {
    Map<Integer, String> found = new HashMap<>();
    for (int scope : scopes) {
      nameOfScope(connection, scope).ifPresent(name -> found.put(scope, name));
    }
    return found;
  }

  /** What to tell of a scope that rows name and that does not exist. */
  static SyncException missingScope(int scope) {
    return new SyncException(
        SyncException.Kind.CORRUPT, "a job names scope number " + scope + ", which does not exist");
  }

  /** Remembers what a transaction saw; to be called when it has been committed. */
  void remember(String kind, int lane) {
    synchronized (lanes) {
      lanes.put(kind, lane);
    }
  }

  /** Remembers what a transaction saw; to be called when it has been committed. */
  void remember(int lane, String name, int scope) {
    synchronized (scopes) {
      scopes.put(new Scope(lane, name), scope);
    }
  }

  private int add(Connection connection, String add, String find, Object... names)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, add, names)) {
      statement.executeUpdate();
    } catch (SQLException e) {
      if (addsQuietly || !SqlErrors.alreadyExists(e)) {
        throw e;
      }
    }
    return find(connection, find + whateverTheSnapshot, names)
        .orElseThrow(
            () ->
                new SyncException(
                    SyncException.Kind.CONFLICT,
                    "a name was added at the same time by a transaction that this one cannot see;"
                        + " try again in a new transaction"));
  }

  private static Optional<Integer> find(Connection connection, String sql, Object... names)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, names);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... names)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < names.length; i++) {
      statement.setObject(i + 1, names[i]);
    }
    return statement;
  }

  private static <K, V> Optional<V> remembered(Map<K, V> map, K key) {
    synchronized (map) {
      return Optional.ofNullable(map.get(key));
    }
  }

  /** Forgets what was not used for longest. */
  private static final class Kept<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    Kept() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > KEPT;
    }
  }
}
