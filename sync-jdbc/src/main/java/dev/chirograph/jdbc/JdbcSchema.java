package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The tables that this module needs: creates and upgrades them, or prints the script that does.
 *
 * <p>{@link #install} may be called at every start, by any number of JVMs at once; it does nothing
 * when the tables are up to date. A host that manages its tables itself runs {@link #script}
 * instead. Every handle checks, when it is built, that its tables have the version it was written
 * for.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcSchema {

  private static final Pattern STATEMENT_END = Pattern.compile(";\\s*(\\n|$)");
  private static final int LOCK_SECONDS = 60;
  private static final int INSTALL_ATTEMPTS = 5;

  private final DataSource dataSource;
  private final TableNames names;
  private final Set<Component> components;

  private JdbcSchema(DataSource dataSource, TableNames names, Set<Component> components) {
    this.dataSource = dataSource;
    this.names = names;
    this.components = components;
  }

  /** A group of tables that can be installed alone. */
  public enum Component {
    /** The tables of {@code JdbcQueue}. */
    QUEUE("queue", 1),
    /** The tables of {@code JdbcState}. */
    STATE("state", 1),
    /** The tables of {@code JdbcCatalogue}. */
    CATALOGUE("catalogue", 1),
    /** The tables of {@code JdbcLog}. */
    LOG("log", 1),
    /** The tables of {@code JdbcReplica} and {@code JdbcTenants}: not the ones that they write. */
    TABLE("table", 1),
    /** The tables of {@code JdbcAllocations}. */
    ALLOCATIONS("allocations", 1),
    /** The table of file handles of {@code JdbcHandles}, for hosts that have none of their own. */
    HANDLES("handles", 1),
    /** The table of {@code JdbcHandles} about locations that files have left. */
    VACATED("vacated", 1);

    private final String id;
    private final int version;

    Component(String id, int version) {
      this.id = id;
      this.version = version;
    }

    String script(Dialect dialect, int number) {
      return "/dev/chirograph/jdbc/" + dialect.folder() + "/" + id + "-" + number + ".sql";
    }
  }

  /**
   * All tables of this module, with the prefix {@code chirograph_}, in the schema that the data
   * source's connections stand in.
   */
  public static JdbcSchema of(DataSource dataSource) {
    return new JdbcSchema(dataSource, TableNames.standard(), EnumSet.allOf(Component.class));
  }

  static JdbcSchema of(DataSource dataSource, TableNames names) {
    return new JdbcSchema(dataSource, names, EnumSet.allOf(Component.class));
  }

  /**
   * The same in another schema, which {@link #install} creates when it is missing. On MariaDB and
   * MySQL a schema is a database; SQLite has none.
   *
   * @param name small letters, digits and underscores; empty for the one the connections stand in
   * @throws SyncException of kind INVALID_ARGUMENT when the name has other characters
   */
  public JdbcSchema schema(String name) {
    return new JdbcSchema(dataSource, names.withSchema(name), components);
  }

  /**
   * The same with another prefix before every table and index.
   *
   * @param prefix small letters, digits and underscores; may be empty
   * @throws SyncException of kind INVALID_ARGUMENT when the prefix has other characters
   */
  public JdbcSchema prefix(String prefix) {
    return new JdbcSchema(dataSource, names.withPrefix(prefix), components);
  }

  /** The same for some components only. */
  public JdbcSchema only(Component first, Component... others) {
    return new JdbcSchema(dataSource, names, EnumSet.of(first, others));
  }

  /**
   * Creates what is missing and upgrades what is old.
   *
   * @throws SyncException of kind UNSUPPORTED when the database is none of ours or holds tables of
   *     a later version, PERMISSION_DENIED when the user may not create tables
   */
  public void install() {
    Database database = database();
    if (database.dialect().transactionalDefinitions()) {
      database.transaction("installing the tables", this::installLocked);
    } else {
      installStepwise(database);
    }
  }

  /**
   * What {@link #install} would run now, as a script for the database's own shell; empty when the
   * tables are up to date. Changes nothing.
   */
  public String script() {
    Database database = database();
    List<String> statements =
        database.transaction(
            "reading the versions of the tables",
            connection -> pending(connection, database.dialect()));
    return statements.isEmpty() ? "" : String.join(";\n\n", statements) + ";\n";
  }

  private Database database() {
    Settings settings = new Settings(dataSource);
    settings.tables = names;
    return Database.of(settings);
  }

  /**
   * Refuses tables that are missing or of another version than this code was written for.
   *
   * @throws SyncException of kind NOT_FOUND or UNSUPPORTED, naming the script to run
   */
  static void require(Database database, Component component) {
    int found =
        database.transaction(
            "reading the versions of the tables",
            connection -> version(connection, database.dialect(), database.names(), component));
    if (found == component.version) {
      return;
    }
    TableNames names = database.names();
    String what =
        "the tables of the "
            + component.id
            + " in "
            + (names.schema().isEmpty() ? "the default schema" : "schema '" + names.schema() + "'")
            + " with prefix '"
            + names.prefix()
            + "' ";
    if (found > component.version) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          what
              + "have version "
              + found
              + ", this library knows version "
              + component.version
              + ": use a later library");
    }
    throw new SyncException(
        SyncException.Kind.NOT_FOUND,
        what
            + (found == 0 ? "are missing" : "have version " + found)
            + ", version "
            + component.version
            + " is needed: call JdbcSchema.install(), or run what JdbcSchema.script() prints (from "
            + component.script(database.dialect(), found + 1)
            + (found + 1 == component.version
                ? ""
                : " to " + component.script(database.dialect(), component.version))
            + " in the jar)");
  }

  private int installLocked(Connection connection) throws SQLException {
    Dialect dialect = Dialect.of(connection);
    if (dialect == Dialect.POSTGRESQL) {
      lock(connection, "select pg_advisory_xact_lock(hashtextextended(?, 0))");
    }
    return upgrade(connection, dialect);
  }

  private int upgrade(Connection connection, Dialect dialect) throws SQLException {
    List<String> statements = pending(connection, dialect);
    run(connection, statements);
    return statements.size();
  }

  /**
   * Where each definition commits by itself. The scripts can be run again after half of them was
   * done; MariaDB has a lock for us, on H2 the loser of a race starts over.
   */
  private void installStepwise(Database database) {
    for (int tries = 1; ; tries++) {
      try (Connection connection = dataSource.getConnection()) {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(true);
        Afterwards.always(
            () -> installAlone(connection, database.dialect()),
            () -> connection.setAutoCommit(autoCommit));
        return;
      } catch (SQLException e) {
        boolean raced =
            SqlErrors.alreadyExists(e) || SqlErrors.lostLock(e) || SqlErrors.failedInsideH2(e);
        if (!raced || tries == INSTALL_ATTEMPTS) {
          throw SqlErrors.of("installing the tables", e);
        }
      }
    }
  }

  private int installAlone(Connection connection, Dialect dialect) throws SQLException {
    if (dialect != Dialect.MARIADB) {
      return upgrade(connection, dialect);
    }
    lock(connection, "select get_lock(?, " + LOCK_SECONDS + ")");
    return Afterwards.always(
        () -> upgrade(connection, dialect), () -> lock(connection, "select release_lock(?)"));
  }

  private void lock(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, names.table("install"));
      statement.execute();
    }
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private List<String> pending(Connection connection, Dialect dialect) throws SQLException {
    List<String> statements = new ArrayList<>();
    for (Component component : components) {
      int found = version(connection, dialect, names, component);
      if (found > component.version) {
        throw new SyncException(
            SyncException.Kind.UNSUPPORTED,
            "the tables of the "
                + component.id
                + " have version "
                + found
                + ", this library knows version "
                + component.version
                + ": use a later library");
      }
      for (int number = found + 1; number <= component.version; number++) {
        statements.addAll(statements(component.script(dialect, number)));
        statements.addAll(remember(component, number));
      }
    }
    if (!statements.isEmpty()) {
      statements.addAll(0, foundation(connection, dialect));
    }
    return statements;
  }

  /** The schema and the table of versions, where they are missing. */
  private List<String> foundation(Connection connection, Dialect dialect) throws SQLException {
    List<String> statements = new ArrayList<>();
    if (!names.schema().isEmpty() && !dialect.schemaExists(connection, names.schema())) {
      statements.add("create schema if not exists " + names.schema());
    }
    statements.add(
        names.fill(
            """
            create table if not exists ${schema_version} (
              component varchar(30) not null primary key,
              version int not null)"""));
    return statements;
  }

  private List<String> remember(Component component, int version) {
    return List.of(
        names.fill("delete from ${schema_version} where component = '" + component.id + "'"),
        names.fill(
            "insert into ${schema_version} (component, version) values ('"
                + component.id
                + "', "
                + version
                + ")"));
  }

  private static int version(
      Connection connection, Dialect dialect, TableNames names, Component component)
      throws SQLException {
    if (!dialect.tableExists(connection, names.table("schema_version"))) {
      return 0;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            names.fill("select version from ${schema_version} where component = ?"))) {
      statement.setString(1, component.id);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }

  /** The statements of a script: each ends with a semicolon at the end of a line. */
  private List<String> statements(String script) {
    List<String> statements = new ArrayList<>();
    for (String statement : STATEMENT_END.splitAsStream(read(script)).toList()) {
      if (!statement.isBlank()) {
        statements.add(names.fill(statement.strip()));
      }
    }
    return statements;
  }

  private static String read(String script) {
    try (InputStream in = JdbcSchema.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new SyncException(
            SyncException.Kind.UNEXPECTED, "the script " + script + " is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new SyncException(
          SyncException.Kind.UNEXPECTED, "the script " + script + " cannot be read", e);
    }
  }
}
