package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Databases of many customers in the tables of one database, which they share: PostgreSQL, MariaDB,
 * MySQL, H2 or SQLite.
 *
 * <p>Each of these tables has two columns, {@code customer_id} and {@code database_id} unless told
 * otherwise, that come first in its primary key and are part of every unique index, be it over some
 * of its rows only, and of every other rule by which rows keep others out; a table in which that is
 * not so, or whose columns take different names for one, is refused. They are no columns to those
 * who read and write: both are in every statement, and what they are compared with, and set to, is
 * the {@link Tenant} that {@link #database} was asked for, and never comes with rows, keys or
 * formats. {@link #script} writes such a table's definition.
 *
 * <p>Who is registered, cursors and leases are in tables of ours, which {@link JdbcSchema} creates.
 * What {@link JdbcReplica} says of writes is true here. A handle may go by what its table was a few
 * seconds ago, until its shape is asked for, as every pass does first.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcTenants implements ReplicaTenants {

  private final Database database;
  private final TableReplicas.Hosts hosts;
  private final List<String> columns;
  private final TableRegister register;
  private final TableViews views;

  private JdbcTenants(Database database, Builder builder) {
    this.database = database;
    this.hosts = TableReplicas.Hosts.of(database, builder.schema, builder.options);
    this.columns = List.of(builder.customer, builder.database);
    this.register = new TableRegister(database);
    this.views = new TableViews(builder.settings.pacing);
  }

  /** All tables of the schema that have the columns {@code customer_id} and {@code database_id}. */
  public static JdbcTenants of(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** A builder with the default columns, schema and prefix. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(dataSource);
  }

  @Override
  public void register(Tenant tenant) {
    register.add(tenant);
  }

  @Override
  public List<String> databases(String customer) {
    return register.databases(customer);
  }

  @Override
  public ReplicaDatabase database(Tenant tenant) {
    if (!register.has(tenant)) {
      throw new SyncException(
          Kind.NOT_FOUND, "the database " + tenant + " is not registered; register it first");
    }
    return new TableReplicas(
        database,
        hosts,
        new TableScope(columns, List.of(tenant.customer(), tenant.database())),
        new TableBook(database, tenant.customer(), tenant.database(), hosts.schema()),
        views);
  }

  /**
   * The definition of a table in which every tenant has a table like another, as a script for the
   * database's own shell.
   *
   * @param source of the table whose rows it is to hold
   * @throws SyncException of kind UNSUPPORTED when the database has no type for a column,
   *     INVALID_ARGUMENT when one is named as the columns that tell tenants apart
   */
  public String script(TableShape source) {
    return TableScript.of(database, columns).of(source);
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final Map<String, JdbcTable> options = new LinkedHashMap<>();
    private String schema = "";
    private String customer = "customer_id";
    private String database = "database_id";

    private Builder(DataSource dataSource) {
      this.settings = new Settings(dataSource);
    }

    /** The columns that tell tenants apart, named as the database has them. */
    public Builder columns(String customerColumn, String databaseColumn) {
      if (customerColumn.isEmpty() || databaseColumn.isEmpty()) {
        throw SyncException.invalid("columns that tell tenants apart have names");
      }
      if (customerColumn.equals(databaseColumn)) {
        throw SyncException.invalid("customer and database are two columns: " + customerColumn);
      }
      this.customer = customerColumn;
      this.database = databaseColumn;
      return this;
    }

    /** The schema of the shared tables; by default the one that connections stand in. */
    public Builder schema(String name) {
      this.schema = Objects.requireNonNull(name, "name");
      return this;
    }

    /** A shared table, named as the database has it; all of the schema when none is named. */
    public Builder table(String name) {
      return table(name, JdbcTable.standard());
    }

    /** A shared table, and what its definition does not say. */
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
     * The tenants.
     *
     * @throws SyncException of kind NOT_FOUND when our tables are missing, UNSUPPORTED when they or
     *     the database have another version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcTenants build() {
      return new JdbcTenants(settings.open(JdbcSchema.Component.TABLE), this);
    }
  }
}
