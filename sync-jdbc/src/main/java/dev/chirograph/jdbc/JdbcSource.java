package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Tables of a host's database on PostgreSQL, MariaDB, MySQL, H2 or SQLite, to be read and compared.
 * They need no column, trigger or table of ours; nothing is ever written to them.
 *
 * <ul>
 *   <li>What a table looks like is read from the database's catalogue; what that does not say is
 *       said by {@link JdbcTable}.
 *   <li>Digests are computed by the database, in one pass for any number of slices. Rows are read
 *       and hashed here on SQLite, and where a compared column is a floating-point number, JSON, or
 *       text with padding.
 *   <li>Every call is one transaction that only reads, and sees one moment. The settings of a
 *       session that texts depend on are made for it, and put back.
 * </ul>
 *
 * <p>Safe for use by several threads. How far the rows of a table are all there is found out from
 * one call to the next, so a source is kept as long as its tables are read.
 */
public final class JdbcSource implements SourceDatabase {

  private final Database database;
  private final String schema;
  private final Map<String, JdbcTable> options;
  private final Supplier<String> incarnation;
  private final Duration lag;
  private final Pacing pacing;
  private final Map<String, TableOfSource> tables = new ConcurrentHashMap<>();

  private JdbcSource(Builder builder) {
    this.database = Database.of(builder.settings);
    this.schema = builder.schema;
    this.options = Map.copyOf(builder.options);
    this.incarnation = builder.incarnation;
    this.lag = builder.lag;
    this.pacing = builder.settings.pacing;
  }

  /** Tables of a database; those that are to be read are named to the builder. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(dataSource);
  }

  @Override
  public List<String> tables() {
    Map<String, TableFacts> facts = facts(options.keySet());
    if (options.isEmpty()) {
      facts.keySet().removeIf(name -> database.names().isOurs(name));
    }
    Set<String> ordered = new LinkedHashSet<>();
    facts.keySet().stream()
        .sorted()
        .forEach(name -> visit(name, facts, ordered, new LinkedHashSet<>()));
    return List.copyOf(ordered);
  }

  /** Those that a table refers to come before it, unless they refer to it, too. */
  private static void visit(
      String name, Map<String, TableFacts> facts, Set<String> ordered, Set<String> above) {
    if (ordered.contains(name) || !facts.containsKey(name) || !above.add(name)) {
      return;
    }
    facts.get(name).parents().stream()
        .sorted()
        .forEach(parent -> visit(parent, facts, ordered, above));
    above.remove(name);
    ordered.add(name);
  }

  @Override
  public List<TableInfo> infos(Collection<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<String, TableMeta> metas = metas(names);
    return TableInfos.read(database, metas.values(), TableScope.ALL, incarnation);
  }

  @Override
  public SourceTable table(String name) {
    TableMeta meta = meta(name);
    return tables.computeIfAbsent(
        name,
        one ->
            new TableOfSource(this, new TableHorizon(database, options(one), lag, pacing), meta));
  }

  // ---- for its tables

  Database database() {
    return database;
  }

  /** A table as it is now. */
  TableMeta meta(String name) {
    return List.copyOf(metas(List.of(name)).values()).get(0);
  }

  TableInfo info(TableMeta meta) {
    return TableInfos.read(database, List.of(meta), TableScope.ALL, incarnation).get(0);
  }

  private JdbcTable options(String name) {
    return options.getOrDefault(name, JdbcTable.standard());
  }

  private Map<String, TableFacts> facts(Collection<String> names) {
    TableCatalogue catalogue = new TableCatalogue(database.dialect(), schema);
    return database.snapshot(
        "reading the catalogue", connection -> catalogue.read(connection, names));
  }

  /** Tables as they are now, in the order of the names. */
  private Map<String, TableMeta> metas(Collection<String> names) {
    List<String> unknown = new ArrayList<>(names);
    unknown.removeIf(name -> options.isEmpty() || options.containsKey(name));
    Map<String, TableFacts> facts = unknown.isEmpty() ? facts(names) : Map.of();
    Map<String, TableMeta> metas = new LinkedHashMap<>();
    for (String name : names) {
      TableFacts table = facts.get(name);
      if (table == null) {
        throw new SyncException(
            SyncException.Kind.NOT_FOUND,
            "there is no table '"
                + name
                + "' among those of the source; name it to the builder as the database writes it,"
                + " and create it");
      }
      metas.put(
          name, TableShapes.of(database.dialect(), schema, name, table, options(name), List.of()));
    }
    return metas;
  }

  /** Builds a source. Not safe for use by several threads. */
  public static final class Builder {

    private final Settings settings;
    private final Map<String, JdbcTable> options = new LinkedHashMap<>();
    private String schema = "";
    private Supplier<String> incarnation = () -> "";
    private Duration lag = Duration.ofMinutes(1);

    private Builder(DataSource dataSource) {
      this.settings = new Settings(dataSource);
    }

    /** The schema of the tables; by default the one that connections stand in. */
    public Builder schema(String name) {
      this.schema = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * A table to be read, named as the database has it; all of the schema but ours when none is.
     */
    public Builder table(String name) {
      return table(name, JdbcTable.standard());
    }

    /** A table to be read, and what its definition does not say. */
    public Builder table(String name, JdbcTable how) {
      options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(how, "options"));
      return this;
    }

    /**
     * What tells the lives of the database apart beyond what it says itself, for instance a number
     * that changes when it is restored from a backup; asked for with each info.
     */
    public Builder incarnation(Supplier<String> supplier) {
      this.incarnation = Objects.requireNonNull(supplier, "incarnation");
      return this;
    }

    /**
     * How long a transaction takes at the most to commit what it has written, where nothing proves
     * it; a minute by default.
     */
    public Builder lag(Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        throw SyncException.invalid("the lag has to be positive, not " + duration);
      }
      this.lag = duration;
      return this;
    }

    /** How time is measured and waited for. */
    Builder pacing(Pacing value) {
      settings.pacing = value;
      return this;
    }

    /**
     * The source.
     *
     * @throws SyncException of kind UNSUPPORTED when the database is none of ours
     */
    public JdbcSource build() {
      return new JdbcSource(this);
    }
  }
}
