package dev.chirograph.table;

import dev.chirograph.Slice;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes a {@link Round} further: walks the table piece by piece, the newest rows first, and mends
 * what differs; when all is walked, deletes what only the replica has; then looks again at what
 * differed.
 */
final class Comparing {

  private static final long FIRST_ROWS = 20_000;

  /**
   * Where there is no bound to the time: databases read large parts of a table as it lies on disk,
   * and small ones row by row along an index, which costs several times as much.
   */
  private static final long FIRST_ROWS_OF_ALL = 1_000_000;

  /** Pieces are made larger as long as one takes less. */
  private static final Duration QUICK = Duration.ofSeconds(1);

  /** The same where there is no bound: twice that is less than clients wait for an answer. */
  private static final Duration QUICK_OF_ALL = Duration.ofSeconds(10);

  /** How often what differs is looked at again before the next pass has to. */
  private static final int TRIES = 2;

  private final Sides sides;
  private final Fence fence;
  private final Uploads uploads;
  private final BatchSize size;
  private final Pace.Keeper pace;
  private final TableJournal journal;
  private final OnlyThere onlyThere = new OnlyThere();
  private @Nullable Round round;
  private boolean isBeyondKnown;
  private boolean finished;
  private long deleted;
  private long heldBack;
  private @Nullable String refusal;
  private @Nullable String held;

  /**
   * What is compared.
   *
   * @param here what the source was like when the pass began
   * @param there what the replica was like then
   */
  record Sides(
      TableContext context, RowFormat format, Horizon horizon, TableInfo here, TableInfo there) {

    /** The columns under the replica's names. */
    RowFormat theirs() {
      return format.renamed(context.options().columns().renamed());
    }

    Selection selection(String salt, Mark upTo) {
      return new Selection(format, salt, upTo);
    }

    TableDiff diff(String salt, Mark upTo, Pace.Keeper pace) {
      Selection mine = selection(salt, upTo);
      return new TableDiff(context, mine, new Selection(theirs(), salt, upTo), pace);
    }

    /** What a round compares; another one does not go on with it. */
    String name() {
      String shapes = here.fingerprint() + " " + there.fingerprint();
      return new RowKey(shapes + " " + context.options().columns()).digest();
    }

    /** What may be deleted by a round that has deleted so many. */
    DeleteRule deletes(long already) {
      return new DeleteRule(context.options().deletes(), here.rows(), there.rows(), already);
    }

    long rows() {
      return Math.max(here.rows(), there.rows());
    }
  }

  Comparing(
      Sides sides,
      Fence fence,
      Uploads uploads,
      BatchSize size,
      Pace.Keeper pace,
      TableJournal journal) {
    this.sides = sides;
    this.fence = fence;
    this.uploads = uploads;
    this.size = size;
    this.pace = pace;
    this.journal = journal;
  }

  // ---- walking

  /** Rows beyond the horizon have been looked at, and are deleted by somebody else. */
  void leaveBeyond() {
    isBeyondKnown = true;
  }

  /**
   * Whether a round is under way that this pass can go on with: as long as something was not
   * compared yet, however long that takes; one that waits for rows to be taken or let go ends when
   * the next is due.
   */
  boolean isUnderWay() {
    Round known = journal.memory().round();
    return known != null
        && known.incarnation().equals(sides.here().incarnation())
        && known.format().equals(sides.name())
        && known.horizon() <= sides.horizon().mark().value()
        && (!known.isThrough() || !isDue(known));
  }

  private boolean isDue(Round known) {
    TableContext context = sides.context();
    return TableNeed.isDue(known.began(), context.settings().compareEvery(), context.now());
  }

  /**
   * Goes on comparing, or begins.
   *
   * @param anew whether a round that is under way counts for nothing
   * @param whole to the end, whatever that costs
   */
  void walk(boolean anew, boolean whole) {
    Round known = journal.memory().round();
    Round now =
        known == null || anew || !isUnderWay() || (whole && !known.strangers())
            ? Round.begin(
                sides.context().salt(),
                sides.horizon().mark().value(),
                sides.horizon().proof().certifies(),
                sides.here().incarnation(),
                sides.name(),
                sides.context().now(),
                whole)
            : known;
    Mark from = beyondFrom(now);
    boolean ahead = sides.there().last().filter(last -> last.compareTo(from) > 0).isPresent();
    round = isBeyondKnown ? now.withBeyond(0) : ahead || now.beyond() > 0 ? lookBeyond(now) : now;
    Long open = round.open();
    if (open != null) {
      walk(round, open, whole);
    }
  }

  /**
   * New versions of a source that went back may overtake the rows of its former life, which then
   * lie beyond what is compared, and not beyond the newest one any more.
   */
  private Mark beyondFrom(Round now) {
    return now.strangers() ? new Mark(now.horizon()) : sides.horizon().mark();
  }

  private Round lookBeyond(Round now) {
    Mending mending = mending(now);
    sides.diff(now.salt(), beyondFrom(now), pace).beyond(mending);
    uploads.flush();
    return now.withBeyond(mending.deletes());
  }

  private void walk(Round from, long open, boolean whole) {
    TableDiff diff = diff(from);
    long rows = Math.max(1, sides.rows() - from.equalRows());
    List<Slice> parts = diff.parts(diff.below(open), rows, whole ? FIRST_ROWS_OF_ALL : FIRST_ROWS);
    long begun = sides.context().nanoTime();
    Duration quick = whole ? QUICK_OF_ALL : QUICK;
    int many = 1;
    Round now = from;
    for (int at = 0; at < parts.size(); ) {
      if (at > 0 && !whole && isEnough(begun)) {
        return;
      }
      long started = sides.context().nanoTime();
      int to = Math.min(parts.size(), at + many);
      Optional<Slice> next = to == parts.size() ? Optional.empty() : Optional.of(parts.get(to));
      now = piece(now, diff, union(parts.get(at), parts.get(to - 1)), next);
      at = to;
      if (sides.context().nanoTime() - started < quick.toNanos()) {
        many *= 2;
      }
    }
  }

  /** Parts that follow each other, as one. */
  private static Slice union(Slice newest, Slice oldest) {
    return newest instanceof Slice.Marks last && oldest instanceof Slice.Marks first
        ? new Slice.Marks(first.after(), last.through())
        : newest;
  }

  private boolean isEnough(long begun) {
    long passed = sides.context().nanoTime() - begun;
    return passed >= pace.pace().comparing().toNanos() || !pace.mayWork();
  }

  /**
   * Most often a piece is equal, which one digest tells; only otherwise it is cut. What was found
   * is sent before the journal says that this piece was looked at.
   */
  private Round piece(Round now, TableDiff diff, Slice slice, Optional<Slice> next) {
    fence.held();
    Mending mending = mending(now);
    TableDiff.Piece piece = diff.compare(List.of(slice), mending);
    uploads.flush();
    Round after =
        now.after(
            next.map(Comparing::through),
            piece.equal(),
            piece.differing(),
            mending.deletes(),
            sides.context().now());
    round = after;
    journal.round(after);
    return after;
  }

  private static long through(Slice slice) {
    return slice instanceof Slice.Marks marks ? marks.through() : 0;
  }

  private TableDiff diff(Round now) {
    return sides.diff(now.salt(), new Mark(now.horizon()), pace);
  }

  private Mending mending(Round now) {
    Selection selection = sides.selection(now.salt(), sides.horizon().mark());
    return new Mending(sides.context(), selection, uploads, size, onlyThere);
  }

  // ---- deleting

  /**
   * Deletes what only the replica has, when everything was walked and the limit allows it: as much
   * as was found and noted, and what has come since later.
   *
   * @param others how many rows this pass has deleted without comparing
   */
  void delete(long others) {
    Round now = round;
    if (now == null || !now.isThrough() || now.toDelete() == 0) {
      return;
    }
    DeleteRule rule = sides.deletes(now.deleted() + others);
    refusal = rule.refusal(now.toDelete()).orElse(null);
    if (refusal != null) {
      heldBack = now.toDelete();
      return;
    }
    journal.round(now.withDeleted(now.deleted() + now.toDelete())); // be it killed meanwhile
    Deletes deletes = new Deletes(mending(now), uploads, now.toDelete());
    if (onlyThere.areAll(now.toDelete())) {
      deletes.onlyThere(onlyThere.rows());
    } else {
      findAgain(now, deletes);
    }
    round = now.withDeleted(now.deleted() + deletes.spent());
    deleted = deletes.deleted();
    heldBack = deletes.heldBack();
    held = deletes.why().orElse(null);
  }

  private void findAgain(Round now, Deletes deletes) {
    if (now.beyond() > 0) {
      sides.diff(now.salt(), beyondFrom(now), pace).beyond(deletes);
    }
    TableDiff diff = diff(now);
    diff.compare(now.differing(), deletes);
  }

  // ---- proving

  /** Looks again at what differed, when everything was walked. */
  void settle() {
    Round now = round;
    if (now == null || !now.isThrough()) {
      return;
    }
    if (refusal == null) {
      now = settled(now.beyond() > 0 ? lookBeyond(now) : now);
    }
    round = now;
    finished = now.pending().isEmpty() && now.toDelete() == 0;
    if (finished) {
      end(now);
    } else {
      journal.round(now);
    }
  }

  private Round settled(Round from) {
    Round now = from;
    TableDiff diff = diff(now);
    for (int i = 0; i < TRIES && !now.pending().isEmpty(); i++) {
      Mending mending = mending(now);
      TableDiff.Piece piece = diff.compare(now.differing(), mending);
      uploads.flush();
      now = now.settled(piece.equal(), piece.differing(), mending.deletes(), sides.context().now());
    }
    return now;
  }

  private void end(Round now) {
    TableMemory.Proof proof =
        new TableMemory.Proof(now.incarnation(), now.horizon(), now.salt(), now.equal());
    TableContext context = sides.context();
    long surplus =
        isQuiet() ? sides.here().rows() - context.call(context.replica()::info).rows() : 0;
    boolean certain = now.certain() && sides.horizon().proof().certifies();
    journal.ended(surplus, certain ? proof : null);
  }

  /** Whether nothing new can blur the numbers of rows. */
  private boolean isQuiet() {
    return sides.format().mark().isEmpty()
        || sides.here().rows() == 0
        || sides.here().last().equals(Optional.of(sides.horizon().mark()));
  }

  /**
   * Whether the numbers of rows say that rows have gone, or come, without being noticed.
   *
   * @param noticed how many are about to be deleted
   */
  boolean countsDiffer(long noticed) {
    TableContext context = sides.context();
    return isQuiet()
        && sides.here().rows() - (context.call(context.replica()::info).rows() - noticed)
            != journal.memory().surplus();
  }

  // ---- what came out

  /** The round that was taken further; empty when there was no need. */
  Optional<Round> round() {
    return Optional.ofNullable(round);
  }

  /** Whether both sides were found equal. */
  boolean isFinished() {
    return finished;
  }

  TableReport.Compared compared() {
    if (round == null) {
      return TableReport.Compared.NOTHING;
    }
    return round.isThrough() ? TableReport.Compared.ALL : TableReport.Compared.PART;
  }

  /** Whether something was found that is not mended yet. */
  boolean hasFoundDifferences() {
    return round != null && (!round.pending().isEmpty() || round.toDelete() > 0);
  }

  long deleted() {
    return deleted;
  }

  long heldBack() {
    return heldBack;
  }

  Optional<String> refusal() {
    return Optional.ofNullable(refusal == null ? held : refusal);
  }
}
