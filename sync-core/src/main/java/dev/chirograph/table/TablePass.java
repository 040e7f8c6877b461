package dev.chirograph.table;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.WriteLimits;
import java.util.List;
import java.util.Optional;

/**
 * One pass over a table, in three steps that all tables of a run take together: {@link #mend} sends
 * what is new and compares, parents before children; {@link #delete} deletes, children before
 * parents; {@link #settle} looks again at what differed.
 */
final class TablePass implements AutoCloseable {

  private final TableContext context;
  private final TableNeed need;
  private final Pace.Keeper pace;
  private final Comparing.Sides sides;
  private final Fence fence;
  private final BatchSize size;
  private final Quarantine quarantine;
  private final Uploads uploads;
  private final TableJournal journal;
  private final Shortened shortened;
  private final Comparing comparing;
  private long sent;
  private boolean stopped;

  /**
   * Takes the lease of the table.
   *
   * @param engine the name of the engine's records
   * @throws SyncException of kind CONFLICT while another agent has it, UNSUPPORTED when the shapes
   *     of the tables do not fit
   */
  TablePass(
      String engine,
      TableContext context,
      TableNeed need,
      TableMemory memory,
      Pace.Keeper pace,
      TableInfo here,
      TableInfo there) {
    this.context = context;
    this.need = need;
    this.pace = pace;
    RowFormat format =
        RowFormat.agreed(
            context.call(context.source()::shape),
            context.call(context.replica()::shape),
            context.options().columns());
    Horizon horizon = context.call(context.source()::horizon);
    WriteLimits limits = context.call(context.replica()::limits);
    TableInfo replica = known(memory, there);
    this.fence = new Fence(context); // nothing that may fail comes between this and the pass
    this.sides = new Comparing.Sides(context, format, horizon, here, replica);
    this.size = new BatchSize(memory.batchRows(), context.settings(), limits);
    this.quarantine = new Quarantine(engine, context, format, memory.retry());
    this.uploads = new Uploads(context, sides.theirs(), fence, size, quarantine, pace);
    this.journal = new TableJournal(engine, context, size, quarantine, memory);
    this.shortened = new Shortened(sides, uploads, size, pace);
    this.comparing = new Comparing(sides, fence, uploads, size, pace, journal);
  }

  /** What a database keeps about its tables tells nothing of one that nobody has written to yet. */
  private TableInfo known(TableMemory memory, TableInfo there) {
    return memory.replica() == null ? context.call(context.replica()::info) : there;
  }

  // ---- first step: what is new, and what differs

  void mend() {
    journal.open();
    context.settings().listen(one -> one.horizonAge(context.name(), sides.horizon().age()));
    Optional<Cursor> cursor = context.call(context.replica()::cursor);
    Life life = life(cursor);
    if (life == Life.OTHER && !need.isAdopting() && !comparing.isUnderWay()) {
      refuseOther(cursor.orElseThrow());
    }
    if (life == Life.SHORTER) {
      life = Life.UNKNOWN;
      if (!need.isEverything() && shortened.isAll()) {
        life = Life.SAME;
        cursor = Optional.of(cursor(sides.horizon().mark(), Optional.empty()));
        uploads.put(List.of(), cursor);
        comparing.leaveBeyond();
      }
    }
    if (sides.format().mark().isPresent() && life == Life.SAME) {
      catchUp(cursor);
    }
    if (stopped) {
      uploads.again(sides.format());
      return;
    }
    retryHeld();
    boolean whole = need.isEverything() || life != Life.SAME;
    if (whole || isWorthComparing()) {
      comparing.walk(need.isEverything(), whole);
    }
    if (life != Life.SAME || isAhead(cursor)) {
      comparing.round().filter(Round::isThrough).ifPresent(this::readOn);
    }
    uploads.again(sides.format());
  }

  private boolean isWorthComparing() {
    return need == TableNeed.COMPARE
        || (need == TableNeed.SHORTER && shortened.found() == 0)
        || comparing.isUnderWay()
        || comparing.countsDiffer(shortened.found());
  }

  /** What the replica knows of its source. */
  private enum Life {
    /** It has read this one so far, or nothing at all. */
    SAME,
    /** It has read further than this one goes. */
    SHORTER,
    /** It has rows of which nobody knows how far they reach, or the source has gone back. */
    UNKNOWN,
    /** It has read another database, or another life of it. */
    OTHER
  }

  /** Whether reading on from here would find nothing for a while, or nothing at all. */
  private boolean isAhead(Optional<Cursor> cursor) {
    return cursor.isEmpty()
        ? sides.format().mark().isEmpty()
        : cursor.get().mark().compareTo(sides.horizon().mark()) > 0;
  }

  private Life life(Optional<Cursor> cursor) {
    if (cursor.isEmpty()) {
      return sides.there().rows() == 0 ? Life.SAME : Life.UNKNOWN;
    }
    if (!cursor.get().incarnation().equals(sides.here().incarnation())) {
      return Life.OTHER;
    }
    return isAhead(cursor) && sides.horizon().proof().certifies() ? Life.SHORTER : Life.SAME;
  }

  /** A restored source differs in little; a wrong one in nearly everything. */
  private void refuseOther(Cursor cursor) {
    String salt = context.salt();
    Mark upTo = sides.horizon().mark();
    Census census = new Census(context, sides.selection(salt, upTo));
    TableDiff diff = sides.diff(salt, upTo, pace);
    TableDiff.Differences few = census.checked(() -> refuseOther(cursor, census.lost()));
    diff.compare(List.of(diff.below(Long.MAX_VALUE)), few);
    diff.beyond(few);
  }

  private void refuseOther(Cursor cursor, long lost) {
    long allowed = sides.deletes(0).allowed();
    if (lost > allowed) {
      throw new SyncException(
          SyncException.Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "the source of "
              + context.name()
              + " is "
              + sides.here().incarnation()
              + " now and was "
              + cursor.incarnation()
              + ": at least "
              + lost
              + " rows of the replica would be written over or deleted, more than the "
              + allowed
              + " that are allowed; if it is the right database, adopt it",
          null);
    }
  }

  /** The next page is read while one is written. */
  private void catchUp(Optional<Cursor> from) {
    List<Row> page = page(from);
    while (!page.isEmpty()) {
      Row last = page.get(page.size() - 1);
      Optional<Cursor> next = Optional.of(cursor(last.mark(), Optional.of(last.key())));
      stopped = !need.isEverything() && !pace.mayWork();
      if (stopped) {
        sent += uploads.put(page, next);
        return;
      }
      int rows = size.rows();
      List<Row> now = page;
      page =
          Beside.both(
              context.settings().environment(),
              () -> sent += uploads.put(now, next),
              () -> page(next, rows),
              (number, following) -> following);
    }
  }

  private List<Row> page(Optional<Cursor> after) {
    return page(after, size.rows());
  }

  private List<Row> page(Optional<Cursor> after, int rows) {
    return context.call(
        () ->
            context
                .source()
                .after(sides.format(), after, sides.horizon().mark(), rows, size.bytes()));
  }

  private Cursor cursor(Mark mark, Optional<RowKey> key) {
    return new Cursor(mark, key, sides.here().incarnation());
  }

  /**
   * Everything up to a horizon was compared, so reading goes on behind it: the comparison may have
   * begun long ago. Where rows have no order, the cursor says of which source they are.
   */
  private void readOn(Round through) {
    boolean ordered = sides.format().mark().isPresent();
    Mark upTo = ordered ? new Mark(through.horizon()) : Mark.FIRST;
    Optional<Cursor> from = Optional.of(cursor(upTo, Optional.empty()));
    uploads.put(List.of(), from);
    if (ordered) {
      catchUp(from);
    }
  }

  private void retryHeld() {
    List<RowKey> due = quarantine.takeDue();
    if (!due.isEmpty()) {
      Mending mending =
          new Mending(
              context,
              sides.selection(context.salt(), sides.horizon().mark()),
              uploads,
              size,
              new OnlyThere());
      quarantine.gone(mending.send(due));
      uploads.flush();
    }
  }

  // ---- second and third step

  void delete() {
    shortened.delete();
    comparing.delete(shortened.found());
  }

  void settle() {
    comparing.settle();
  }

  // ---- what comes out

  /** What was done. */
  TableReport report(Optional<SyncException> failure) {
    boolean unsure =
        failure.isPresent()
            || quarantine.held() > 0
            || stopped
            || comparing.hasFoundDifferences()
            || shortened.deletes().heldBack() > 0
            || (!comparing.isFinished() && uploads.mended() > 0);
    return new TableReport(
        context.name(),
        comparing.compared(),
        Optional.of(sides.horizon()),
        sent,
        uploads.mended(),
        comparing.deleted() + shortened.deletes().deleted(),
        comparing.heldBack() + shortened.deletes().heldBack(),
        comparing.refusal().or(shortened.deletes()::why),
        quarantine.held(),
        quarantine.examples(),
        unsure ? Optional.empty() : journal.memory().proven(),
        failure);
  }

  /** Remembers what both sides are like now, for the next run to see whether anything changed. */
  void conclude(TableInfo replica) {
    Mark upTo = sides.horizon().mark();
    boolean behind = sides.here().last().filter(last -> last.compareTo(upTo) > 0).isPresent();
    quarantine.settle();
    journal.facts(sides.here(), replica, behind || stopped);
  }

  /** What was learned about batches and rows is kept; the rest is found again. */
  void failed() {
    journal.failed();
  }

  /** Whether anything was written to the replica. */
  boolean hasWritten() {
    return sent + uploads.mended() + comparing.deleted() + shortened.deletes().deleted() > 0;
  }

  @Override
  public void close() {
    fence.close();
  }
}
