package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.Ran;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.testkit.Seed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the catalogue promises beyond the guarantees of every replica. */
class CatalogueIT {

  private static final Key KEY = Key.utf8("2026/a.jpg");

  private SpyDataSource spy;
  private JdbcCatalogue catalogue;

  private void open(TestDatabase database) {
    spy = database.open();
    catalogue = JdbcCatalogue.of(spy.dataSource(), "photos");
  }

  @AfterEach
  void close() throws SQLException {
    spy.close();
  }

  // ---- keys
  // --------------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void SRC_8_pathsThatLookAlikeAreDistinct(TestDatabase database) {
    open(database);
    List<String> paths = new ArrayList<>(List.of("a", "A", "a ", " a", "ä", "a\u0308", "ss", "ß"));
    paths.addAll(
        List.of("%", "_", "a%", "a_", "\\", "'", "\"", "a/", "a//", "/a", "ab", "\uD83D\uDE00"));
    paths.addAll(List.of("\uFFFD", "\u0000", "a\u0000", "x".repeat(1023) + "y", "x".repeat(1024)));
    for (int i = 0; i < paths.size(); i++) {
      applied(put(Key.utf8(paths.get(i)), States.simple(i)));
    }
    for (int i = 0; i < paths.size(); i++) {
      ObjectState found = catalogue.find(paths.get(i)).orElseThrow();
      assertThat(withoutId(found)).as(paths.get(i)).isEqualTo(States.simple(i));
    }
    assertThat(keys(KeyRange.all()))
        .containsExactlyElementsOf(new TreeSet<>(paths.stream().map(Key::utf8).toList()));
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void SRC_8_aPathIsFoundExactlyOrNotAtAll(TestDatabase database) {
    open(database);
    applied(put(Key.utf8("Fotos/Ä.jpg"), States.simple(1)));
    for (String other :
        List.of(
            "fotos/Ä.jpg", "Fotos/ä.jpg", "Fotos/A.jpg", "Fotos/Ä.jpg ", "Fotos/%", "otos/Ä.jpg")) {
      assertThat(catalogue.find(other)).as(other).isEmpty();
    }
    assertThat(catalogue.find("Fotos/Ä.jpg")).isPresent();
    assertThatThrownBy(() -> catalogue.find("")).isInstanceOf(SyncException.class);
  }

  // ---- states
  // ------------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L1_everyChangeLeavesExactlyTheMergedState(TestDatabase database) throws SQLException {
    open(database);
    RandomGenerator random = Seed.draw().random();
    Optional<ObjectState> model = Optional.empty();
    for (int round = 0; round < 120; round++) {
      ObjectState wanted = States.random(random);
      Expect expect = catalogue.observe(List.of(KEY)).get(0).expectation();
      Outcome outcome = apply(Change.put(KEY, wanted, expect));
      assertThat(outcome).isInstanceOfAny(Outcome.Applied.class, Outcome.Unchanged.class);
      ObjectState merged = wanted.onto(model.map(CatalogueIT::withoutId)).value();
      Observation<ObjectState> seen = catalogue.observe(List.of(KEY)).get(0);
      ObjectState stored = seen.content().orElseThrow();
      assertThat(withoutId(stored)).as("round %d", round).isEqualTo(known(merged));
      assertThat(seen instanceof Observation.Deleted).isEqualTo(merged.deleted());
      if (outcome instanceof Outcome.Applied applied) {
        assertThat(seen.expectation()).isEqualTo(Expect.at(applied.now().orElseThrow()));
      } else {
        assertThat(seen.expectation()).isEqualTo(expect);
      }
      model = Optional.of(stored);
      assertRowsMatch(stored);
    }
  }

  private void assertRowsMatch(ObjectState state) throws SQLException {
    assertThat(count("catalogue_version")).isEqualTo(state.versions().size());
    assertThat(count("catalogue_version where latest = " + bool())).isEqualTo(1);
    assertThat(count("catalogue_tag"))
        .isEqualTo(state.versions().stream().mapToInt(v -> size(v.tags())).sum());
    assertThat(count("catalogue_metadata"))
        .isEqualTo(state.versions().stream().mapToInt(v -> size(v.metadata())).sum());
  }

  private static int size(Part<Map<String, String>> part) {
    return part.optional().map(Map::size).orElse(0);
  }

  /** A state as a store gives it back that knows no difference between unread and not asked for. */
  private static ObjectState known(ObjectState state) {
    return new ObjectState(
        state.id(),
        state.versions().stream()
            .map(
                version ->
                    version.toBuilder()
                        .contentType(known(version.contentType()))
                        .tags(known(version.tags()))
                        .metadata(known(version.metadata()))
                        .build())
            .toList(),
        known(state.publiclyReadable()));
  }

  private static <T> Part<T> known(Part<T> part) {
    return part instanceof Part.Known<T> ? part : Part.omitted();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L1_nothingIsNotTheSameAsUnknown(TestDatabase database) {
    open(database);
    ObjectVersion.Builder version = States.version("null", 1);
    applied(
        put(
            KEY,
            ObjectState.of(version.tags(Part.known(Map.of())).metadata(Part.omitted()).build())));
    ObjectVersion stored = catalogue.find("2026/a.jpg").orElseThrow().latest();
    assertThat(stored.tags()).isEqualTo(Part.known(Map.of()));
    assertThat(stored.metadata()).isEqualTo(Part.omitted());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L1_aPartThatWasNotReadLeavesTheStoredOne(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    SyncException refused = new SyncException(SyncException.Kind.PERMISSION_DENIED, "refused");
    ObjectVersion unread =
        States.version("null", 2)
            .tags(Part.unread(refused))
            .metadata(Part.omitted())
            .contentType(Part.unread(refused))
            .build();
    applied(put(KEY, ObjectState.of(unread)));
    ObjectVersion stored = catalogue.find("2026/a.jpg").orElseThrow().latest();
    assertThat(stored.etag()).isEqualTo("e2");
    assertThat(stored.tags()).isEqualTo(States.simple(1).latest().tags());
    assertThat(stored.metadata()).isEqualTo(States.simple(1).latest().metadata());
    assertThat(stored.contentType()).isEqualTo(States.simple(1).latest().contentType());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aSecondLatestVersionIsHealedByTheNextChange(TestDatabase database) throws SQLException {
    open(database);
    List<ObjectVersion> versions =
        List.of(States.version("v2", 2).build(), States.version("v1", 1).build());
    applied(put(KEY, ObjectState.of(versions)));
    execute("update chirograph_catalogue_version set latest = " + bool());
    applied(put(KEY, ObjectState.of(versions)));
    assertThat(count("catalogue_version where latest = " + bool())).isEqualTo(1);
    assertThat(withoutId(catalogue.find("2026/a.jpg").orElseThrow()).versions())
        .isEqualTo(versions);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aDeleteRemovesEveryRow(TestDatabase database) throws SQLException {
    open(database);
    applied(put(KEY, States.simple(1)));
    Key other = Key.utf8("2026/b.jpg");
    applied(put(other, States.simple(2)));
    applied(Change.delete(KEY, Expect.anything()));
    assertThat(catalogue.find("2026/a.jpg")).isEmpty();
    assertRowsMatch(catalogue.find("2026/b.jpg").orElseThrow());
    applied(Change.delete(other, Expect.anything()));
    for (String table : List.of("object", "version", "tag", "metadata")) {
      assertThat(count("catalogue_" + table)).as(table).isZero();
    }
  }

  // ---- what is written
  // ---------------------------------------------------------------------------

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
        .containsExactly("delete from tag", "update object", "insert into tag");
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
  void statementsDoNotGrowWithTheBatch(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    spy.statements();
    List<Change<ObjectState>> changes = creations(1_000);
    assertThat(catalogue.apply(changes)).allMatch(Outcome.Applied.class::isInstance);
    assertThat(spy.statements()).as("adding").hasSize(5);

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
    assertThat(spy.statements()).as("changing").hasSizeLessThanOrEqualTo(12);

    List<Change<ObjectState>> deletes =
        changes.stream()
            .map(change -> Change.<ObjectState>delete(change.key(), Expect.anything()))
            .toList();
    assertThat(catalogue.apply(deletes)).allMatch(Outcome.Applied.class::isInstance);
    assertThat(spy.statements()).as("deleting").hasSize(5);
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
  // ------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------

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
    boolean[] committing = new boolean[1];
    spy.breakAt(
        (now, commit) -> {
          if (now != step) {
            return When.NEVER;
          }
          committing[0] = commit;
          return when;
        });
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
                  : committing[0] ? Outcome.Unsure.class : Outcome.Rejected.class);
    }
    boolean done = through || (committing[0] && when == When.AFTER);
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

  // ---- handles
  // -----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L10_tenantsAndBucketsShareNothing(TestDatabase database) {
    open(database);
    String id = catalogue.newId();
    List<JdbcCatalogue> handles =
        List.of(
            catalogue,
            JdbcCatalogue.of(spy.dataSource(), "Photos"),
            JdbcCatalogue.of(spy.dataSource(), "photos "),
            JdbcCatalogue.builder(spy.dataSource(), "photos").tenant("Default").build());
    for (int i = 0; i < handles.size(); i++) {
      assertThat(handles.get(i).find("2026/a.jpg")).isEmpty();
      ObjectState state = States.simple(i).withId(Optional.of(id));
      assertThat(handles.get(i).apply(List.of(put(KEY, state))).get(0))
          .isInstanceOf(Outcome.Applied.class);
    }
    for (int i = 0; i < handles.size(); i++) {
      assertThat(handles.get(i).find("2026/a.jpg"))
          .contains(States.simple(i).withId(Optional.of(id)));
      assertThat(handles.get(i).owners(List.of(id))).containsExactly(Optional.of(KEY));
    }
    handles.get(1).apply(List.of(Change.delete(KEY, Expect.anything())));
    assertThat(handles.get(0).find("2026/a.jpg")).isPresent();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void idsStayUnlessOthersAreGiven(TestDatabase database) {
    open(database);
    applied(put(KEY, States.simple(1)));
    String given = catalogue.find("2026/a.jpg").orElseThrow().id().orElseThrow();
    assertThat(catalogue.isId(given)).isTrue();
    applied(put(KEY, States.simple(2)));
    assertThat(catalogue.find("2026/a.jpg").orElseThrow().id()).contains(given);
    String other = catalogue.newId();
    applied(put(KEY, States.simple(2).withId(Optional.of(other))));
    assertThat(catalogue.find("2026/a.jpg").orElseThrow().id()).contains(other);
    assertThat(catalogue.owners(List.of(given, other)))
        .containsExactly(Optional.empty(), Optional.of(KEY));
  }

  // ---- listings
  // ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void SRC_9_aListingHoldsNothingBetweenItsPages(TestDatabase database) {
    open(database);
    for (int start = 0; start < 5_500; start += 500) {
      assertThat(catalogue.apply(creations(start, 500)))
          .allMatch(Outcome.Applied.class::isInstance);
    }
    spy.statements();
    List<Entry> entries = new ArrayList<>();
    try (Listing listing = catalogue.list(KeyRange.all())) {
      while (listing.hasNext()) {
        entries.add(listing.next());
        assertThat(spy.lent()).isZero();
      }
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    assertThat(entries).hasSize(5_500).isSortedAccordingTo((a, b) -> a.key().compareTo(b.key()));
    assertThat(spy.statements()).hasSize(3);
    Key middle = catalogue.split(KeyRange.all()).orElseThrow();
    assertThat(middle).isEqualTo(entries.get(2_750).key());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L2_aListingThatBreaksAtAPageIsCut(TestDatabase database) {
    open(database);
    catalogue.apply(creations(0, 1_000));
    catalogue.apply(creations(1_000, 1_000));
    spy.breakAt((step, commit) -> step == 2 ? When.BEFORE : When.NEVER);
    Key last = Key.EMPTY;
    try (Listing listing = catalogue.list(KeyRange.all())) {
      while (listing.hasNext()) {
        last = listing.next().key();
      }
      assertThat(listing.end()).isEqualTo(Listing.End.CUT);
      assertThat(listing.why()).get().extracting(SyncException::mayRetry).isEqualTo(true);
    }
    spy.repair();
    assertThat(keys(KeyRange.all().after(last))).hasSize(1_000);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aPrefixListsItsOwnObjectsOnly(TestDatabase database) {
    open(database);
    for (String path : List.of("a", "a/", "a/b", "a/c", "ab", "a0", "A/b", "a%", "a_b")) {
      applied(put(Key.utf8(path), States.simple(1)));
    }
    assertThat(keys(KeyRange.prefix(Key.utf8("a/"))))
        .containsExactly(Key.utf8("a/"), Key.utf8("a/b"), Key.utf8("a/c"));
    assertThat(keys(KeyRange.prefix(Key.utf8("a_")))).containsExactly(Key.utf8("a_b"));
  }

  // ---- help
  // --------------------------------------------------------------------------------------

  private static List<Change<ObjectState>> creations(int count) {
    return creations(0, count);
  }

  private static List<Change<ObjectState>> creations(int start, int count) {
    return IntStream.range(start, start + count)
        .mapToObj(
            i -> Change.put(Key.utf8("new/%06d".formatted(i)), States.simple(i), Expect.absent()))
        .toList();
  }

  private static Change<ObjectState> put(Key key, ObjectState state) {
    return Change.put(key, state, Expect.anything());
  }

  private Outcome apply(Change<ObjectState> change) {
    return catalogue.apply(List.of(change)).get(0);
  }

  private void applied(Change<ObjectState> change) {
    assertThat(apply(change)).isInstanceOf(Outcome.Applied.class);
  }

  private static ObjectState withoutId(ObjectState state) {
    return state.withId(Optional.empty());
  }

  private List<Key> keys(KeyRange range) {
    List<Key> keys = new ArrayList<>();
    try (Listing listing = catalogue.list(range)) {
      listing.forEachRemaining(entry -> keys.add(entry.key()));
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    return keys;
  }

  private List<Ran> written() {
    return spy.statements().stream()
        .filter(ran -> !ran.sql().matches("(?s)(select|with) .*"))
        .toList();
  }

  private static String what(Ran ran) {
    return ran.sql()
        .replaceAll("(?s)^(insert into|update|delete from) chirograph_catalogue_(\\w+).*", "$1 $2");
  }

  /** How every dialect spells true. */
  private static String bool() {
    return "(1 = 1)";
  }

  private long count(String from) throws SQLException {
    return number("select count(*) from chirograph_" + from);
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
