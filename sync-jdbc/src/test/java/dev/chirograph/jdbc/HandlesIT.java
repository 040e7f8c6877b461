package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles.Switch;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Vacated;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the table of file handles promises beyond the guarantees of all handles. */
class HandlesIT {

  private static final Version PIN = new Version("pin");

  private HandleHost host;
  private JdbcHandles handles;

  private void open(TestDatabase database) {
    host = HandleHost.ofOurs(database);
    handles = host.open(Set.of("old", "new"));
    host.spy().statements();
  }

  @AfterEach
  void close() throws SQLException {
    host.spy().close();
  }

  private static Location at(String bucket, String key) {
    return Location.latest(bucket, Key.utf8(key));
  }

  private static FileHandle handle(int id, Location at) {
    return handle(id, "owner", at);
  }

  private static FileHandle handle(int id, String owner, Location at) {
    return new FileHandle(
        Key.utf8("%06d".formatted(id)),
        new Version("none"),
        owner,
        at,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Placement placement(String owner, String bucket) {
    return new Placement(owner, 1, Optional.empty(), bucket, "p/", Optional.empty());
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = host.pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  // ---- few statements, by indexes

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void aSwitchOfManyHandlesTakesFewStatements(TestDatabase database) throws SQLException {
    open(database);
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(host.put(handle(i, at("old", "a"))));
    }
    host.spy().statements();
    assertThat(handles.repoint(new Switch(at("old", "a"), PIN, at("new", "a"), all)))
        .hasOnlyElementsOfType(Outcome.Applied.class);
    assertThat(host.spy().statements()).hasSizeLessThanOrEqualTo(9);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void searchesAreServedByIndexes(TestDatabase database) throws SQLException {
    open(database);
    host.inTransaction(
        connection -> {
          for (int i = 0; i < 4_000; i++) {
            host.insert(connection, handle(i, "owner" + i % 40, at("old", "key" + i % 900)));
          }
          for (int i = 0; i < 900; i++) {
            host.claim(connection, at("old", "key" + i)); // known, and not pending
          }
        });
    String analyze = database == TestDatabase.MARIADB ? "analyze table " : "analyze ";
    if (database != TestDatabase.H2) {
      execute(analyze + "chirograph_file_handle");
      execute(analyze + "chirograph_vacated");
    }
    Location shared = at("old", "key7");
    VacatedTable pending = (VacatedTable) handles.vacated();
    assertThat(
            explained(
                handles
                    .rows()
                    .misplaced(
                        placement("owner7", "new"),
                        Optional.of(Key.utf8("000100")),
                        100,
                        found -> {})))
        .contains("file_handle_owner");
    assertThat(explained(handles.rows().sharing(shared, Optional.empty(), 100, found -> {})))
        .contains("file_handle_place");
    assertThat(explained(pending.pending(Optional.of(shared), 100, new ArrayList<>())))
        .contains("vacated_waiting");
    FileHandle last = handles.sharing(shared, Optional.empty(), 1).get(0);
    assertThat(explained(handles.rows().beside(last, 100, found -> {})))
        .contains("file_handle_place")
        .doesNotContain("sort", "temp b-tree");
    assertThat(
            explained(
                handles
                    .rows()
                    .within("old", KeyRange.all(), Optional.of(shared.key()), 100, found -> {})))
        .contains("file_handle_place")
        .doesNotContain("sort", "temp b-tree");
  }

  @ParameterizedTest
  @EnumSource(
      value = TestDatabase.class,
      names = {"POSTGRESQL", "SQLITE"})
  void auditsOfHostsWithTextKeysAreServedByAnIndexOfItsBytes(TestDatabase database)
      throws SQLException {
    host = HandleHost.withOwnersElsewhere(database);
    handles = host.open(Set.of("old"));
    host.inTransaction(
        connection -> {
          for (int i = 0; i < 4_000; i++) {
            Key id = Key.utf8("00000000-0000-4000-8000-%012d".formatted(i));
            host.insert(
                connection,
                new FileHandle(
                    id,
                    new Version("1"),
                    "owner",
                    at("old", "key" + i % 900),
                    OptionalLong.empty(),
                    Optional.empty(),
                    Optional.empty()));
          }
        });
    execute("analyze");
    assertThat(
            explained(
                handles
                    .rows()
                    .within(
                        "old", KeyRange.all(), Optional.of(Key.utf8("key7")), 100, found -> {})))
        .contains("place")
        .doesNotContain("sort", "temp b-tree");
  }

  // ---- in the order of keys

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void AUD_1_pagesOfAnySizeAddUpToAllHandles(TestDatabase database) throws SQLException {
    open(database);
    for (int i = 0; i < 24; i++) {
      host.put(handle(i, at("old", "key" + i % 5 * (i % 2))));
    }
    List<FileHandle> all = inPages(1_000);
    assertThat(all).hasSize(24);
    for (int page = 1; page <= 25; page++) {
      assertThat(inPages(page)).as("pages of %s", page).isEqualTo(all);
    }
  }

  private List<FileHandle> inPages(int size) {
    List<FileHandle> all = new ArrayList<>();
    try (CloseableIterator<FileHandle> each = handles.in("old", KeyRange.all(), size)) {
      each.forEachRemaining(all::add);
    }
    return all;
  }

  private String explained(Query query) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Connection connection = host.pool().getConnection()) {
      Dialect dialect = Dialect.of(connection);
      String explain = dialect == Dialect.SQLITE ? "explain query plan " : "explain ";
      new Query(
              explain + query.sql(),
              query.binding(),
              row -> {
                if (dialect == Dialect.MARIADB) { // which also tells what it might have used
                  plan.append(row.getString("key")).append(' ');
                  return;
                }
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                  plan.append(row.getString(i)).append(' ');
                }
              })
          .run(connection);
    }
    return plan.toString().toLowerCase(Locale.ROOT);
  }

  // ---- what may be moved

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void storageLocationsAndBucketsOfAllocationsSayWhatMayBeMoved(TestDatabase database)
      throws SQLException {
    open(database);
    JdbcSchema.of(host.pool()).only(JdbcSchema.Component.ALLOCATIONS).install();
    JdbcAllocations allocations = JdbcAllocations.of(host.pool(), "home");
    JdbcHandles some =
        JdbcHandles.builder(host.pool(), Set.of("old"))
            .storageLocations(Set.of("1", "7"))
            .bucketsOfAllocations()
            .build();
    host.put(handle(1, at("old", "a")));
    host.put(handle(2, at("old", "b")));
    host.put(handle(3, at("old", "c")));
    host.put(handle(4, at("lab", "d")));
    execute("update chirograph_file_handle set storage_location_id = 7 where bucket_name = 'old'");
    execute(
        "update chirograph_file_handle set storage_location_id = 8, etag = 'x'"
            + " where etag = '1002'");
    assertThat(misplaced(some)).containsExactly("000001", "000003");
    allocations.create(Allocation.of("lab", "lab", "alice"));
    assertThat(misplaced(some)).containsExactly("000001", "000003", "000004");
    assertThat(misplaced(handles)).as("without any storage location").isEmpty();
    assertThatThrownBy(
            () ->
                JdbcHandles.builder(host.pool(), Set.of("old"))
                    .storageLocations(Set.of("one"))
                    .build())
        .hasMessageContaining("'one'");
  }

  private static List<String> misplaced(JdbcHandles from) {
    return from.misplaced(placement("owner", "new"), Optional.empty(), 9).stream()
        .map(handle -> handle.id().text())
        .toList();
  }

  // ---- crashes and lost replies

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void HND_3_HND_6_aConnectionThatBreaksAnywhereLeavesAllOrNothing(TestDatabase database)
      throws SQLException {
    open(database);
    boolean through = false;
    for (int step = 1; !through; step++) {
      for (When when : List.of(When.BEFORE, When.AFTER)) {
        Location from = at("old", when + " " + step);
        Location to = at("new", when + " " + step);
        FileHandle handle = host.put(handle(1, from));
        host.spy().breakAt(step, when);
        Outcome outcome = null;
        try {
          outcome = handles.repoint(new Switch(from, PIN, to, List.of(handle))).get(0);
        } catch (SyncException e) {
          assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
        }
        through = host.spy().steps() < step;
        host.spy().repair();
        boolean moved = handles.find(List.of(handle.id())).get(0).orElseThrow().at().equals(to);
        assertThat(handles.vacated().states(List.of(from)).get(0))
            .as("%s step %s", when, step)
            .isEqualTo(moved ? Vacated.State.LEFT : Vacated.State.UNKNOWN);
        if (host.spy().brokeCommit()) {
          assertThat(outcome).isInstanceOf(Outcome.Unsure.class);
        } else {
          assertThat(moved).isEqualTo(outcome instanceof Outcome.Applied);
        }
      }
    }
  }

  // ---- hosts

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void HND_5_aRetirementWaitsForTheHandleThatAHostAdds(TestDatabase database) throws Exception {
    open(database);
    Location at = at("old", "a");
    boolean[] retired = new boolean[1];
    Thread archiver = new Thread(() -> retired[0] = handles.vacated().retire(at));
    host.inTransaction(
        connection -> {
          host.claim(connection, at);
          archiver.start();
          host.insert(connection, handle(1, at).withEtag(new Version("1")));
        });
    archiver.join();
    assertThat(retired[0]).isFalse();
    host.remove(handle(1, at).id());
    assertThat(handles.vacated().retire(at)).isTrue();
    SyncException refusal =
        catchThrowableOfType(SyncException.class, () -> host.inTransaction(c -> host.claim(c, at)));
    assertThat(refusal.kind()).isEqualTo(Kind.CONFLICT);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void tablesThatDoNotFitAreRefused(TestDatabase database) throws SQLException {
    open(database);
    assertThatThrownBy(() -> JdbcHandles.of(host.pool(), Set.of()))
        .hasMessageContaining("name a bucket");
    assertThatThrownBy(() -> JdbcHandleTable.named("t").id("id").build())
        .hasMessageContaining("needs a column");
    JdbcHandleTable.Builder none =
        JdbcHandleTable.named("no_such_table")
            .id("id")
            .etag("etag")
            .owner("owner")
            .bucket("bucket")
            .key("path");
    assertThatThrownBy(
            () -> JdbcHandles.builder(host.pool(), Set.of("old")).table(none.build()).build())
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("no_such_table");
  }
}
