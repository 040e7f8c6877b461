package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.spi.WorkQueue.Enqueued;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How work ended is told, whatever becomes of its connection. */
class AfterwardsTest {

  @Test
  void theErrorOfTheWorkIsToldAndTheOtherWithIt() {
    SQLException first = new SQLException("the work failed");
    SQLException second = new SQLException("the connection is closed");
    assertThatThrownBy(() -> Afterwards.always(() -> fail(first), () -> fail(second)))
        .isSameAs(first)
        .hasSuppressedException(second);
    assertThatThrownBy(() -> Afterwards.always(() -> fail(first), () -> fail(first)))
        .as("an error that is thrown twice")
        .isSameAs(first);
  }

  private static boolean fail(SQLException error) throws SQLException {
    throw error;
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "setAutoCommit(true)"})
  void L4_whatWasCommittedIsDoneEvenIfTheConnectionCannotBeGivenBack(String broken) {
    AtomicBoolean built = new AtomicBoolean();
    DataSource unsteady = failing(TestDatabases.h2(), call -> built.get() && call.equals(broken));
    JdbcQueue queue = JdbcQueue.of(unsteady, "q");
    built.set(true);
    assertThat(queue.enqueue(List.of(JdbcSchemaTest.job("a")))).isEqualTo(new Enqueued(1, 0, 0));
    assertThat(queue.lease("k", 10, Duration.ofMinutes(1)).orElseThrow().jobs()).hasSize(1);
  }

  /** Gives connections that do what they are told, and then fail in these calls. */
  private static DataSource failing(DataSource origin, Predicate<String> calls) {
    return proxy(
        DataSource.class,
        origin,
        (name, result) ->
            result instanceof Connection connection && name.equals("getConnection")
                ? proxy(Connection.class, connection, (call, answer) -> failIn(calls, call, answer))
                : result);
  }

  private static Object failIn(Predicate<String> calls, String call, Object answer)
      throws SQLException {
    if (calls.test(call)) {
      throw new SQLException("broken by the test in " + call, "08003");
    }
    return answer;
  }

  @FunctionalInterface
  private interface Answer {
    Object of(String call, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T origin, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(origin, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              String call = method.getName();
              boolean told = arguments != null && call.equals("setAutoCommit");
              return answer.of(told ? call + "(" + arguments[0] + ")" : call, result);
            }));
  }
}
