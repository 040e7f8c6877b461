package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.TableShape;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Tables of a host's database on PostgreSQL, MariaDB, MySQL, H2 or SQLite, to be brought into
 * agreement with others.
 *
 * <ul>
 *   <li>A write is one transaction: rows, cursor, and a look at the lease, whose row it locks. The
 *       number of its statements does not grow with the number of its rows.
 *   <li>Rows are written over and never replaced; only when rows of one write swap values that are
 *       unique, they are deleted and inserted again, unless other rows would be deleted with them.
 *   <li>A row whose key the database takes for another row's, as its collation says, is refused.
 *   <li>What is kept about replicas is in tables of ours, which {@link JdbcSchema} creates.
 * </ul>
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcReplica implements ReplicaDatabase {

  private final Database database;
  private final TableReplicas tables;

  private JdbcReplica(Database database, TableReplicas tables) {
    this.database = database;
    this.tables = tables;
  }

  /** All tables of the schema in which the data source's connections stand, but for ours. */
  public static JdbcReplica of(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** A builder with the default schema and prefix. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(dataSource);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tables that have a column that cannot be read are left out.
   */
  @Override
  public Optional<State> state(Optional<String> known) {
    return tables.state(known);
  }

  @Override
  public ReplicaTable table(String name) {
    return tables.table(name);
  }

  /**
   * The definition of a table that can hold the rows of another, as a script for the database's own
   * shell.
   *
   * @param source of the table whose rows it is to hold
   * @throws SyncException of kind UNSUPPORTED when the database has no type for a column
   */
  public String script(TableShape source) {
    return TableScript.of(database, List.of()).of(source);
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final Map<String, JdbcTable> options = new LinkedHashMap<>();
    private String schema = "";

    private Builder(DataSource dataSource) {
      this.settings = new Settings(dataSource);
    }

    /** The schema of the host's tables; by default the one that connections stand in. */
    public Builder schema(String name) {
      this.schema = Objects.requireNonNull(name, "name");
      return this;
    }

    /** A table, named as the database has it; all of the schema when none is named. */
    public Builder table(String name) {
      return table(name, JdbcTable.standard());
    }

    /** A table, and what its definition does not say. */
    public Builder table(String name, JdbcTable how) {
      options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(how, "how"));
      return this;
    }

    /** The schema of our tables, as given to {@link JdbcSchema#schema}. */
    public Builder ownSchema(String name) {
      settings.schema(name);
      return this;
    }

    /** The prefix of our tables, as given to {@link JdbcSchema#prefix}. */
    public Builder prefix(String text) {
      settings.prefix(text);
      return this;
    }

    /** A clock in place of the database's own, for tests: with two clocks, leases mean nothing. */
    public Builder clock(InstantSource source) {
      settings.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /** How time is measured and waited for inside this process; the machine's own by default. */
    public Builder pacing(Pacing value) {
      settings.pacing = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * The replica.
     *
     * @throws SyncException of kind NOT_FOUND when our tables are missing, UNSUPPORTED when they or
     *     the database have another version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcReplica build() {
      Database database = settings.open(JdbcSchema.Component.TABLE);
      TableReplicas.Hosts hosts = TableReplicas.Hosts.of(database, schema, options);
      return new JdbcReplica(
          database,
          new TableReplicas(
              database,
              hosts,
              TableScope.ALL,
              new TableBook(database, hosts.schema()),
              new TableViews(settings.pacing)));
    }
  }
}
