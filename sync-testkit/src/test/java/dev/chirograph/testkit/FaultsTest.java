package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultsTest {

  private static final Key KEY = Key.utf8("a");
  private static final Key OTHER = Key.utf8("b");

  private final MemoryReplica<String> store =
      MemoryReplica.of(MemoryReplicaTest.FACTS, MemoryReplicaTest::evidence);

  @Test
  void callsAreCountedTogetherAndFactsAreNot() {
    Faults faults = Faults.none();
    Replica<String> first = faults.replica(store);
    Replica<String> second = faults.replica(store);
    first.capabilities();
    first.observe(List.of(KEY));
    second.apply(List.of(create(KEY)));
    second.observe(List.of(KEY));
    assertThat(faults.calls()).isEqualTo(3);
    assertThat(faults.counts()).isEqualTo(Map.of("Source.observe", 2L, "Sink.apply", 1L));
    assertThat(faults.fired()).isEmpty();
  }

  @Test
  void onlyThePlannedCallGoesWrong() {
    Faults faults = Faults.at(2, Fault.SLOW_DOWN);
    Replica<String> replica = faults.replica(store);
    assertThat(replica.apply(List.of(create(KEY))).get(0)).isInstanceOf(Outcome.Applied.class);
    assertThat(replica.apply(List.of(create(OTHER))).get(0)).isInstanceOf(Outcome.Rejected.class);
    assertThat(store.get(OTHER)).isEmpty();
    assertThat(replica.apply(List.of(create(OTHER))).get(0)).isInstanceOf(Outcome.Applied.class);
    assertThat(faults.fired())
        .containsExactly(
            new Faults.Fired(new Faults.Call(2, "Sink.apply", "[b]"), Fault.SLOW_DOWN));
  }

  @Test
  void abilitiesAreKept() {
    store.put(KEY, "1");
    store.put(OTHER, "2");
    Replica<String> replica = Faults.none().replica(store);
    assertThat(replica).isInstanceOf(SupportsSplit.class);
    assertThat(((SupportsSplit) replica).split(KeyRange.all())).contains(OTHER);
    assertThat(Faults.none().blobs(MemoryBlobStore.of("b"))).isInstanceOf(SupportsCopy.class);
    assertThat(Faults.none().log(MemoryLog.of("n")))
        .isInstanceOf(SupportsPeers.class)
        .isInstanceOf(SupportsRepair.class)
        .isInstanceOf(SupportsContents.class)
        .isNotInstanceOf(SupportsCopy.class);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DELAY", "CUT", "REFUSE", "TOO_LARGE"})
  void L1_noFaultEverMakesAnItemAbsent(Fault fault) {
    store.put(KEY, "1");
    Replica<String> replica = Faults.at(1, fault).replica(store);
    List<Observation<String>> seen = replica.observe(List.of(KEY, OTHER));
    assertThat(seen).hasSize(2);
    if (fault == Fault.CONFLICT || fault == Fault.PRECONDITION_FAILED) {
      assertThat(seen.get(0)).isInstanceOf(Observation.Present.class);
    } else {
      assertThat(seen).allSatisfy(o -> assertThat(o).isInstanceOf(Observation.Unknown.class));
    }
    Replica<String> listed = Faults.at(1, fault).replica(store);
    try (Listing listing = listed.list(KeyRange.all())) {
      boolean any = listing.hasNext();
      assertThat(any || listing.end() != Listing.End.COMPLETE).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAFaultMakesOfAWriteIsWhatWasDone(Fault fault) {
    Version version = store.put(KEY, "1");
    Replica<String> replica = Faults.at(1, fault).replica(store);
    Optional<Outcome> outcome = Optional.empty();
    try {
      outcome =
          Optional.of(replica.apply(List.of(Change.put(KEY, "2", Expect.at(version)))).get(0));
    } catch (SyncException e) {
      assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
    }
    boolean done = store.get(KEY).equals(Optional.of("2"));
    switch (fault) {
      case FAIL_BEFORE -> assertThat(done || outcome.isPresent()).isFalse();
      case FAIL_AFTER -> assertThat(done && outcome.isEmpty()).isTrue();
      case LOSE_REPLY -> {
        assertThat(done).isTrue();
        assertThat(outcome.orElseThrow()).isInstanceOf(Outcome.Unsure.class);
      }
      case SERVER_ERROR -> {
        assertThat(done).isFalse();
        assertThat(outcome.orElseThrow()).isInstanceOf(Outcome.Unsure.class);
      }
      case FORBIDDEN, NOT_FOUND, SLOW_DOWN -> {
        assertThat(done).isFalse();
        assertThat(outcome.orElseThrow()).isInstanceOf(Outcome.Rejected.class);
      }
      case CONFLICT, PRECONDITION_FAILED -> {
        assertThat(done).isFalse();
        assertThat(outcome.orElseThrow()).isInstanceOf(Outcome.Conflict.class);
      }
      case DELAY, CUT, REFUSE, TOO_LARGE -> {
        assertThat(done).isTrue();
        assertThat(outcome).contains(Outcome.applied(observedVersion(), Guard.ATOMIC));
      }
    }
  }

  @Test
  void aWriteThatExpectsAnythingIsNeverAConflict() {
    Replica<String> replica = Faults.at(1, Fault.PRECONDITION_FAILED).replica(store);
    assertThat(replica.apply(List.of(Change.put(KEY, "1", Expect.anything()))).get(0))
        .isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void aListingIsCutAfterSoManyEntries() {
    IntStream.range(0, 9).forEach(i -> store.put(Key.utf8("k" + i), "v"));
    Replica<String> replica = Faults.builder().at(1, Fault.CUT).cutAfter(4).build().replica(store);
    List<Key> seen = new ArrayList<>();
    try (Listing listing = replica.list(KeyRange.all())) {
      listing.forEachRemaining(entry -> seen.add(entry.key()));
      assertThat(listing.end()).isEqualTo(Listing.End.CUT);
      assertThat(listing.why()).isPresent();
    }
    assertThat(seen).hasSize(4);
    try (Listing rest = replica.list(KeyRange.all().after(seen.get(3)))) {
      rest.forEachRemaining(entry -> seen.add(entry.key()));
      assertThat(rest.end()).isEqualTo(Listing.End.COMPLETE);
    }
    assertThat(seen).hasSize(9).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "FORBIDDEN", "NOT_FOUND"})
  void aListingIsRefused(Fault fault) {
    store.put(KEY, "1");
    try (Listing listing = Faults.at(1, fault).replica(store).list(KeyRange.all())) {
      assertThat(listing.hasNext()).isFalse();
      assertThat(listing.end()).isEqualTo(Listing.End.REFUSED);
    }
  }

  @Test
  void aContentBreaksOff() throws IOException {
    MemoryBlobStore bucket = MemoryBlobStore.of("bucket");
    bucket.put(KEY, new byte[100]);
    BlobStore faulty = Faults.builder().at(1, Fault.CUT).cutAfter(60).build().blobs(bucket);
    try (InputStream in = faulty.open(BlobRef.latest(KEY), 0, Expect.anything())) {
      assertThat(in.readNBytes(60)).hasSize(60);
      assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }
  }

  @Test
  void openingSaysNotFoundOnlyWhenTheStoreDoes() throws IOException {
    MemoryBlobStore bucket = MemoryBlobStore.of("bucket");
    bucket.put(KEY, new byte[1]);
    Version version = ((Observation.Present<?>) bucket.head(BlobRef.latest(KEY))).version();
    for (Fault fault : Fault.values()) {
      BlobStore faulty = Faults.at(1, fault).blobs(bucket);
      try (InputStream in = faulty.open(BlobRef.latest(KEY), 0, Expect.at(version))) {
        assertThat(in).isNotNull();
      } catch (SyncException e) {
        assertThat(e.kind()).as("%s", fault).isNotEqualTo(Kind.NOT_FOUND);
      }
    }
  }

  @Test
  void copiesGoThroughWhenBothStoresAreFaulty() {
    MemoryBlobStore from = MemoryBlobStore.of("from");
    MemoryBlobStore to = MemoryBlobStore.of("to");
    from.put(KEY, new byte[3]);
    Faults faults = Faults.at(2, Fault.LOSE_REPLY);
    BlobStore source = faults.blobs(from);
    SupportsCopy copying = (SupportsCopy) faults.blobs(to);
    assertThat(copying.copiesFrom(source)).isTrue();
    Observation.Present<ObjectVersion> seen =
        (Observation.Present<ObjectVersion>) source.head(BlobRef.latest(KEY));
    SupportsCopy.Step step =
        copying.copy(
            source,
            BlobRef.latest(KEY),
            seen.version(),
            seen.value(),
            OTHER,
            Expect.absent(),
            Optional.empty());
    assertThat(((SupportsCopy.Finished) step).outcome()).isInstanceOf(Outcome.Unsure.class);
    assertThat(to.content(OTHER)).isPresent();
  }

  @Test
  void aLogFailsBeforeOrAfter() {
    MemoryLog memory = MemoryLog.of("here");
    ReplicaLog log =
        Faults.builder().at(1, Fault.FAIL_BEFORE).at(2, Fault.LOSE_REPLY).build().log(memory);
    Body entry = new Body(new UUID(1, 1), Operation.ADD, KEY, "1", Content.NONE, "");
    assertThatThrownBy(() -> log.append(List.of(entry))).isInstanceOf(SyncException.class);
    assertThat(memory.bounds().head().number()).isZero();
    assertThatThrownBy(() -> log.append(List.of(entry))).isInstanceOf(SyncException.class);
    assertThat(memory.bounds().head().number()).isEqualTo(1);
    assertThat(log.append(List.of(entry)).get(0).fate()).isEqualTo(Fate.KNOWN);
  }

  @Test
  void theAbilitiesOfALogFailToo() {
    MemoryLog memory = MemoryLog.of("here");
    UUID life = memory.bounds().head().epoch();
    Faults faults = Faults.at(1, Fault.FAIL_BEFORE);
    SupportsPeers peers = (SupportsPeers) faults.log(memory);
    assertThatThrownBy(() -> peers.newEpoch(life)).isInstanceOf(SyncException.class);
    assertThat(memory.bounds().head().epoch()).isEqualTo(life);
    peers.newEpoch(life);
    assertThat(memory.bounds().head().epoch()).isNotEqualTo(life);
    assertThat(faults.counts()).isEqualTo(Map.of("SupportsPeers.newEpoch", 2L));
  }

  private static Write write(MemoryTable table, long fence, String id) {
    RowFormat format = TableSubject.ofReplica(TableShapes.UNMARKED, table.shape());
    Row row = TableSubject.written(format, List.of(id, "v"));
    Optional<Cursor> cursor = Optional.of(new Cursor(Mark.FIRST, Optional.of(row.key()), "o"));
    return new Write(fence, format, "", List.of(row), List.of(), cursor);
  }

  @ParameterizedTest
  @EnumSource
  void aWriteToATableIsMadeAsAWholeOrNotAtAllAndNoFaultHasAnOutcome(Fault fault) {
    MemoryTable memory = MemoryTable.of(TableShapes.UNMARKED, ManualClock.create(), "cloud");
    long fence = memory.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    ReplicaTable table = Faults.at(1, fault).replicaTable(memory);
    boolean failed = false;
    try {
      table.write(write(memory, fence, "1"));
    } catch (SyncException e) {
      failed = true;
      assertThat(e.kind() == Kind.TOO_LARGE).isEqualTo(fault == Fault.TOO_LARGE);
    }
    boolean done = memory.size() == 1;
    assertThat(memory.cursor().isPresent()).isEqualTo(done);
    switch (fault) {
      case FAIL_AFTER, LOSE_REPLY -> assertThat(done && failed).isTrue();
      case DELAY, CUT, REFUSE, CONFLICT, PRECONDITION_FAILED ->
          assertThat(done && !failed).isTrue();
      default -> assertThat(!done && failed).isTrue();
    }
    table.write(write(memory, fence, "1"));
    assertThat(memory.size()).isOne();
  }

  @Test
  void rowsOfATableAreFewerThanAskedForButInTheirPlaces() {
    MemoryTable memory = MemoryTable.of(TableShapes.UNMARKED, ManualClock.create(), "office");
    for (int i = 0; i < 9; i++) {
      memory.put("" + i, "v");
    }
    RowFormat format = TableSubject.ofSource(TableShapes.UNMARKED, memory.shape());
    List<RowKey> keys = List.of(new RowKey("7"), new RowKey("77"), new RowKey("8"));
    for (int after : List.of(0, 2, 9)) {
      Faults faults = Faults.builder().at(1, Fault.CUT).at(2, Fault.CUT).cutAfter(after).build();
      SourceTable table = faults.sourceTable(memory);
      int cut = Math.max(1, after);
      assertThat(table.rows(format, keys, Long.MAX_VALUE))
          .isEqualTo(memory.rows(format, keys, Long.MAX_VALUE).subList(0, Math.min(3, cut)));
      assertThat(table.after(format, Optional.empty(), Mark.LAST, 100, Long.MAX_VALUE))
          .hasSize(cut);
    }
  }

  @Test
  void L1_noFaultMakesARowAbsent() {
    MemoryTable memory = MemoryTable.of(TableShapes.UNMARKED, ManualClock.create(), "office");
    memory.put("1", "v");
    RowFormat format = TableSubject.ofSource(TableShapes.UNMARKED, memory.shape());
    Selection all = new Selection(format, "", Mark.LAST);
    for (Fault fault : Fault.values()) {
      SourceTable table = Faults.builder().at(1, fault).at(2, fault).build().sourceTable(memory);
      try {
        assertThat(table.find(all, List.of(new RowKey("1"))).get(0)).isPresent();
        assertThat(table.rows(format, List.of(new RowKey("1")), 1).get(0)).isPresent();
      } catch (SyncException e) {
        assertThat(e.kind()).isNotEqualTo(Kind.CORRUPT);
      }
    }
  }

  @Test
  void theTablesOfAFaultyDatabaseAreFaulty() {
    MemoryTables memory =
        MemoryTables.of(List.of(TableShapes.UNMARKED), ManualClock.create(), "here");
    Faults faults = Faults.at(2, Fault.FAIL_BEFORE);
    SourceDatabase source = faults.sourceDatabase(memory);
    ReplicaDatabase replica = faults.replicaDatabase(memory);
    assertThat(source.tables()).containsExactly("unmarked");
    assertThatThrownBy(() -> source.table("unmarked").info()).isInstanceOf(SyncException.class);
    assertThat(replica.table("unmarked").info().rows()).isZero();
    assertThat(faults.counts())
        .isEqualTo(Map.of("SourceDatabase.tables", 1L, "ComparableTable.info", 2L));
  }

  @Test
  void theSameSeedGivesTheSameFaults() {
    List<Faults.Fired> first = firedUnder(7);
    assertThat(first).isNotEmpty().hasSizeLessThan(200).isEqualTo(firedUnder(7));
    assertThat(firedUnder(8)).isNotEqualTo(first);
  }

  private List<Faults.Fired> firedUnder(long seed) {
    Faults faults = Faults.random(seed, 0.2, Fault.FORBIDDEN, Fault.SERVER_ERROR);
    Replica<String> replica = faults.replica(store);
    for (int i = 0; i < 200; i++) {
      replica.observe(List.of(KEY));
    }
    return faults.fired();
  }

  @Test
  void aConditionNamesCalls() {
    Faults faults =
        Faults.builder()
            .when(
                call -> call.what().equals("Source.observe") && call.target().contains("b"),
                Fault.FORBIDDEN)
            .build();
    Replica<String> replica = faults.replica(store);
    assertThat(replica.observe(List.of(KEY)).get(0)).isInstanceOf(Observation.Absent.class);
    assertThat(replica.observe(List.of(OTHER)).get(0)).isInstanceOf(Observation.Unknown.class);
    assertThat(replica.apply(List.of(create(OTHER))).get(0)).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void aDelayMovesTheClockAndNothingElse() {
    ManualClock clock = ManualClock.create();
    Instant start = clock.instant();
    Faults faults =
        Faults.builder()
            .at(1, Fault.DELAY)
            .onDelay(() -> clock.advance(Duration.ofMinutes(5)))
            .build();
    assertThat(faults.replica(store).apply(List.of(create(KEY))).get(0))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(clock.instant()).isEqualTo(start.plus(Duration.ofMinutes(5)));
  }

  private Version observedVersion() {
    return ((Observation.Present<String>) store.observe(List.of(KEY)).get(0)).version();
  }

  private static Change<String> create(Key key) {
    return Change.put(key, "1", Expect.absent());
  }
}
