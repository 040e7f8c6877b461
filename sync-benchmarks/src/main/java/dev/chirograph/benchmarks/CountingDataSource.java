package dev.chirograph.benchmarks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/** Counts the statements that go through a data source; a batch of one statement counts as one. */
final class CountingDataSource {

  private final LongAdder statements = new LongAdder();
  private final DataSource counted;

  CountingDataSource(DataSource real) {
    this.counted = wrap(DataSource.class, real);
  }

  /** The data source whose statements are counted. */
  DataSource dataSource() {
    return counted;
  }

  /** How many statements were sent so far. */
  long statements() {
    return statements.sum();
  }

  private <T> T wrap(Class<T> type, T real) {
    InvocationHandler handler = (proxy, method, arguments) -> call(real, method, arguments);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Object call(Object real, Method method, Object[] arguments) throws Throwable {
    if (real instanceof Statement && method.getName().startsWith("execute")) {
      statements.increment();
    }
    try {
      Object answer = method.invoke(real, arguments);
      if (answer instanceof Connection connection && !method.getName().equals("unwrap")) {
        return wrap(Connection.class, connection);
      }
      if (answer instanceof PreparedStatement statement) {
        return wrap(PreparedStatement.class, statement);
      }
      return answer instanceof Statement statement ? wrap(Statement.class, statement) : answer;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
