package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One pass over a table: sends what is new, looks at what the replica has beyond, compares the
 * rest, mends what differs, and deletes at the end what only the replica has.
 */
final class TablePass {

  private static final int LOOK = 500;

  private final String name;
  private final SourceTable source;
  private final ReplicaTable replica;
  private final TableSettings settings;
  private final RowFormat format;
  private final TableInfo here;
  private final Horizon horizon;
  private final Uploads uploads;
  private final BatchSize size;
  private final Quarantine quarantine;
  private final DeleteCandidates deletes;
  private final List<Row> waiting = new ArrayList<>();
  private long waitingBytes;
  private long sent;
  private long mended;

  TablePass(
      String name, SourceTable source, ReplicaTable replica, TableSettings settings, Fence fence) {
    this.name = name;
    this.source = source;
    this.replica = replica;
    this.settings = settings;
    this.format = RowFormat.agreed(source.shape(), replica.shape(), settings.rules());
    this.horizon = settings.call(source::horizon);
    this.here = settings.call(source::info);
    this.size = new BatchSize(settings.batchRows(), settings.batchRows(), settings.batchTarget());
    this.quarantine = new Quarantine(name, settings);
    this.uploads = new Uploads(replica, format, settings, fence, size, quarantine);
    this.deletes =
        new DeleteCandidates(settings.deletes(), here.rows(), settings.call(replica::info).rows());
  }

  TableReport run() {
    settings.listen(listener -> listener.horizonAge(name, horizon.age()));
    Optional<Cursor> cursor = settings.call(replica::cursor);
    boolean sameLife = cursor.filter(c -> !c.incarnation().equals(here.incarnation())).isEmpty();
    if (format.mark().isPresent() && sameLife) {
      catchUp(cursor);
    }
    String salt = salt();
    Selection selection = new Selection(format, salt, horizon.mark());
    TableDiff diff = new TableDiff(source, replica, selection, settings);
    regress(salt);
    Optional<Digest> equal = diff.equal();
    if (equal.isEmpty()) {
      diff.find(new Mending());
      flush();
    }
    deletes.delete(source, format, salt, uploads, settings);
    if (format.mark().isPresent() && !sameLife && deletes.refused().isEmpty()) {
      // Everything up to the horizon was compared, so reading may go on behind it.
      uploads.put(
          List.of(), Optional.of(new Cursor(horizon.mark(), Optional.empty(), here.incarnation())));
    }
    if (equal.isEmpty()) {
      selection = new Selection(format, salt(), horizon.mark());
      equal = new TableDiff(source, replica, selection, settings).equal();
    }
    return report(equal, selection.salt());
  }

  private String salt() {
    return Long.toHexString(settings.environment().random().nextLong());
  }

  private TableReport report(Optional<Digest> equal, String salt) {
    Optional<Certificate> certificate =
        equal
            .filter(rows -> horizon.proof().certifies() && deletes.heldBack() == 0)
            .map(
                rows ->
                    new Certificate(
                        here.incarnation(),
                        horizon.mark(),
                        rows,
                        salt,
                        settings.environment().clock().instant()));
    List<String> examples = new ArrayList<>(quarantine.examples());
    deletes.refused().ifPresent(examples::add);
    return new TableReport(
        name,
        horizon,
        sent,
        mended,
        deletes.deleted(),
        deletes.heldBack(),
        quarantine.held(),
        examples,
        certificate);
  }

  // ---- what is new

  private void catchUp(Optional<Cursor> from) {
    Optional<Cursor> cursor = from;
    while (true) {
      Optional<Cursor> after = cursor;
      List<Row> page =
          settings.call(
              () ->
                  source.after(format, after, horizon.mark(), size.rows(), settings.batchBytes()));
      if (page.isEmpty()) {
        return;
      }
      Row last = page.get(page.size() - 1);
      cursor = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), here.incarnation()));
      sent += uploads.put(page, cursor);
    }
  }

  // ---- what the replica has beyond

  /** After a restore of the source the replica may have rows of versions that are no more. */
  private void regress(String salt) {
    if (format.mark().isEmpty() || horizon.mark().equals(Mark.LAST)) {
      return;
    }
    Selection all = new Selection(format, salt, Mark.LAST);
    TableDiff diff = new TableDiff(source, replica, all, settings);
    Slice beyond = new Slice.Marks(horizon.mark().value(), Long.MAX_VALUE);
    onlyThere(List.copyOf(diff.manifest(replica, beyond).values()));
    flush();
  }

  // ---- what differs

  private final class Mending implements TableDiff.Differences {

    @Override
    public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
      for (int i = 0; i < rows.size(); i += LOOK) {
        List<RowVersion> some = rows.subList(i, Math.min(rows.size(), i + LOOK));
        List<RowKey> keys = some.stream().map(RowVersion::key).toList();
        for (Optional<Row> row : settings.call(() -> source.rows(format, keys, Long.MAX_VALUE))) {
          row.ifPresent(TablePass.this::send); // one that has gone meanwhile is found by the next
        }
      }
    }

    @Override
    public void onlyThere(List<RowVersion> rows) {
      TablePass.this.onlyThere(rows);
    }
  }

  /** A row that is not in this range may have moved to another one: only its key tells. */
  private void onlyThere(List<RowVersion> rows) {
    for (int i = 0; i < rows.size(); i += LOOK) {
      List<RowVersion> some = rows.subList(i, Math.min(rows.size(), i + LOOK));
      List<RowKey> keys = some.stream().map(RowVersion::key).toList();
      List<Optional<Row>> found = settings.call(() -> source.rows(format, keys, Long.MAX_VALUE));
      for (int j = 0; j < some.size(); j++) {
        if (found.get(j).isPresent()) {
          send(found.get(j).get());
        } else {
          deletes.add(some.get(j));
        }
      }
    }
  }

  private void send(Row row) {
    waiting.add(row);
    waitingBytes += row.bytes();
    if (waiting.size() >= size.rows() || waitingBytes >= settings.batchBytes()) {
      flush();
    }
  }

  private void flush() {
    if (!waiting.isEmpty()) {
      mended += uploads.put(List.copyOf(waiting), Optional.empty());
      waiting.clear();
      waitingBytes = 0;
    }
  }
}
