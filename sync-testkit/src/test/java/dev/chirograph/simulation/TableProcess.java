package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process with an engine: all its calls go through here, where they are disturbed and watched. It
 * ends at one of them.
 */
final class TableProcess {

  /** Nothing in the engine may catch this. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** What may happen around each call. */
  interface Disturbance {

    /** Before it; may throw. */
    void before(TableProcess process, String call);

    /** Whether a write is held up on its way, so that the caller does not hear of it. */
    boolean detains(TableProcess process, String call);

    /** After it; may throw, although it was made. */
    void after(TableProcess process, String call);

    /** A comparison under a salt asks for digests. */
    default void compares(String table, String salt) {}

    /** Records were written. */
    default void remembered(String space, List<Change<byte[]>> changes) {}

    /**
     * A write was made.
     *
     * @param before what the replica had under the keys of the rows that were put
     * @param told when the source said of keys that it does not have them
     */
    default void wrote(
        String table,
        Write write,
        List<Optional<Row>> before,
        List<Outcome> outcomes,
        Map<RowKey, Long> told) {}
  }

  private static final Set<String> FACTS = Set.of("limits", "maxValueBytes", "toString");

  final String agent;

  /** When it began, by the history. */
  final long begun;

  private final TableWorld world;
  private final Map<String, Long> fences;
  private final Disturbance disturbance;
  private final Map<String, Map<RowKey, Long>> absent = new HashMap<>();
  private final Map<String, Set<RowKey>> fetched = new HashMap<>();
  private final Map<String, Set<RowKey>> deleted = new HashMap<>();
  private final Set<String> written = new HashSet<>();
  private final Map<String, Mark> horizons = new HashMap<>();
  private long calls;
  private boolean dead;
  private boolean disturbed;

  /**
   * A process.
   *
   * @param fences the last one given for each table, to whomever
   */
  TableProcess(String agent, TableWorld world, Map<String, Long> fences, Disturbance disturbance) {
    this.agent = agent;
    this.begun = world.history.tick();
    this.world = world;
    this.fences = fences;
    this.disturbance = disturbance;
  }

  // ---- what became of it

  void die() {
    dead = true;
    throw new Killed();
  }

  boolean isDead() {
    return dead;
  }

  void disturb() {
    disturbed = true;
  }

  /** Whether nothing came between its calls. */
  boolean isQuiet() {
    return !disturbed && !dead;
  }

  /** How many rows of a table it has deleted. */
  long deleted(String table) {
    return deleted.getOrDefault(table, Set.of()).size();
  }

  /** Whether it has written to a table. */
  boolean hasWritten(String table) {
    return written.contains(table);
  }

  /** The largest horizon it was told; empty when it did not ask. */
  Optional<Mark> horizon(String table) {
    return Optional.ofNullable(horizons.get(table));
  }

  // ---- what it works with

  SourceDatabase source() {
    return tapped(SourceDatabase.class, world.office, "office");
  }

  ReplicaDatabase replica() {
    return tapped(ReplicaDatabase.class, world.cloud, "cloud");
  }

  StateStore state() {
    return tapped(StateStore.class, world.town.state, "state");
  }

  private <T> T tapped(Class<T> type, T target, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(target, name, method, arguments)));
  }

  private Object call(Object target, String name, Method method, Object[] arguments)
      throws Throwable {
    if (method.getName().equals("table")) {
      String table = (String) arguments[0];
      return target instanceof SourceDatabase database
              && method.getReturnType() == SourceTable.class
          ? tapped(SourceTable.class, database.table(table), table)
          : tapped(ReplicaTable.class, ((ReplicaDatabase) target).table(table), table);
    }
    if (method.getName().equals("slices")) {
      return world.terms.slices();
    }
    if (FACTS.contains(method.getName())) {
      return made(target, method, arguments);
    }
    if (dead) {
      throw new Killed();
    }
    String call = name + "." + method.getName();
    calls++;
    world.history.tick();
    disturbance.before(this, call);
    Object answer =
        method.getName().equals("write") && arguments[0] instanceof Write write
            ? wrote((ReplicaTable) target, name, write, call)
            : magnified(made(target, method, arguments));
    watch(target, name, method.getName(), arguments, answer);
    disturbance.after(this, call);
    return answer;
  }

  private List<Outcome> wrote(ReplicaTable target, String table, Write write, String call) {
    checkDeletes(table, write);
    write.puts().forEach(row -> fetched(table).remove(row.key()));
    Map<RowKey, Long> told = Map.copyOf(absent.getOrDefault(table, Map.of()));
    if (disturbance.detains(this, call)) {
      world.detained.add(() -> arrive(target, table, write, told));
      throw new SyncException(Kind.UNAVAILABLE, "no answer to " + call);
    }
    return arrived(target, table, write, told);
  }

  private List<Outcome> arrived(
      ReplicaTable target, String table, Write write, Map<RowKey, Long> told) {
    checkWrite(table, write);
    List<RowKey> keys = write.puts().stream().map(Row::key).toList();
    List<Optional<Row>> before =
        keys.isEmpty() ? List.of() : target.rows(write.format(), keys, Long.MAX_VALUE);
    List<Outcome> outcomes = target.write(write);
    disturbance.wrote(table, write, before, outcomes, told);
    written(table, write, outcomes);
    return outcomes;
  }

  /** A write comes to the replica when its caller has long gone on. */
  private void arrive(ReplicaTable target, String table, Write write, Map<RowKey, Long> told) {
    try {
      arrived(target, table, write, told);
      world.count(TableHappening.LATE_WRITE);
    } catch (SyncException e) {
      // nobody hears of it
    }
  }

  /** Tables say that they are larger than they are, so that small ones are worth cutting. */
  private Object magnified(Object answer) {
    if (world.terms.size() == 1) {
      return answer;
    }
    if (answer instanceof TableInfo info) {
      return magnified(info);
    }
    if (answer instanceof List<?> some && !some.isEmpty()) {
      return some.get(0) instanceof Digest || some.get(0) instanceof TableInfo
          ? some.stream()
              .map(
                  one ->
                      one instanceof Digest digest
                          ? world.magnified(digest)
                          : (Object) magnified((TableInfo) one))
              .toList()
          : answer;
    }
    if (answer instanceof Optional<?> some && some.orElse(null) instanceof State state) {
      return Optional.of(
          new State(state.tag(), state.tables().stream().map(this::magnified).toList()));
    }
    return answer;
  }

  private TableInfo magnified(TableInfo info) {
    long rows = info.rows() * world.terms.size();
    return new TableInfo(info.table(), rows, info.last(), info.fingerprint(), info.incarnation());
  }

  private static Object made(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  // ---- what is watched

  private void checkWrite(String table, Write write) {
    if (fences.getOrDefault(table, 0L) != write.fence()) {
      world.count(TableHappening.STALE_FENCE);
      throw new SyncException(
          Kind.CONFLICT, SyncException.Advice.NEVER, "another agent writes to " + table, null);
    }
    world.checkChildren(table, write.deletes().stream().map(RowVersion::key).toList());
  }

  /** Rows are deleted only after the source has said that it does not have them. */
  private void checkDeletes(String table, Write write) {
    for (RowVersion row : write.deletes()) {
      RowKey key = row.key();
      Long when = absent.getOrDefault(table, Map.of()).get(key);
      assertThat(when)
          .as("%s deletes %s of %s, of which the source has said nothing", agent, key, table)
          .isNotNull();
    }
  }

  private void watch(
      Object target, String table, String method, Object[] arguments, Object answer) {
    switch (method) {
      case "find" -> absent(table, arguments[1], (List<?>) answer);
      case "rows" -> {
        absent(table, arguments[1], (List<?>) answer);
        ((List<?>) answer).forEach(row -> fetched(table, ((Optional<?>) row).orElse(null)));
      }
      case "after" -> ((List<?>) answer).forEach(row -> fetched(table, row));
      case "digests" -> disturbance.compares(table, ((Selection) arguments[0]).salt());
      case "lease" -> ((Optional<?>) answer).ifPresent(fence -> fences.put(table, (Long) fence));
      case "horizon" ->
          horizons.merge(table, ((Horizon) answer).mark(), (a, b) -> a.compareTo(b) > 0 ? a : b);
      case "write" -> {
        if (target instanceof StateStore) {
          disturbance.remembered((String) arguments[0], changes((List<?>) arguments[1]));
        }
      }
      default -> {
        // tells nothing that is watched
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Change<byte[]>> changes(List<?> changes) {
    return (List<Change<byte[]>>) changes;
  }

  private void absent(String table, Object keys, List<?> answers) {
    for (int i = 0; i < answers.size(); i++) {
      RowKey key = (RowKey) ((List<?>) keys).get(i);
      if (((Optional<?>) answers.get(i)).isEmpty()) {
        absent.computeIfAbsent(table, one -> new HashMap<>()).put(key, world.history.tick());
      } else {
        absent.getOrDefault(table, new HashMap<>()).remove(key);
      }
    }
  }

  private void fetched(String table, @Nullable Object row) {
    if (row instanceof Row one) {
      fetched(table).add(one.key());
    }
  }

  /** What the source has given and was not sent yet. */
  Set<RowKey> fetched(String table) {
    return fetched.computeIfAbsent(table, one -> new HashSet<>());
  }

  private void written(String table, Write write, List<Outcome> outcomes) {
    written.add(table);
    Set<RowKey> gone = deleted.computeIfAbsent(table, one -> new HashSet<>());
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Applied) {
        gone.add(write.deletes().get(i).key());
      }
    }
    assertThat(deleted(table))
        .as("rows of %s deleted by one run of %s", table, agent)
        .isLessThanOrEqualTo(world.most());
  }
}
