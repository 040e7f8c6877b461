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
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.testkit.Seed;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the catalogue promises beyond the guarantees of every replica. */
class CatalogueIT extends CatalogueOnEvery {

  // ---- keys

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
      merged = merged.withPartial(merged.partial() || wanted.partial());
      Observation<ObjectState> seen = catalogue.observe(List.of(KEY)).get(0);
      ObjectState stored = seen.content().orElseThrow();
      assertThat(withoutId(stored)).as("round %d", round).isEqualTo(known(merged));
      assertThat(seen instanceof Observation.Deleted).isEqualTo(merged.deleted());
      if (outcome instanceof Outcome.Applied applied) {
        assertThat(seen.expectation()).isEqualTo(Expect.at(applied.now().orElseThrow()));
      } else {
        assertThat(seen.expectation()).isEqualTo(expect);
      }
      try (Listing listing = catalogue.list(KeyRange.all())) {
        assertThat(listing.next().evidence()).isEqualTo(stored.evidence());
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
        known(state.publiclyReadable()),
        state.partial());
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

  // ---- handles

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
}
