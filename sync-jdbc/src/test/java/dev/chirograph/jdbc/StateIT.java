package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.StateStore.Stored;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the table of records promises beyond the guarantees of every state store. */
class StateIT {

  private static final String SPACE = "runs";
  private static final Key OLD = Key.utf8("old");
  private static final Key GONE = Key.utf8("gone");
  private static final Key NEW = Key.utf8("new");

  private SpyDataSource spy;
  private JdbcState state;

  private void open(TestDatabase database) {
    spy = database.open();
    state = JdbcState.of(spy.dataSource());
  }

  @AfterEach
  void close() throws SQLException {
    spy.close();
  }

  // ---- scans

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_4_aScanReadsPagesAndHoldsNothingBetweenThem(TestDatabase database) {
    open(database);
    List<Change<byte[]>> changes =
        IntStream.range(0, 1_200).mapToObj(i -> put(key(i), "v" + i, Expect.absent())).toList();
    assertThat(state.write(SPACE, changes)).allMatch(Outcome.Applied.class::isInstance);
    spy.statements();

    List<Key> seen = new ArrayList<>();
    try (CloseableIterator<Stored> scan = state.scan(SPACE, KeyRange.all())) {
      while (scan.hasNext()) {
        assertThat(spy.lent()).isZero();
        seen.add(scan.next().key());
      }
    }
    assertThat(seen).isEqualTo(changes.stream().map(Change::key).toList());
    assertThat(spy.statements()).as("sizes and contents of three pages").hasSize(6);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_4_aPageOfLargeRecordsEndsEarly(TestDatabase database) {
    open(database);
    List<Key> keys = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      // Databases that sort by a prefix of a key take these for one.
      byte[] bytes = "x".repeat(Key.MAX_LENGTH).getBytes(StandardCharsets.UTF_8);
      bytes[Key.MAX_LENGTH - 1] = (byte) ('0' + i);
      keys.add(Key.ofBytes(bytes));
    }
    for (int i : List.of(3, 1, 9, 0, 5, 2, 8, 7, 4, 6)) {
      byte[] value = new byte[state.maxValueBytes()];
      value[0] = (byte) i;
      written(Change.put(keys.get(i), value, Expect.absent()));
    }
    spy.statements();

    List<Key> seen = new ArrayList<>();
    try (CloseableIterator<Stored> scan = state.scan(SPACE, KeyRange.all())) {
      while (scan.hasNext()) {
        Stored record = scan.next();
        assertThat(record.value()).startsWith(seen.size());
        seen.add(record.key());
      }
    }
    assertThat(seen).isEqualTo(keys);
    assertThat(spy.statements()).as("sizes and contents of 4, 4 and 2 records").hasSize(6);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_4_aPageWhoseRecordsAreGoneDoesNotEndTheScan(TestDatabase database) {
    open(database);
    state.write(
        SPACE,
        IntStream.range(0, 600).mapToObj(i -> put(key(i), "v" + i, Expect.absent())).toList());
    JdbcState other = JdbcState.of(spy.dataSource());
    List<Change<byte[]>> deletes =
        IntStream.range(0, 500)
            .mapToObj(i -> Change.<byte[]>delete(key(i), Expect.anything()))
            .toList();
    // The first step reads the sizes of a page; before its contents are read, they are removed.
    spy.breakAt(
        (step, commit) -> {
          if (step == 2) {
            spy.repair();
            other.write(SPACE, deletes);
          }
          return When.NEVER;
        });
    assertThat(keys()).isEqualTo(IntStream.range(500, 600).mapToObj(StateIT::key).toList());
  }

  // ---- crashes and lost replies

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_8_aConnectionThatBreaksAnywhereLeavesAllOrNothing(TestDatabase database) {
    open(database);
    boolean through = false;
    for (int step = 1; !through; step++) {
      for (When when : List.of(When.BEFORE, When.AFTER)) {
        state.write(
            SPACE,
            List.of(
                put(OLD, "before", Expect.anything()),
                put(GONE, "before", Expect.anything()),
                Change.delete(NEW, Expect.anything())));
        through = breaksOnce(step, when);
      }
    }
  }

  /** Whether the records were written before the step came at which the connection was to break. */
  private boolean breaksOnce(int step, When when) {
    spy.breakAt(step, when);
    List<Outcome> outcomes =
        state.write(
            SPACE,
            List.of(
                put(OLD, "after", Expect.anything()),
                Change.delete(GONE, Expect.anything()),
                put(NEW, "after", Expect.absent())));
    boolean through = spy.steps() < step;
    spy.repair();
    String label = when + " step " + step;
    Class<? extends Outcome> expected =
        spy.brokeCommit() ? Outcome.Unsure.class : Outcome.Rejected.class;
    assertThat(outcomes)
        .as(label)
        .hasOnlyElementsOfType(through ? Outcome.Applied.class : expected);
    boolean done = through || (spy.brokeCommit() && when == When.AFTER);
    assertThat(state.read(SPACE, List.of(OLD, GONE, NEW)).stream().map(StateIT::text))
        .as(label)
        .containsExactlyElementsOf(
            done ? List.of("after", "-", "after") : List.of("before", "before", "-"));
    return through;
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_8_aLostReplyMakesOnlyWhatWasWrittenUnsure(TestDatabase database) {
    open(database);
    written(put(OLD, "before", Expect.absent()));
    spy.breakAt((step, commit) -> commit ? When.AFTER : When.NEVER);
    List<Outcome> outcomes =
        state.write(
            SPACE,
            List.of(
                put(OLD, "late", Expect.absent()),
                put(NEW, "after", Expect.absent()),
                Change.delete(GONE, Expect.anything())));
    spy.repair();
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Conflict.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Unsure.class);
    assertThat(outcomes.get(2)).isEqualTo(Outcome.unchanged());
    SyncException why = ((Outcome.Unsure) outcomes.get(1)).why();
    assertThat(why.mayRetry()).isTrue();
    assertThat(why).hasMessageContaining("may have been done or not");
    assertThat(state.read(SPACE, List.of(OLD, NEW)).stream().map(StateIT::text))
        .containsExactly("before", "after");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void STA_8_aScanThatBreaksThrowsAndGoesOnAfterwards(TestDatabase database) {
    open(database);
    state.write(
        SPACE,
        IntStream.range(0, 600).mapToObj(i -> put(key(i), "v" + i, Expect.absent())).toList());
    List<Key> seen = new ArrayList<>();
    try (CloseableIterator<Stored> scan = state.scan(SPACE, KeyRange.all())) {
      IntStream.range(0, 500).forEach(i -> seen.add(scan.next().key()));
      spy.breakAt((step, commit) -> step <= 2 ? When.AFTER : When.NEVER);
      for (int i = 0; i < 2; i++) {
        SyncException why = catchThrowableOfType(SyncException.class, scan::hasNext);
        assertThat(why.kind()).isEqualTo(SyncException.Kind.UNAVAILABLE);
        assertThat(why).hasMessageContaining("scanning records of 'runs'");
      }
      scan.forEachRemaining(record -> seen.add(record.key()));
    }
    assertThat(seen).isEqualTo(IntStream.range(0, 600).mapToObj(StateIT::key).toList());
  }

  // ---- tenants

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_aWriteTouchesItsOwnTenantAndSpaceOnly(TestDatabase database) {
    open(database);
    JdbcState other = JdbcState.builder(spy.dataSource()).tenant("Default").build();
    for (JdbcState each : List.of(state, other)) {
      for (String space : List.of("runs", "Runs")) {
        each.write(
            space,
            List.of(put(OLD, "before", Expect.absent()), put(GONE, "before", Expect.absent())));
      }
    }
    state.write(
        "runs",
        List.of(put(OLD, "after", Expect.anything()), Change.delete(GONE, Expect.anything())));

    List<Key> both = List.of(OLD, GONE);
    assertThat(state.read("runs", both).stream().map(StateIT::text)).containsExactly("after", "-");
    assertThat(state.read("Runs", both).stream().map(StateIT::text)).containsOnly("before");
    assertThat(other.read("runs", both).stream().map(StateIT::text)).containsOnly("before");
    assertThat(other.read("Runs", both).stream().map(StateIT::text)).containsOnly("before");

    other.write(
        "runs",
        IntStream.range(0, 600).mapToObj(i -> put(key(i), "v" + i, Expect.absent())).toList());
    spy.statements();
    assertThat(keys()).containsExactly(OLD);
    assertThat(spy.statements()).as("pages are filled with records of the tenant").hasSize(2);
  }

  // ---- help

  private static Key key(int number) {
    return Key.utf8("%06d".formatted(number));
  }

  private static Change<byte[]> put(Key key, String value, Expect expect) {
    return Change.put(key, value.getBytes(StandardCharsets.UTF_8), expect);
  }

  private void written(Change<byte[]> change) {
    assertThat(state.write(SPACE, List.of(change)).get(0)).isInstanceOf(Outcome.Applied.class);
  }

  private List<Key> keys() {
    List<Key> keys = new ArrayList<>();
    try (CloseableIterator<Stored> scan = state.scan(SPACE, KeyRange.all())) {
      scan.forEachRemaining(record -> keys.add(record.key()));
    }
    return keys;
  }

  private static String text(Optional<Stored> stored) {
    return stored.map(record -> new String(record.value(), StandardCharsets.UTF_8)).orElse("-");
  }
}
