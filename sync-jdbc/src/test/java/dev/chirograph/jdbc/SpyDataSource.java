package dev.chirograph.jdbc;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A small pool that remembers the statements that were run and can break: before a statement or a
 * commit, as if the network went, or after it, as if only the reply was lost.
 */
final class SpyDataSource implements AutoCloseable {

  private final DataSource origin;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final List<Ran> statements = new CopyOnWriteArrayList<>();
  private final AtomicInteger lent = new AtomicInteger();
  private final AtomicInteger steps = new AtomicInteger();
  private volatile boolean remembers = true;
  private volatile boolean brokeCommit;
  private volatile Fault fault = (step, commit) -> When.NEVER;

  SpyDataSource(DataSource origin) {
    this.origin = origin;
  }

  /**
   * A statement that was run.
   *
   * @param sql its text
   * @param rows how many rows of parameters it was given
   */
  record Ran(String sql, int rows) {

    /** Whether it writes this table. */
    boolean writes(String table) {
      return sql.matches("(?s)(insert into|update|delete from) chirograph_" + table + "\\b.*");
    }
  }

  enum When {
    NEVER,
    BEFORE,
    AFTER
  }

  /** Says at which step the connection breaks. */
  @FunctionalInterface
  interface Fault {
    When at(int step, boolean commit);
  }

  /** What is given to the code under test. */
  DataSource dataSource() {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) ->
                method.getName().equals("getConnection")
                    ? connection()
                    : call(origin, method, arguments));
  }

  /** The statements since the last call, without those that begin and end transactions. */
  List<Ran> statements() {
    List<Ran> taken = new ArrayList<>(statements);
    statements.clear();
    return taken;
  }

  /** Forgets statements, and those that follow, of which there will be too many. */
  void remembersNothing() {
    remembers = false;
    statements.clear();
  }

  private void remember(Ran statement) {
    if (remembers) {
      statements.add(statement);
    }
  }

  /** How many connections are in use now. */
  int lent() {
    return lent.get();
  }

  /** The steps (statements and commits) since the last call. */
  int steps() {
    return steps.getAndSet(0);
  }

  void breakAt(Fault newFault) {
    steps.set(0);
    this.fault = newFault;
  }

  /** Breaks at one step; see {@link #brokeCommit}. */
  void breakAt(int step, When when) {
    brokeCommit = false;
    breakAt(
        (now, commit) -> {
          if (now != step) {
            return When.NEVER;
          }
          brokeCommit = commit;
          return when;
        });
  }

  /** Whether the step that broke was a commit. */
  boolean brokeCommit() {
    return brokeCommit;
  }

  void repair() {
    this.fault = (step, commit) -> When.NEVER;
  }

  private Connection connection() throws SQLException {
    Connection pooled = idle.poll();
    Connection connection = pooled == null ? origin.getConnection() : pooled;
    lent.incrementAndGet();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> onConnection(connection, method, arguments));
  }

  private @Nullable Object onConnection(
      Connection connection, Method method, @Nullable Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "close" -> {
        lent.decrementAndGet();
        if (!connection.isClosed()) {
          idle.push(connection);
        }
        return null;
      }
      case "commit" -> {
        return step(connection, true, () -> call(connection, method, arguments));
      }
      case "prepareStatement", "createStatement" -> {
        Object statement = call(connection, method, arguments);
        String sql = arguments == null ? "" : String.valueOf(arguments[0]);
        Class<?> type =
            method.getName().equals("createStatement") ? Statement.class : PreparedStatement.class;
        return Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            new OnStatement(connection, statement, sql));
      }
      default -> {
        return call(connection, method, arguments);
      }
    }
  }

  /** Watches one statement. */
  private final class OnStatement implements InvocationHandler {
    private final Connection connection;
    private final @Nullable Object statement;
    private final String prepared;
    private int rows;

    OnStatement(Connection connection, @Nullable Object statement, String prepared) {
      this.connection = connection;
      this.statement = statement;
      this.prepared = prepared;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
        throws Throwable {
      switch (method.getName()) {
        case "addBatch" -> rows++;
        case "setArray" -> rows = Array.getLength(((java.sql.Array) arguments[1]).getArray());
        case "execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch" -> {
          return run(method, arguments);
        }
        default -> {}
      }
      return call(statement, method, arguments);
    }

    private @Nullable Object run(Method method, @Nullable Object[] arguments) throws Throwable {
      String sql = arguments == null ? prepared : String.valueOf(arguments[0]);
      boolean commit = sql.equals("commit");
      if (!commit && !sql.matches("(begin|start transaction|set |rollback).*")) {
        remember(new Ran(sql, rows));
      }
      rows = 0;
      return sql.equals("rollback")
          ? call(statement, method, arguments)
          : step(connection, commit, () -> call(statement, method, arguments));
    }
  }

  private @Nullable Object step(Connection connection, boolean commit, Call call) throws Throwable {
    When when = fault.at(steps.incrementAndGet(), commit);
    if (when == When.BEFORE) {
      throw lost(connection);
    }
    Object result = call.run();
    if (when == When.AFTER) {
      throw lost(connection);
    }
    return result;
  }

  /** Ends the connection, which rolls back what is open. */
  private static SQLException lost(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
    connection.close();
    return new SQLNonTransientConnectionException("the connection was broken by the test", "08006");
  }

  private static @Nullable Object call(
      @Nullable Object target, Method method, @Nullable Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : idle) {
      connection.close();
    }
    idle.clear();
  }

  @FunctionalInterface
  private interface Call {
    @Nullable Object run() throws Throwable;
  }
}
