package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What writing to a replica does: TAB-8 to TAB-11. */
abstract class TableWriteGuarantees extends TableReadGuarantees {

  private static final Row ONE = row("1", "a", "1.00", "1");
  private static final Row TWO = row("2", "b", "2.00", "2");

  private List<Outcome> delete(Row... seen) {
    List<RowVersion> rows = List.of(seen).stream().map(TableHarness::version).toList();
    return replica.write(new Write(fence, FORMAT, SALT, List.of(), rows, Optional.empty()));
  }

  private Optional<Row> there(int id) {
    return replica.rows(FORMAT, List.of(key(id)), Long.MAX_VALUE).get(0);
  }

  // ---- TAB-8

  @Test
  void TAB_8_rowsAndCursorAreWrittenTogether() {
    assertThat(replica.cursor()).isEmpty();
    Cursor cursor = new Cursor(new Mark(2), Optional.of(key(2)), "here");
    replica.write(
        new Write(fence, FORMAT, SALT, List.of(ONE, TWO), List.of(), Optional.of(cursor)));
    assertThat(replica.cursor()).contains(cursor);
    assertThat(there(1)).contains(ONE);
    write(row("3", "c", "1.00", "3"));
    assertThat(replica.cursor()).contains(cursor);
  }

  @Test
  void TAB_8_aWriteThatIsRefusedWritesNothing() {
    Cursor cursor = new Cursor(new Mark(2), Optional.of(key(2)), "here");
    Row bad = row("9", "x", "no number", "9");
    assertThatThrownBy(
            () ->
                replica.write(
                    new Write(
                        fence, FORMAT, SALT, List.of(ONE, bad), List.of(), Optional.of(cursor))))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    assertThat(there(1)).isEmpty();
    assertThat(replica.cursor()).isEmpty();
  }

  @Test
  void TAB_8_anAgentThatLostItsLeaseWritesNothing() {
    assertThat(replica.lease("other", Duration.ofMinutes(1))).isEmpty();
    assertThat(replica.lease("suite", Duration.ofMinutes(1))).contains(fence);
    replica.release(fence);
    long next = replica.lease("other", Duration.ofMinutes(1)).orElseThrow();
    assertThat(next).isNotEqualTo(fence);
    assertThatThrownBy(() -> write(ONE))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    assertThat(there(1)).isEmpty();
    fence = next;
    write(ONE);
    assertThat(there(1)).contains(ONE);
  }

  // ---- TAB-9

  @Test
  void TAB_9_aRowIsDeletedOnlyAsItWasSeen() {
    write(ONE, TWO);
    Row changed = row("2", "other", "2.00", "2");
    write(changed);
    List<Outcome> outcomes = delete(ONE, TWO, row("3", "c", "1.00", "3"));
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Applied.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Conflict.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Unchanged.class);
    assertThat(there(1)).isEmpty();
    assertThat(there(2)).contains(changed);
  }

  // ---- TAB-10

  @Test
  void TAB_10_writtenTwiceIsWrittenOnce() {
    write(ONE, TWO);
    write(ONE, row("2", "newer", "2.00", "3"));
    assertThat(replica.info().rows()).isEqualTo(2);
    assertThat(there(2)).contains(row("2", "newer", "2.00", "3"));
  }

  // ---- TAB-11

  @Test
  void TAB_11_tenantsShareNothing() {
    ReplicaTable other = newReplica();
    long theirs = other.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    write(ONE);
    Row same = row("1", "theirs", "5.00", "1");
    Cursor cursor = new Cursor(new Mark(1), Optional.of(key(1)), "there");
    other.write(new Write(theirs, FORMAT, SALT, List.of(same), List.of(), Optional.of(cursor)));
    assertThat(there(1)).contains(ONE);
    assertThat(other.rows(FORMAT, List.of(key(1)), Long.MAX_VALUE))
        .containsExactly(Optional.of(same));
    assertThat(replica.cursor()).isEmpty();
    assertThat(replica.info().rows()).isOne();
    delete(ONE);
    assertThat(other.info().rows()).isOne();
  }
}
