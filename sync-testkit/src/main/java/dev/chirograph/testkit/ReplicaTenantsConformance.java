package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.KEYLESS;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableSubject.ALL;
import static dev.chirograph.testkit.TableSubject.NO_LIMIT;
import static dev.chirograph.testkit.TableSubject.SALT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees of {@link ReplicaTenants}, TAB-11 above all. An adapter's test class
 * extends it and says how the tables are made that tenants share.
 */
public abstract class ReplicaTenantsConformance extends ReplicaDatabaseConformance {

  private static final Tenant MINE = new Tenant("acme", "north");

  /** All but the same, each in its own way. */
  private static final List<Tenant> OTHERS =
      List.of(
          new Tenant("acme", "south"),
          new Tenant("acme2", "north"),
          new Tenant("ACME", "north"),
          new Tenant("acme", "North"),
          new Tenant("acme-north", "north"),
          new Tenant("north", "acme"),
          new Tenant("acm_", "north"));

  /** Makes these tables, which are empty, for tenants that register; once in a test. */
  protected abstract ReplicaTenants newTenants(List<TableShape> shapes) throws Exception;

  @Override
  protected final ReplicaDatabase newDatabase(List<TableShape> shapes) throws Exception {
    ReplicaTenants tenants = newTenants(shapes);
    tenants.register(MINE);
    return tenants.database(MINE);
  }

  @Test
  void aCustomerHasTheDatabasesThatWereRegistered() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(INVOICE));
    assertThat(tenants.databases("acme")).isEmpty();
    tenants.register(new Tenant("acme", "south"));
    tenants.register(MINE);
    tenants.register(MINE);
    tenants.register(new Tenant("ACME", "other"));
    tenants.register(new Tenant("acme2", "other"));
    assertThat(tenants.databases("acme")).containsExactly("north", "south");
    assertThat(tenants.databases("ACME")).containsExactly("other");
    assertThat(tenants.databases("acm")).isEmpty();
  }

  @Test
  void registeringAgainChangesNothing() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(INVOICE));
    tenants.register(MINE);
    ReplicaTable table = tenants.database(MINE).table("invoice");
    long fence = lease(table);
    write(table, fence, row(table, "1", "a", "1", "1"));
    tenants.register(MINE);
    assertThat(tenants.database(MINE).table("invoice").info().rows()).isOne();
    write(table, fence, row(table, "2", "a", "1", "1"));
  }

  @Test
  void whoIsNotRegisteredHasNoDatabase() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(INVOICE));
    tenants.register(MINE);
    for (Tenant other : OTHERS) {
      notFound(() -> tenants.database(other).table("invoice").info());
    }
  }

  @Test
  void TAB_11_nobodySeesOrTouchesWhatIsOfOthers() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(INVOICE));
    tenants.register(MINE);
    OTHERS.forEach(tenants::register);
    ReplicaTable mine = tenants.database(MINE).table("invoice");
    long fence = lease(mine);
    Row row = row(mine, "1", "mine", "1", "1");
    Cursor cursor = new Cursor(new Mark(1), Optional.of(row.key()), "office");
    mine.write(new Write(fence, format(mine), SALT, List.of(row), List.of(), Optional.of(cursor)));
    String tag = tenants.database(MINE).state(Optional.empty()).orElseThrow().tag();

    for (Tenant tenant : OTHERS) {
      ReplicaTable other = tenants.database(tenant).table("invoice");
      empty(other, row);
      long theirs = other.lease("other", Duration.ofMinutes(10)).orElseThrow();
      // Neither the same row nor its delete is about mine.
      assertThat(
              other.write(
                  new Write(
                      theirs,
                      format(other),
                      SALT,
                      List.of(),
                      List.of(seen(mine, row)),
                      Optional.empty())))
          .hasOnlyElementsOfType(Outcome.Unchanged.class);
      write(other, theirs, row(other, "1", "theirs", "9", "9"), row(other, "2", "b", "1", "2"));
      assertThat(other.info().rows()).isEqualTo(2);
      other.release(theirs);
    }

    agreesWith(mine, row);
    assertThat(mine.cursor()).contains(cursor);
    assertThat(tenants.database(MINE).state(Optional.of(tag))).isEmpty();
    write(mine, fence, row); // its lease is what it was
  }

  private static void empty(ReplicaTable table, Row row) {
    Selection selection = new Selection(format(table), SALT, Mark.LAST);
    assertThat(table.info().rows()).isZero();
    assertThat(table.info().last()).isEmpty();
    assertThat(table.cursor()).isEmpty();
    assertThat(table.digests(selection, List.of(ALL, Slice.Bucket.ALL))).containsOnly(Digest.EMPTY);
    assertThat(table.manifest(selection, List.of(ALL), Optional.empty(), 10)).isEmpty();
    assertThat(table.find(selection, List.of(row.key()))).containsExactly(Optional.empty());
    assertThat(table.rows(format(table), List.of(row.key()), NO_LIMIT))
        .containsExactly(Optional.empty());
    assertThat(table.split(format(table), ALL, 4)).containsExactly(ALL);
  }

  private static void agreesWith(ReplicaTable table, Row row) {
    Selection selection = new Selection(format(table), SALT, Mark.LAST);
    assertThat(table.info().rows()).isOne();
    assertThat(table.info().last()).contains(row.mark());
    assertThat(table.digests(selection, List.of(ALL)))
        .containsExactly(Digest.of(format(table).hash(SALT, row.cells())));
    assertThat(table.manifest(selection, List.of(ALL), Optional.empty(), 10))
        .containsExactly(seen(table, row));
    assertThat(table.rows(format(table), List.of(row.key()), NO_LIMIT))
        .containsExactly(Optional.of(row));
  }

  @Test
  void TAB_11_aFenceIsOfOneTableOfOneTenant() throws Exception {
    TableShape second = new TableShape("second", INVOICE.columns(), INVOICE.key(), INVOICE.mark());
    ReplicaTenants tenants = newTenants(List.of(INVOICE, second));
    Tenant other = OTHERS.get(0);
    tenants.register(MINE);
    tenants.register(other);
    ReplicaTable mine = tenants.database(MINE).table("invoice");
    ReplicaTable theirs = tenants.database(other).table("invoice");
    ReplicaTable beside = tenants.database(MINE).table("second");
    lease(mine);
    mine.release(lease(mine));
    long fence = lease(mine);
    assertThat(theirs.lease("agent", Duration.ofMinutes(10))).isPresent();
    assertThat(beside.lease("agent", Duration.ofMinutes(10))).isPresent();
    theirs.release(fence);
    beside.release(fence);
    assertThat(mine.lease("agent", Duration.ofMinutes(10))).isEmpty();
    write(mine, fence, row(mine, "1", "a", "1", "1"));
    assertThat(theirs.info().rows() + beside.info().rows()).isZero();
  }

  @Test
  void TAB_11_rowsWithoutKeyAreCountedForEachTenant() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(KEYLESS));
    tenants.register(MINE);
    tenants.register(OTHERS.get(0));
    ReplicaTable mine = tenants.database(MINE).table("keyless");
    ReplicaTable theirs = tenants.database(OTHERS.get(0)).table("keyless");
    RowFormat format = TableSubject.ofReplica(KEYLESS, mine.shape());
    Row row = TableSubject.written(format, Arrays.asList("x", null));
    Row three = TableSubject.times(3, row);
    Row two = TableSubject.times(2, row);
    keyless(mine, format, List.of(three), List.of());
    keyless(theirs, format, List.of(two), List.of());
    keyless(mine, format, List.of(three), List.of());
    assertThat(theirs.rows(format, List.of(row.key()), NO_LIMIT)).containsExactly(Optional.of(two));
    keyless(theirs, format, List.of(), List.of(two));
    assertThat(mine.rows(format, List.of(row.key()), NO_LIMIT)).containsExactly(Optional.of(three));
    assertThat(theirs.info().rows()).isZero();
  }

  private static void keyless(
      ReplicaTable table, RowFormat format, List<Row> puts, List<Row> deletes) {
    table.write(
        new Write(
            lease(table),
            format,
            SALT,
            puts,
            deletes.stream().map(row -> TableSubject.version(format, SALT, row)).toList(),
            Optional.empty()));
  }

  @Test
  void TAB_11_noKeyReachesIntoAnotherTenant() throws Exception {
    ReplicaTenants tenants = newTenants(List.of(TEXT_KEY));
    tenants.register(MINE);
    tenants.register(OTHERS.get(0));
    ReplicaTable mine = tenants.database(MINE).table("text_key");
    ReplicaTable theirs = tenants.database(OTHERS.get(0)).table("text_key");
    RowFormat format = TableSubject.ofReplica(TEXT_KEY, mine.shape());
    Row row = TableSubject.written(format, List.of("secret", "v", "1"));
    mine.write(new Write(lease(mine), format, SALT, List.of(row), List.of(), Optional.empty()));
    for (String text :
        List.of(
            "acme|north|secret", "acme\\|north\\|secret", "' or '1'='1", "secret' --", "%", "_")) {
      Row attack = TableSubject.written(format, List.of(text, "v", "1"));
      assertThat(theirs.rows(format, List.of(attack.key(), row.key()), NO_LIMIT))
          .containsExactly(Optional.empty(), Optional.empty());
      theirs.write(
          new Write(
              lease(theirs),
              format,
              SALT,
              List.of(attack),
              List.of(TableSubject.version(format, SALT, row)),
              Optional.empty()));
    }
    assertThat(theirs.info().rows()).isEqualTo(6);
    assertThat(mine.info().rows()).isOne();
    assertThat(mine.rows(format, List.of(row.key()), NO_LIMIT)).containsExactly(Optional.of(row));
  }

  @Test
  void TAB_11_namesThatAreNoNamesAreRefused() {
    for (String name : List.of("", "a/b", "a b", "a'b", "..", "é", "x".repeat(65))) {
      assertThatThrownBy(() -> new Tenant(name, "north")).isInstanceOf(SyncException.class);
      assertThatThrownBy(() -> new Tenant("acme", name)).isInstanceOf(SyncException.class);
    }
  }
}
