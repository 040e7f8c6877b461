package dev.chirograph.table;

import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a table, in three steps that all tables of a run take together: {@link #mend} sends
 * what is new and compares, parents before children; {@link #delete} deletes, children before
 * parents; {@link #settle} looks again at what differed.
 */
final class TablePass implements AutoCloseable {

  private static final long FIRST_ROWS = 20_000;
  private static final Duration QUICK = Duration.ofSeconds(1);

  /** How often what differs is looked at again before the next pass has to. */
  private static final int ROUNDS = 2;

  private final String engine;
  private final TableContext context;
  private final TableNeed need;
  private final Pace.Keeper pace;
  private final TableInfo here;
  private final TableInfo there;
  private final Fence fence;
  private final RowFormat format;
  private final RowFormat theirs;
  private final Horizon horizon;
  private final BatchSize size;
  private final Quarantine quarantine;
  private final Uploads uploads;
  private TableMemory memory;
  private @Nullable Round round;
  private boolean finished;
  private long sent;
  private long deleted;
  private long heldBack;
  private @Nullable String refusal;

  /**
   * Takes the lease of the table.
   *
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
    this.engine = engine;
    this.context = context;
    this.need = need;
    this.memory = memory;
    this.pace = pace;
    this.here = here;
    this.there = there;
    TableOptions options = context.options();
    this.format =
        RowFormat.agreed(
            context.call(context.source()::shape),
            context.call(context.replica()::shape),
            options.columns());
    this.theirs = format.renamed(options.columns().renamed());
    this.fence = new Fence(context);
    this.horizon = context.call(context.source()::horizon);
    this.size =
        new BatchSize(
            memory.batchRows(), context.settings(), context.call(context.replica()::limits));
    this.quarantine = new Quarantine(engine, context, format, memory.retry());
    this.uploads = new Uploads(context, theirs, fence, size, quarantine, pace);
  }

  // ---- first step: what is new, and what differs

  void mend() {
    context.settings().listen(one -> one.horizonAge(context.name(), horizon.age()));
    Optional<Cursor> cursor = context.call(context.replica()::cursor);
    Life life = life(cursor);
    if (life == Life.OTHER && !need.isAdopting() && !goesOn()) {
      refuseOther(cursor.orElseThrow());
    }
    if (format.mark().isPresent() && life == Life.SAME) {
      catchUp(cursor);
    }
    retryHeld();
    boolean whole = need.isEverything() || life != Life.SAME;
    if (whole || need == TableNeed.COMPARE || goesOn() || countsDiffer()) {
      compare(whole);
    }
    uploads.again();
    if (life != Life.SAME && round != null && round.isThrough()) {
      readOn(round);
    }
  }

  /** What the replica knows of its source. */
  private enum Life {
    /** It has read this one so far, or nothing at all. */
    SAME,
    /** It has rows of which nobody knows how far they reach, or the source has gone back. */
    UNKNOWN,
    /** It has read another database, or another life of it. */
    OTHER
  }

  private Life life(Optional<Cursor> cursor) {
    if (cursor.isEmpty()) {
      return there.rows() == 0 ? Life.SAME : Life.UNKNOWN;
    }
    if (!cursor.get().incarnation().equals(here.incarnation())) {
      return Life.OTHER;
    }
    boolean back = cursor.get().mark().compareTo(horizon.mark()) > 0;
    return back && horizon.proof().certifies() ? Life.UNKNOWN : Life.SAME;
  }

  /** A restored source differs in little; a wrong one in nearly everything. */
  private void refuseOther(Cursor cursor) {
    String salt = context.salt();
    Census census = new Census(context, selection(salt, horizon.mark()));
    TableDiff diff = diff(salt, horizon.mark());
    diff.compare(diff.cut(diff.below(Long.MAX_VALUE), here.rows()), census);
    diff.beyond(census);
    long allowed = deletes().allowed();
    if (census.lost() > allowed) {
      throw new SyncException(
          SyncException.Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "the source of "
              + context.name()
              + " is "
              + here.incarnation()
              + " now and was "
              + cursor.incarnation()
              + ": "
              + census.lost()
              + " rows of the replica would be written over or deleted, more than the "
              + allowed
              + " that are allowed; if it is the right database, adopt it",
          null);
    }
  }

  private void catchUp(Optional<Cursor> from) {
    Optional<Cursor> cursor = from;
    List<Row> page = page(cursor);
    while (!page.isEmpty()) {
      Row last = page.get(page.size() - 1);
      Optional<Cursor> next =
          Optional.of(new Cursor(last.mark(), Optional.of(last.key()), here.incarnation()));
      Beside<List<Row>> following =
          new Beside<>(context.settings().environment(), () -> page(next));
      try {
        sent += uploads.put(page, next);
      } catch (RuntimeException e) {
        following.settle();
        throw e;
      }
      page = following.get();
    }
  }

  private List<Row> page(Optional<Cursor> after) {
    return context.call(
        () -> context.source().after(format, after, horizon.mark(), size.rows(), size.bytes()));
  }

  /** Everything up to a horizon was compared, so reading may go on behind it. */
  private void readOn(Round through) {
    if (format.mark().isPresent() && through.horizon() != Long.MAX_VALUE) {
      Mark mark = new Mark(through.horizon());
      uploads.put(List.of(), Optional.of(new Cursor(mark, Optional.empty(), here.incarnation())));
    }
  }

  private void retryHeld() {
    List<RowKey> due = quarantine.takeDue();
    if (!due.isEmpty()) {
      quarantine.gone(mending(context.salt()).send(due));
      uploads.flush();
    }
  }

  // ---- comparing

  private boolean goesOn() {
    Round known = memory.round();
    return known != null
        && known.incarnation().equals(here.incarnation())
        && known.format().equals(formatName())
        && known.horizon() <= horizon.mark().value()
        && context.now() - known.began() < context.settings().compareEvery().toMillis();
  }

  private String formatName() {
    return here.fingerprint() + " " + there.fingerprint() + " " + context.options().columns();
  }

  /**
   * Rows that have gone make the source the smaller one. Only where nothing new can blur the
   * numbers.
   */
  private boolean countsDiffer() {
    boolean quiet = here.last().equals(Optional.of(horizon.mark())) || here.rows() == 0;
    return quiet && here.rows() != context.call(context.replica()::info).rows();
  }

  /**
   * Goes on comparing, or begins.
   *
   * @param whole from the start, and to the end
   */
  private void compare(boolean whole) {
    Round known = memory.round();
    Round now =
        known == null || need.isEverything() || !goesOn()
            ? Round.begin(
                context.salt(),
                horizon.mark().value(),
                here.incarnation(),
                formatName(),
                context.now())
            : known;
    Mending mending = mending(now.salt());
    if (there.last().filter(last -> last.compareTo(horizon.mark()) > 0).isPresent()) {
      diff(now.salt(), horizon.mark()).beyond(mending);
      uploads.flush();
      now = now.withBeyond(mending.deletes());
    }
    walk(now, diff(now.salt(), new Mark(now.horizon())), mending, whole);
  }

  private void walk(Round from, TableDiff diff, Mending mending, boolean whole) {
    Round now = from;
    round = now;
    Long open = now.open();
    if (open == null) {
      return;
    }
    long rows = Math.max(1, Math.max(here.rows(), there.rows()) - now.equalRows());
    List<Slice> slices = diff.cut(diff.below(open), rows);
    long begun = context.nanoTime();
    int many =
        format.range().isEmpty()
            ? slices.size() // each look at a bucket walks the whole table
            : (int) Math.max(1, FIRST_ROWS * slices.size() / rows);
    for (int at = 0; at < slices.size(); ) {
      long started = context.nanoTime();
      boolean late = started - begun >= pace.pace().comparing().toNanos();
      if (at > 0 && ((late && !whole) || !pace.mayWork())) {
        return;
      }
      int to = (int) Math.min(slices.size(), (long) at + many);
      long before = mending.deletes();
      TableDiff.Piece piece = diff.compare(slices.subList(at, to), mending);
      uploads.flush();
      at = to;
      Optional<Long> left =
          at == slices.size() ? Optional.empty() : Optional.of(through(slices.get(at)));
      now =
          now.after(
              left, piece.equal(), piece.differing(), mending.deletes() - before, context.now());
      remember(now);
      if (context.nanoTime() - started < QUICK.toNanos()) {
        many = (int) Math.min(Integer.MAX_VALUE / 2, 2L * many);
      }
    }
  }

  private static long through(Slice slice) {
    return slice instanceof Slice.Marks marks ? marks.through() : 0;
  }

  private void remember(Round now) {
    round = now;
    memory =
        new TableMemory(
            memory.source(),
            memory.replica(),
            memory.behind(),
            memory.compared(),
            size.rows(),
            quarantine.retry(),
            now,
            memory.certificate());
    write();
  }

  private void write() {
    context.call(
        () -> {
          memory.write(context.settings().state(), engine, context.name());
          return true;
        });
  }

  private TableDiff diff(String salt, Mark upTo) {
    Selection mine = selection(salt, upTo);
    return new TableDiff(context, mine, new Selection(theirs, salt, upTo), pace);
  }

  private Selection selection(String salt, Mark upTo) {
    return new Selection(format, salt, upTo);
  }

  private Mending mending(String salt) {
    return new Mending(context, selection(salt, horizon.mark()), uploads, size);
  }

  // ---- second step: what only the replica has

  void delete() {
    Round now = round;
    if (now == null || !now.isThrough() || now.toDelete() == 0) {
      return;
    }
    refusal = deletes().refusal(now.toDelete()).orElse(null);
    if (refusal != null) {
      heldBack = now.toDelete();
      return;
    }
    Deletes deletes =
        new Deletes(context, selection(now.salt(), horizon.mark()), uploads, deletes().allowed());
    if (now.beyond() > 0) {
      diff(now.salt(), horizon.mark()).beyond(deletes);
    }
    TableDiff diff = diff(now.salt(), new Mark(now.horizon()));
    diff.compare(slices(now, diff), deletes);
    deleted = deletes.deleted();
    heldBack = deletes.heldBack();
  }

  private DeleteRule deletes() {
    return new DeleteRule(context.options().deletes(), here.rows(), there.rows());
  }

  /** What is pending; a few large parts are cut so that they need not be halved step by step. */
  private List<Slice> slices(Round now, TableDiff diff) {
    List<Slice> slices = now.pending().stream().map(Round.Spot::slice).toList();
    if (slices.size() > 4) {
      return slices;
    }
    List<Slice> cut = new ArrayList<>();
    slices.forEach(slice -> cut.addAll(diff.cut(slice, here.rows())));
    return cut;
  }

  // ---- third step: what is proven

  void settle() {
    Round now = round;
    if (now == null || !now.isThrough()) {
      return;
    }
    if (now.beyond() > 0 && refusal == null) {
      Mending mending = mending(now.salt());
      diff(now.salt(), horizon.mark()).beyond(mending);
      uploads.flush();
      now = now.withBeyond(mending.deletes());
    }
    TableDiff diff = diff(now.salt(), new Mark(now.horizon()));
    for (int i = 0; i < ROUNDS && !now.pending().isEmpty() && refusal == null; i++) {
      Mending mending = mending(now.salt());
      TableDiff.Piece piece = diff.compare(slices(now, diff), mending);
      uploads.flush();
      now = now.settled(piece.equal(), piece.differing(), mending.deletes(), context.now());
    }
    finished = now.pending().isEmpty() && now.toDelete() == 0;
    if (finished) {
      end(now);
    } else {
      remember(now);
    }
  }

  private void end(Round now) {
    TableMemory.Proof proof =
        new TableMemory.Proof(now.incarnation(), now.horizon(), now.salt(), now.equal());
    memory =
        new TableMemory(
            memory.source(),
            memory.replica(),
            memory.behind(),
            context.now(),
            size.rows(),
            quarantine.retry(),
            null,
            horizon.proof().certifies() ? proof : null);
  }

  // ---- what comes out

  /** What was done; what is remembered of it is written. */
  TableReport report(Optional<SyncException> failure) {
    TableReport.Compared compared =
        round == null
            ? TableReport.Compared.NOTHING
            : round.isThrough() ? TableReport.Compared.ALL : TableReport.Compared.PART;
    return new TableReport(
        context.name(),
        compared,
        Optional.of(horizon),
        sent,
        uploads.mended(),
        deleted,
        heldBack,
        Optional.ofNullable(refusal),
        quarantine.held(),
        quarantine.examples(),
        failure.isPresent() || quarantine.held() > 0 ? Optional.empty() : certificate(),
        failure);
  }

  /** An older one is told as long as nothing was found that differs. */
  private Optional<Certificate> certificate() {
    Round now = round;
    boolean differs = now != null && (!now.pending().isEmpty() || now.toDelete() > 0);
    return finished || (!differs && uploads.mended() == 0) ? memory.proven() : Optional.empty();
  }

  /** Remembers what both sides are like now, for the next run to see whether anything changed. */
  void conclude(TableInfo replica) {
    boolean behind = here.last().filter(last -> last.compareTo(horizon.mark()) > 0).isPresent();
    memory =
        new TableMemory(
            TableMemory.Facts.of(here),
            TableMemory.Facts.of(replica),
            behind,
            memory.compared(),
            size.rows(),
            quarantine.retry(),
            memory.round(),
            memory.certificate());
    write();
  }

  /** Whether anything was written to the replica. */
  boolean hasWritten() {
    return sent + uploads.mended() + deleted > 0;
  }

  @Override
  public void close() {
    fence.close();
  }
}
