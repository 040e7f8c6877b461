package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.table.RowExplanation.Verdict;
import dev.chirograph.table.TableExplanation.ColumnUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what would be done, and why; writes nothing. */
final class TablePlanner {

  private final TableRun.Parts parts;
  private final TableSettings settings;

  TablePlanner(TableRun.Parts parts) {
    this.parts = parts;
    this.settings = parts.settings();
  }

  List<TablePlan> plan() {
    return parts.names().stream().map(name -> plan(parts.context(name))).toList();
  }

  private TablePlan plan(TableContext context) {
    RowFormat format = format(context);
    TableInfo here = context.call(context.source()::info);
    TableInfo there = context.call(context.replica()::info);
    Horizon horizon = context.call(context.source()::horizon);
    Optional<Mark> known =
        context
            .call(context.replica()::cursor)
            .filter(cursor -> cursor.incarnation().equals(here.incarnation()))
            .map(Cursor::mark)
            .filter(mark -> mark.compareTo(horizon.mark()) < 0)
            .filter(mark -> format.mark().isPresent());
    String salt = context.salt();
    Selection old = new Selection(format, salt, known.orElse(horizon.mark()));
    Selection all = new Selection(format, salt, horizon.mark());
    long fresh = known.map(mark -> above(context, all, mark)).orElse(0L);
    Census census = new Census(context, all);
    Pace.Keeper pace = new Pace.Keeper(settings.pace(), settings.environment());
    TableDiff diff = diff(context, old, pace);
    diff.compare(List.of(diff.below(Long.MAX_VALUE)), census);
    diff(context, all, pace).beyond(census);
    return new TablePlan(
        context.name(),
        horizon,
        fresh,
        census.sent(),
        census.deletes(),
        new DeleteRule(context.options().deletes(), here.rows(), there.rows(), 0)
            .refusal(census.deletes()),
        census.examples());
  }

  private static TableDiff diff(TableContext context, Selection mine, Pace.Keeper pace) {
    RowFormat theirs = mine.format().renamed(context.options().columns().renamed());
    return new TableDiff(context, mine, new Selection(theirs, mine.salt(), mine.horizon()), pace);
  }

  private static long above(TableContext context, Selection all, Mark mark) {
    Slice range = new Slice.Marks(mark.value(), all.horizon().value());
    return context.call(() -> context.source().digests(all, List.of(range))).stream()
        .mapToLong(Digest::count)
        .sum();
  }

  private static RowFormat format(TableContext context) {
    return RowFormat.agreed(
        context.call(context.source()::shape),
        context.call(context.replica()::shape),
        context.options().columns());
  }

  // ---- one row

  RowExplanation explain(String table, List<String> cells) {
    TableContext context = parts.context(table);
    RowFormat format = format(context);
    if (format.key().isEmpty() || format.key().size() != cells.size()) {
      throw SyncException.invalid(
          "rows of "
              + table
              + " are identified by "
              + format.key()
              + ", not by "
              + cells.size()
              + " texts");
    }
    RowKey key = RowKey.of(cells);
    RowFormat theirs = format.renamed(context.options().columns().renamed());
    Optional<Row> here = row(context, format, key, true);
    Optional<Row> there = row(context, theirs, key, false);
    List<String> differing = differing(format, here, there);
    Horizon horizon = context.call(context.source()::horizon);
    Quarantine quarantine = new Quarantine(parts.name(), context, format, 1);
    Optional<String> held = here.isPresent() ? quarantine.why(key) : Optional.empty();
    Verdict verdict = verdict(here, there, differing, horizon, held);
    return new RowExplanation(
        here, there, differing, verdict, why(verdict, differing, horizon, held));
  }

  private static Optional<Row> row(
      TableContext context, RowFormat format, RowKey key, boolean source) {
    List<RowKey> keys = List.of(key);
    return context
        .call(
            () ->
                source
                    ? context.source().rows(format, keys, Long.MAX_VALUE)
                    : context.replica().rows(format, keys, Long.MAX_VALUE))
        .get(0);
  }

  private static List<String> differing(RowFormat format, Optional<Row> here, Optional<Row> there) {
    List<String> names = new ArrayList<>();
    if (here.isPresent() && there.isPresent()) {
      List<@Nullable String> ours = here.get().cells();
      List<@Nullable String> theirs = there.get().cells();
      for (int i = 0; i < ours.size(); i++) {
        String name = format.columns().get(i).name();
        if (!format.ignored().contains(name) && !Objects.equals(ours.get(i), theirs.get(i))) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static Verdict verdict(
      Optional<Row> here,
      Optional<Row> there,
      List<String> differing,
      Horizon horizon,
      Optional<String> held) {
    if (here.isEmpty()) {
      return there.isEmpty() ? Verdict.NOWHERE : Verdict.DELETED;
    }
    if (there.isPresent() && differing.isEmpty()) {
      return Verdict.EQUAL;
    }
    if (here.get().mark().compareTo(horizon.mark()) > 0) {
      return Verdict.WAITS;
    }
    return held.isPresent() ? Verdict.HELD : Verdict.SENT;
  }

  private static String why(
      Verdict verdict, List<String> differing, Horizon horizon, Optional<String> held) {
    return switch (verdict) {
      case EQUAL -> "both sides have it, and nothing that is compared differs";
      case NOWHERE -> "neither side has it";
      case SENT ->
          differing.isEmpty()
              ? "the replica does not have it"
              : "the replica has it with other values in " + differing;
      case WAITS ->
          "its version lies beyond the horizon "
              + horizon.mark()
              + ", below which nothing can come any more ("
              + horizon.proof()
              + ")";
      case DELETED -> "the source does not have it";
      case HELD -> held.orElseThrow();
    };
  }

  // ---- a table

  TableExplanation explain(String table) {
    TableContext context = parts.context(table);
    RowFormat format = format(context);
    List<ColumnUse> uses = new ArrayList<>();
    for (Column column : context.call(context.source()::shape).columns()) {
      uses.add(use(format, column));
    }
    String slices =
        format
            .range()
            .map(column -> "by ranges of '" + column.name() + "'")
            .orElse("by the hashes of keys, because no column orders the rows");
    return new TableExplanation(
        table, format.key(), format.mark(), slices, format.isSameInSql(), uses);
  }

  private static ColumnUse use(RowFormat format, Column column) {
    int at = format.indexOf(column.name());
    if (at < 0) {
      return new ColumnUse(column.name(), Optional.empty(), "it is left out by a rule");
    }
    Column common = format.columns().get(at);
    String how;
    if (format.ignored().contains(column.name())) {
      how = "it is sent and not compared, by a rule";
    } else if (common.type().isSameInSql()) {
      how = "databases write it alike, so they can hash it";
    } else {
      how = "databases write a " + common.type() + " in ways of their own, so rows are hashed here";
    }
    return new ColumnUse(column.name(), Optional.of(common.type()), how);
  }
}
