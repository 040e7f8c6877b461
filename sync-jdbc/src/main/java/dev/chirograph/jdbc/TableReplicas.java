package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.TableBook.Entry;
import dev.chirograph.jdbc.TableFacts.Raw;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A host's tables as replicas: all of their rows, or those of one tenant.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class TableReplicas implements ReplicaDatabase {

  private static final String ENGINES =
      "select count(*) from information_schema.tables t"
          + " join information_schema.engines e on e.engine = t.engine"
          + " where coalesce(e.transactions, 'NO') <> 'YES'";

  private final Database database;
  private final Hosts hosts;
  private final TableScope scope;
  private final TableBook book;
  private final TableViews views;

  /**
   * Where the host's tables are.
   *
   * @param schema empty for the one that connections stand in
   * @param options of the tables that were named; all of the schema are meant when none was
   */
  record Hosts(String schema, Map<String, JdbcTable> options) {
    Hosts {
      options = Map.copyOf(options);
    }

    /**
     * The same, under one name for the schema that connections stand in, however it was named: what
     * is kept about a table is kept once.
     */
    static Hosts of(Database database, String schema, Map<String, JdbcTable> options) {
      String current =
          switch (database.dialect()) {
            case POSTGRESQL -> "select current_schema()";
            case MARIADB -> "select database()";
            case H2 -> "select current_schema";
            case SQLITE -> "select 'main'";
          };
      boolean here =
          !schema.isEmpty()
              && database.<Boolean>read(
                  "asking for the schema",
                  connection ->
                      TableQuery.of(current)
                          .read(
                              connection,
                              0,
                              rows -> rows.next() && schema.equals(rows.getString(1))));
      return new Hosts(here ? "" : schema, options);
    }

    private boolean has(String table) {
      return options.isEmpty() || options.containsKey(table);
    }

    private JdbcTable of(String table) {
      return options.getOrDefault(table, JdbcTable.standard());
    }
  }

  /** A table as it was when it was looked at: how it is read and how it is written. */
  record View(TableReader reader, TableRows rows) {}

  TableReplicas(
      Database database, Hosts hosts, TableScope scope, TableBook book, TableViews views) {
    this.database = database;
    this.hosts = hosts;
    this.scope = scope;
    this.book = book;
    this.views = views;
  }

  Database database() {
    return database;
  }

  TableScope scope() {
    return scope;
  }

  TableBook book() {
    return book;
  }

  // ---- all tables

  @Override
  public Optional<State> state(Optional<String> known) {
    List<TableInfo> infos = new ArrayList<>();
    String tag =
        database.snapshot(
            "reading what replicas are like",
            connection -> {
              infos.clear();
              return state(connection, infos);
            });
    return known.filter(tag::equals).isPresent()
        ? Optional.empty()
        : Optional.of(new State(tag, infos));
  }

  /** Tells what tables are like; answers the tag. */
  private String state(Connection connection, List<TableInfo> infos) throws SQLException {
    Map<String, Entry> kept = book.all(connection);
    String incarnation = TableIncarnation.of(connection, database.dialect());
    StringBuilder facts = new StringBuilder(incarnation);
    for (TableMeta meta : metas(connection).values()) {
      String name = meta.shape().name();
      String fingerprint = meta.shape().fingerprint();
      Optional<Entry> entry = Optional.ofNullable(kept.get(book.name(name)));
      TableInfo info =
          new TableInfo(
              name,
              entry.map(Entry::rows).orElse(0L),
              entry.flatMap(Entry::last),
              fingerprint,
              incarnation);
      infos.add(info);
      // The first lease finds out how many rows there are, and writes none.
      facts.append('\n').append(entry.map(Entry::revision).orElse(0L)).append(' ');
      facts.append(info.rows()).append(' ').append(info.last()).append(' ');
      facts.append(fingerprint).append(' ').append(name);
    }
    return digest(facts.toString());
  }

  private static String digest(String text) {
    try {
      byte[] bytes =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The tables that can be replicas, by name. */
  private Map<String, TableMeta> metas(Connection connection) throws SQLException {
    Map<String, TableMeta> metas = new TreeMap<>();
    read(connection, hosts.options().keySet())
        .forEach(
            (name, facts) -> {
              if (isReplica(name, facts)) {
                readable(name, facts).ifPresent(meta -> metas.put(name, meta));
              }
            });
    return metas;
  }

  private Map<String, TableFacts> read(Connection connection, Collection<String> names)
      throws SQLException {
    return new TableCatalogue(database.dialect(), hosts.schema()).read(connection, names);
  }

  private boolean isReplica(String name, TableFacts facts) {
    boolean ours = hosts.options().isEmpty() && database.names().isOurs(name);
    return !ours && facts.columns().stream().map(Raw::name).toList().containsAll(scope.columns());
  }

  /** A table that cannot be read says so to those who ask for it, and stands in nobody's way. */
  private Optional<TableMeta> readable(String name, TableFacts facts) {
    try {
      return Optional.of(meta(name, facts));
    } catch (SyncException e) {
      if (e.kind() == Kind.UNSUPPORTED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private TableMeta meta(String name, TableFacts facts) {
    return TableShapes.of(
        database.dialect(), hosts.schema(), name, facts, hosts.of(name), scope.columns());
  }

  // ---- one table

  @Override
  public ReplicaTable table(String name) {
    return new TableReplica(
        this, name, views.recent(name).map(this::view).orElseGet(() -> look(name)));
  }

  /**
   * Looks at a table.
   *
   * @throws SyncException of kind NOT_FOUND when there is none, UNSUPPORTED when it cannot be a
   *     replica
   */
  View look(String name) {
    views.forget(name);
    return view(
        database.snapshot("looking at the table " + name, connection -> look(connection, name)));
  }

  private View view(TableViews.Seen seen) {
    return new View(
        new TableReader(database, seen.meta(), scope),
        new TableRows(database.dialect(), seen.meta(), scope, seen.types()));
  }

  private TableViews.Seen look(Connection connection, String name) throws SQLException {
    TableFacts facts = hosts.has(name) ? read(connection, List.of(name)).get(name) : null;
    if (facts == null || !isReplica(name, facts)) {
      throw new SyncException(
          Kind.NOT_FOUND,
          "there is no table '"
              + name
              + "' among the replicas; create it"
              + (scope.columns().isEmpty() ? "" : " with the columns " + scope.columns())
              + ", and name it to the builder as the database writes it");
    }
    TableMeta meta = meta(name, facts);
    TableSharing.check(connection, database.dialect(), meta, facts, scope);
    checkEngine(connection, meta);
    return views.saw(name, meta, TableRows.types(connection, database.dialect(), meta));
  }

  /** Some tables of MariaDB and MySQL keep what is written, whatever becomes of the transaction. */
  private void checkEngine(Connection connection, TableMeta meta) throws SQLException {
    boolean kept =
        database.dialect() == Dialect.MARIADB
            && TableQuery.of(ENGINES)
                .add(" and t.table_name = ?", meta.shape().name())
                .add(
                    " and t.table_schema = coalesce(nullif(cast(? as char(200)), ''), database())",
                    meta.schema())
                .read(connection, 0, rows -> rows.next() && rows.getLong(1) > 0);
    if (kept) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "the table "
              + meta.shape().name()
              + " has no transactions, so no write to it is made as a whole or not at all: alter it"
              + " to engine = InnoDB");
    }
  }

  /** What a table is like, as far as its writes tell; counted where there was none. */
  TableInfo info(String name, TableReader reader) {
    Optional<TableInfo> told =
        database.read(
            "reading what " + name + " is like",
            connection -> {
              Optional<Entry> entry = book.read(connection, name);
              String incarnation = TableIncarnation.of(connection, database.dialect());
              return entry.map(one -> info(reader.shape(), one, incarnation));
            });
    return told.orElseGet(
        () -> TableInfos.read(database, List.of(reader.meta()), scope, () -> "").get(0));
  }

  private static TableInfo info(TableShape shape, Entry entry, String incarnation) {
    return new TableInfo(
        shape.name(), entry.rows(), entry.last(), shape.fingerprint(), incarnation);
  }
}
