package dev.chirograph.testkit;

import static dev.chirograph.testkit.TableShapes.INVOICE;
import static dev.chirograph.testkit.TableShapes.TEXT_KEY;
import static dev.chirograph.testkit.TableShapes.UNMARKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Proves what {@link SourceDatabase} says. An adapter's test class extends it and says how a
 * database is made.
 */
@ExtendWith(SkipCounter.class)
public abstract class SourceDatabaseConformance {

  /** Makes a database with these tables, which are empty, and opens it; once in a test. */
  protected abstract SourceDatabase newDatabase(List<TableShape> shapes) throws Exception;

  /**
   * Inserts a row as the host does.
   *
   * @param cells the texts of all columns, in the order of the shape; null for a null
   */
  protected abstract void put(SourceTable table, List<@Nullable String> cells) throws Exception;

  /**
   * The same, where a column named {@code id} of some tables refers to that of others; skips where
   * nothing can refer to anything.
   *
   * @param references from the name of a table to that of the one it refers to
   */
  protected SourceDatabase newDatabase(List<TableShape> shapes, Map<String, String> references)
      throws Exception {
    return Assumptions.abort("no table refers to another here");
  }

  /** Closes what was opened. */
  protected void close() throws Exception {}

  @AfterEach
  final void closeDatabase() throws Exception {
    close();
  }

  @Test
  void everyTableIsNamedAndFoundByItsName() throws Exception {
    SourceDatabase database = newDatabase(List.of(INVOICE, TEXT_KEY, UNMARKED));
    List<String> names = List.of("invoice", "text_key", "unmarked");
    assertThat(database.tables()).containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      assertThat(database.table(name).shape().name()).isEqualTo(name);
    }
  }

  @Test
  void infosAreThoseOfTheTablesInTheOrderAskedFor() throws Exception {
    SourceDatabase database = newDatabase(List.of(INVOICE, TEXT_KEY, UNMARKED));
    put(database.table("invoice"), Arrays.asList("1", "c", "1.00", "7"));
    put(database.table("unmarked"), Arrays.asList("1", null));
    put(database.table("unmarked"), Arrays.asList("2", null));
    List<TableInfo> infos = database.infos(List.of("unmarked", "invoice", "text_key"));
    assertThat(infos)
        .extracting(TableInfo::table)
        .containsExactly("unmarked", "invoice", "text_key");
    assertThat(infos).extracting(TableInfo::rows).containsExactly(2L, 1L, 0L);
    for (TableInfo info : infos) {
      assertThat(info).isEqualTo(database.table(info.table()).info());
    }
    assertThat(infos.get(0).incarnation()).isEqualTo(infos.get(1).incarnation());
    assertThat(database.infos(List.of())).isEmpty();
  }

  @Test
  void thereIsNoOtherTable() throws Exception {
    SourceDatabase database = newDatabase(List.of(INVOICE));
    for (String name : List.of("nothing", "", "invoice; drop table invoice", "invoice\"", "%")) {
      notFound(() -> database.table(name).shape());
      notFound(() -> database.infos(List.of("invoice", name)));
    }
  }

  @Test
  void tablesThatOthersReferToComeBeforeThem() throws Exception {
    TableShape line = new TableShape("a_line", INVOICE.columns(), INVOICE.key(), INVOICE.mark());
    TableShape item = new TableShape("b_item", INVOICE.columns(), INVOICE.key(), INVOICE.mark());
    SourceDatabase database =
        newDatabase(List.of(INVOICE, line, item), Map.of("a_line", "b_item", "b_item", "invoice"));
    assertThat(database.tables()).containsExactly("invoice", "b_item", "a_line");
  }

  private static void notFound(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }
}
