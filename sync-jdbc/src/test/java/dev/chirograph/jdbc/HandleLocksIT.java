package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles.Switch;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Vacated.State;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions of PostgreSQL that have taken their snapshot before another one, which concerns the
 * same object, is committed: at REPEATABLE READ they notice it only because whoever locks a row
 * writes it.
 */
class HandleLocksIT {

  private static final Version PIN = new Version("pin");
  private static final Location HERE = Location.latest("old", Key.utf8("here"));
  private static final Location THERE = Location.latest("new", Key.utf8("there"));

  private final AtomicBoolean armed = new AtomicBoolean();
  private final HandleHost host = HandleHost.ofOurs(TestDatabase.POSTGRESQL);

  /** The row of the lock is there, nothing refers to it, and nothing has left it. */
  @BeforeEach
  void bothAreKnown() throws SQLException {
    host.inTransaction(connection -> host.claim(connection, HERE));
    host.inTransaction(connection -> host.claim(connection, THERE));
  }

  @AfterEach
  void close() throws SQLException {
    assertThat(armed).as("somebody was late").isFalse();
    host.spy().close();
  }

  /** What somebody else does meanwhile. */
  @FunctionalInterface
  private interface Task {
    void run() throws SQLException;
  }

  /** Connections in whose next transaction something is done after it has taken its snapshot. */
  private DataSource late(int isolation, Task meanwhile) {
    DataSource pool = host.at(isolation).pool();
    return proxy(
        DataSource.class,
        pool,
        name -> {},
        connection ->
            proxy(
                Connection.class,
                connection,
                name -> {
                  Connection begun = (Connection) connection;
                  if (name.equals("prepareStatement")
                      && !begun.getAutoCommit()
                      && armed.compareAndSet(true, false)) {
                    try (Statement first = begun.createStatement()) {
                      first.execute("select 1");
                    }
                    meanwhile.run();
                  }
                },
                result -> result));
  }

  private interface Before {
    void call(String method) throws SQLException;
  }

  private interface After {
    Object of(Object result);
  }

  private static <T> T proxy(Class<T> type, Object target, Before before, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            HandleLocksIT.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              before.call(method.getName());
              try {
                Object result = method.invoke(target, arguments);
                return method.getName().equals("getConnection") ? after.of(result) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private JdbcHandles lateHandles(int isolation, Task meanwhile) {
    JdbcHandles late = JdbcHandles.of(late(isolation, meanwhile), Set.of("old", "new"));
    armed.set(true);
    return late;
  }

  private static FileHandle handle(Location at) {
    return new FileHandle(
        Key.utf8("1"),
        new Version("none"),
        "owner",
        at,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Outcome repoint(JdbcHandles by, FileHandle handle, Location to) {
    return by.repoint(new Switch(handle.at(), PIN, to, List.of(handle))).get(0);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  void HND_5_aRetirementThatBeganBeforeAHandleWasAddedCountsIt(int isolation) {
    JdbcHandles late = lateHandles(isolation, () -> host.put(handle(THERE)));
    assertThat(late.vacated().retire(THERE)).isFalse();
    assertThat(late.vacated().states(List.of(THERE))).containsExactly(State.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  void HND_5_aRetirementThatBeganBeforeAHandleWasPointedThereCountsIt(int isolation)
      throws SQLException {
    FileHandle handle = host.put(handle(HERE));
    JdbcHandles other = host.open(Set.of("old"));
    JdbcHandles late =
        lateHandles(
            isolation,
            () -> assertThat(repoint(other, handle, THERE)).isInstanceOf(Outcome.Applied.class));
    assertThat(late.vacated().retire(THERE)).isFalse();
  }

  @Test
  void HND_5_atReadCommittedAHandleIsCountedThoughItsLockWasDeletedMeanwhile() {
    JdbcHandles late =
        lateHandles(
            Connection.TRANSACTION_READ_COMMITTED,
            () -> {
              host.put(handle(THERE));
              HostTable.execute(host.pool(), "delete from chirograph_vacated where state = 0");
            });
    assertThat(late.vacated().retire(THERE)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  void HND_4_aRepointingThatBeganBeforeARetirementGoesNowhere(int isolation) throws SQLException {
    FileHandle handle = host.put(handle(HERE));
    JdbcHandles other = host.open(Set.of("old"));
    JdbcHandles late =
        lateHandles(isolation, () -> assertThat(other.vacated().retire(THERE)).isTrue());
    assertThat(repoint(late, handle, THERE)).isInstanceOf(Outcome.Conflict.class);
    assertThat(late.find(List.of(handle.id())).get(0).orElseThrow().at()).isEqualTo(HERE);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  void HND_5_aClaimInATransactionThatBeganBeforeARetirementIsRefused(int isolation)
      throws SQLException {
    JdbcHandles other = host.open(Set.of("old"));
    DataSource late = late(isolation, () -> assertThat(other.vacated().retire(THERE)).isTrue());
    try (Connection connection = late.getConnection()) {
      connection.setAutoCommit(false);
      armed.set(true);
      assertThatThrownBy(() -> other.claim(connection, THERE))
          .isInstanceOfSatisfying(
              SyncException.class,
              refusal -> assertThat(refusal.kind()).isIn(Kind.CONFLICT, Kind.UNAVAILABLE));
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE
      })
  void ALC_4_anAllocationIsNotDroppedInATransactionThatBeganBeforeItWasGiven(int isolation) {
    JdbcSchema.of(host.pool()).only(JdbcSchema.Component.ALLOCATIONS).install();
    JdbcAllocations allocations = JdbcAllocations.of(host.pool(), "home");
    allocations.create(Allocation.of("lab", "lab bucket", "alice"));
    JdbcAllocations late =
        JdbcAllocations.of(late(isolation, () -> allocations.assign("owner", "lab")), "home");
    armed.set(true);
    SyncException refusal = catchThrowableOfType(SyncException.class, () -> late.drop("lab"));
    assertThat(refusal).isNotNull();
    assertThat(refusal.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(late.placementFor("owner").flatMap(Placement::allocation)).contains("lab");
  }
}
