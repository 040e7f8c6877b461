package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.When;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the catalogue writes, what it refuses, and what others do meanwhile. */
class CatalogueWritesIT extends CatalogueOnEvery {

  // ---- what is written

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void onlyTheTagThatChangedIsWritten(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    spy.statements();
    ObjectVersion changed =
        States.version("null", 1)
            .tags(Part.known(Map.of("project", "another", "Project", "other")))
            .build();
    applied(put(KEY, ObjectState.of(changed)));
    assertThat(written())
        .allMatch(ran -> ran.rows() == 1)
        .extracting(CatalogueIT::what)
        .containsExactly("update object", "update tag");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aNewVersionOnTopChangesOneOther(TestDatabase database) {
    open(database);
    List<ObjectVersion> versions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      versions.add(0, States.version("v" + i, i).build());
    }
    applied(put(KEY, ObjectState.of(versions)));
    spy.statements();
    versions.add(0, States.marker("v20", 20));
    applied(put(KEY, ObjectState.of(versions)));
    assertThat(written())
        .allMatch(ran -> ran.rows() == 1)
        .extracting(CatalogueIT::what)
        .containsExactly("update object", "update version", "insert into version");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void nothingIsWrittenWhenNothingDiffers(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    Observation<ObjectState> before = catalogue.observe(List.of(KEY)).get(0);
    spy.statements();
    assertThat(apply(put(KEY, States.simple(1)))).isInstanceOf(Outcome.Unchanged.class);
    assertThat(written()).isEmpty();
    assertThat(catalogue.observe(List.of(KEY))).containsExactly(before);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aChangedObjectTakesTwoToFourStatements(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    int locking = database == TestDatabase.H2 ? 2 : 1; // H2 reads in a statement of its own
    int writing = database == TestDatabase.POSTGRESQL ? 1 : 2;

    spy.statements();
    ObjectVersion overwritten = States.version("null", 1).etag("other").size(7).build();
    applied(put(KEY, ObjectState.of(overwritten)));
    assertThat(spy.statements()).as("overwritten").hasSize(locking + writing);

    Map<String, String> tags = Map.of("project", "another", "Project", "other");
    ObjectVersion tagged = overwritten.toBuilder().tags(Part.known(tags)).build();
    applied(put(KEY, ObjectState.of(tagged)));
    assertThat(spy.statements()).as("tagged").hasSize(locking + writing);

    Observation<ObjectState> seen = catalogue.observe(List.of(KEY)).get(0);
    spy.statements();
    assertThat(apply(Change.put(KEY, seen.content().orElseThrow(), seen.expectation())))
        .isInstanceOf(Outcome.Unchanged.class);
    assertThat(spy.statements()).as("unchanged").hasSize(locking);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void statementsDoNotGrowWithTheBatch(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    spy.statements();
    List<Change<ObjectState>> changes = creations(1_000);
    assertThat(catalogue.apply(changes)).allMatch(Outcome.Applied.class::isInstance);
    boolean together = database == TestDatabase.POSTGRESQL;
    assertThat(spy.statements()).as("adding").hasSize(together ? 2 : 5);

    assertThat(catalogue.observe(changes.stream().map(Change::key).toList()))
        .allMatch(Observation.Present.class::isInstance);
    assertThat(spy.statements()).as("observing").hasSize(1);

    List<Change<ObjectState>> updates = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      updates.add(
          put(
              changes.get(i).key(),
              ObjectState.of(List.of(States.marker("m", i), States.version("v", i).build()))));
    }
    assertThat(catalogue.apply(updates)).allMatch(Outcome.Applied.class::isInstance);
    assertThat(spy.statements()).as("changing").hasSizeLessThanOrEqualTo(together ? 3 : 12);

    List<Change<ObjectState>> deletes =
        changes.stream()
            .map(change -> Change.<ObjectState>delete(change.key(), Expect.anything()))
            .toList();
    assertThat(catalogue.apply(deletes)).allMatch(Outcome.Applied.class::isInstance);
    assertThat(spy.statements()).as("deleting").hasSize(together ? 2 : 5);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void syncTimesComeFromTheDatabase(TestDatabase database) throws SQLException {
    open(database);
    applied(put(KEY, States.simple(1)));
    long created = number("select created from chirograph_catalogue_object");
    assertThat(created).isEqualTo(number("select updated from chirograph_catalogue_object"));
    assertThat(created).isGreaterThan(1_700_000_000_000_000L);
    applied(put(KEY, States.simple(2)));
    assertThat(number("select created from chirograph_catalogue_object")).isEqualTo(created);
    assertThat(number("select updated from chirograph_catalogue_object"))
        .isGreaterThanOrEqualTo(created);
  }

  // ---- one item's failure

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L11_whatTheDatabaseRefusesFailsItsOwnObject(TestDatabase database) {
    open(database);
    String taken = catalogue.newId();
    applied(put(KEY, States.simple(1).withId(Optional.of(taken))));
    List<Change<ObjectState>> changes = new ArrayList<>(creations(40));
    ObjectState thief = States.simple(9).withId(Optional.of(taken));
    changes.set(17, put(Key.utf8("copy of a.jpg"), thief));
    List<Outcome> outcomes = catalogue.apply(changes);
    for (int i = 0; i < outcomes.size(); i++) {
      if (i != 17) {
        assertThat(outcomes.get(i)).as("change %d", i).isInstanceOf(Outcome.Applied.class);
      }
    }
    assertThat(outcomes.get(17)).isInstanceOf(Outcome.Rejected.class);
    SyncException why = ((Outcome.Rejected) outcomes.get(17)).why();
    assertThat(why.kind()).isEqualTo(SyncException.Kind.ALREADY_EXISTS);
    assertThat(why).hasMessageContainingAll("copy of a.jpg", taken, "2026/a.jpg");
    assertThat(catalogue.find("copy of a.jpg")).isEmpty();
    assertThat(catalogue.owners(List.of(taken, catalogue.newId(), "no id")))
        .containsExactly(Optional.of(KEY), Optional.empty(), Optional.empty());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L11_whatDoesNotFitIsRejectedAlone(TestDatabase database) {
    open(database);
    String lone = "\uD83D";
    List<ObjectState> unfit =
        List.of(
            ObjectState.of(States.version("v".repeat(1_025), 1).build()),
            ObjectState.of(States.version("null", 1).etag("e".repeat(1_025)).build()),
            ObjectState.of(States.version("null", 1).storageClass("\u0000").build()),
            ObjectState.of(States.version("null", 1).contentType(Part.known(lone)).build()),
            tagged("t".repeat(1_025), ""),
            tagged("é".repeat(513), ""),
            tagged("t", "x".repeat(65_536)),
            tagged("t", "\u0000"),
            States.simple(1).withId(Optional.of("A0000000-0000-4000-8000-000000000000")),
            States.simple(1).withId(Optional.of("1-1-1-1-1")));
    List<Change<ObjectState>> changes = new ArrayList<>();
    for (int i = 0; i < unfit.size(); i++) {
      changes.add(put(Key.utf8("unfit" + i), unfit.get(i)));
      changes.add(put(Key.utf8("fit" + i), tagged("t".repeat(1_024), "é".repeat(65_535))));
    }
    List<Outcome> outcomes = catalogue.apply(changes);
    for (int i = 0; i < outcomes.size(); i++) {
      assertThat(outcomes.get(i))
          .as("%s", changes.get(i).key())
          .isInstanceOf(i % 2 == 0 ? Outcome.Rejected.class : Outcome.Applied.class);
      if (outcomes.get(i) instanceof Outcome.Rejected rejected) {
        assertThat(rejected.why().kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT);
        assertThat(rejected.why()).hasMessageContaining(changes.get(i).key().toString());
      }
    }
    assertThat(keys(KeyRange.prefix(Key.utf8("fit")))).hasSize(unfit.size());
    assertThat(keys(KeyRange.prefix(Key.utf8("unfit")))).isEmpty();
    assertThat(withoutId(catalogue.find("fit1").orElseThrow()))
        .isEqualTo(tagged("t".repeat(1_024), "é".repeat(65_535)));
  }

  private static ObjectState tagged(String name, String value) {
    return ObjectState.of(States.version("null", 1).tags(Part.known(Map.of(name, value))).build());
  }

  // ---- crashes and races

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void SNK_7_aConnectionThatBreaksAnywhereLeavesNoHalfObject(TestDatabase database)
      throws SQLException {
    open(database);
    ObjectState before =
        ObjectState.of(List.of(States.version("v2", 2).build(), States.version("v1", 1).build()));
    ObjectState after =
        ObjectState.of(
            List.of(
                States.marker("v3", 3),
                States.version("v2", 2).tags(Part.known(Map.of("new", "tag"))).build()));
    Key created = Key.utf8("created");
    boolean through = false;
    for (int step = 1; !through; step++) {
      for (When when : List.of(When.BEFORE, When.AFTER)) {
        catalogue.apply(List.of(Change.delete(created, Expect.anything())));
        catalogue.apply(List.of(put(KEY, before)));
        through = breaksOnce(step, when, created, before, after);
      }
    }
  }

  /** Whether the change was done before the step came at which the connection was to break. */
  private boolean breaksOnce(
      int step, When when, Key created, ObjectState before, ObjectState after) throws SQLException {
    spy.breakAt(step, when);
    List<Outcome> outcomes = catalogue.apply(List.of(put(KEY, after), put(created, before)));
    boolean through = spy.steps() < step;
    spy.repair();
    String label = when + " step " + step;
    for (Outcome outcome : outcomes) {
      assertThat(outcome)
          .as(label)
          .isInstanceOf(
              through
                  ? Outcome.Applied.class
                  : spy.brokeCommit() ? Outcome.Unsure.class : Outcome.Rejected.class);
    }
    boolean done = through || (spy.brokeCommit() && when == When.AFTER);
    assertThat(withoutId(catalogue.find("2026/a.jpg").orElseThrow()))
        .as(label)
        .isEqualTo(done ? after : before);
    assertThat(catalogue.find("created").map(CatalogueIT::withoutId))
        .as(label)
        .isEqualTo(done ? Optional.of(before) : Optional.empty());
    return through;
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void SNK_8_eachObjectOfABatchHasOneWinner(TestDatabase database) throws Exception {
    open(database);
    List<Change<ObjectState>> creations = creations(60);
    List<List<Outcome>> created = race(i -> () -> catalogue.apply(numbered(creations, i, null)));
    assertOneWinnerEach(creations.size(), created);
    List<Observation<ObjectState>> seen =
        catalogue.observe(creations.stream().map(Change::key).toList());
    List<List<Outcome>> changed =
        race(i -> () -> catalogue.apply(numbered(creations, 10 + i, seen)));
    assertOneWinnerEach(creations.size(), changed);
  }

  private static List<Change<ObjectState>> numbered(
      List<Change<ObjectState>> creations, int content, List<Observation<ObjectState>> seen) {
    List<Change<ObjectState>> changes = new ArrayList<>();
    for (int i = 0; i < creations.size(); i++) {
      Expect expect = seen == null ? Expect.absent() : seen.get(i).expectation();
      changes.add(Change.put(creations.get(i).key(), States.simple(content), expect));
    }
    if (content % 2 == 1) {
      java.util.Collections.reverse(changes);
    }
    return changes;
  }

  private static List<List<Outcome>> race(
      java.util.function.IntFunction<Callable<List<Outcome>>> writer) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<Outcome>>> running =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(writer).toList());
      List<List<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < running.size(); i++) {
        List<Outcome> mine = new ArrayList<>(running.get(i).get());
        if (i % 2 == 1) {
          java.util.Collections.reverse(mine);
        }
        outcomes.add(mine);
      }
      return outcomes;
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertOneWinnerEach(int objects, List<List<Outcome>> writers) {
    for (int i = 0; i < objects; i++) {
      int object = i;
      List<Outcome> outcomes = writers.stream().map(outcomesOf -> outcomesOf.get(object)).toList();
      assertThat(outcomes)
          .as("object %d", i)
          .filteredOn(Outcome.Applied.class::isInstance)
          .hasSize(1);
      assertThat(outcomes)
          .filteredOn(Outcome.Conflict.class::isInstance)
          .hasSize(writers.size() - 1);
    }
  }

  /** Only the versions, tags and metadata of the moment in which the lock is had count. */
  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "MARIADB", "H2"})
  void L5_whatWasWrittenWhileTheLockWasWaitedForIsSeen(TestDatabase database) throws Exception {
    open(database);
    applied(put(KEY, States.simple(1)));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection other = spy.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.executeUpdate("update chirograph_catalogue_object set rev = rev + 1000000");
      statement.executeUpdate("update chirograph_catalogue_tag set content = 'changed meanwhile'");
      Future<Outcome> waiting = thread.submit(() -> apply(put(KEY, States.simple(1))));
      assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      other.commit();
      other.setAutoCommit(true);
      assertThat(waiting.get(1, TimeUnit.MINUTES)).isInstanceOf(Outcome.Applied.class);
    } finally {
      thread.shutdownNow();
    }
    assertThat(withoutId(catalogue.find("2026/a.jpg").orElseThrow())).isEqualTo(States.simple(1));
  }
}
