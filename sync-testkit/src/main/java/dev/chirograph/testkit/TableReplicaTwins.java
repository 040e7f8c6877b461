package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A replica and its reference, to which the same is written. */
final class TableReplicaTwins {

  private static final Duration LEASE = Duration.ofMinutes(10);

  private final TableSubject subject;
  private final ReplicaTable table;
  private final MemoryTable reference;
  private final TableTwins twins;
  private final RandomGenerator random;
  private final Consumer<Duration> advance;

  /** What either was given as fences, by turn. */
  private final List<Long> fences = new ArrayList<>();

  private final List<Long> expected = new ArrayList<>();

  TableReplicaTwins(
      TableSubject subject,
      ReplicaTable table,
      MemoryTable reference,
      RandomGenerator random,
      Consumer<Duration> advance) {
    this.subject = subject;
    this.table = table;
    this.reference = reference;
    this.twins = new TableTwins(subject, reference, random);
    this.random = random;
    this.advance = advance;
  }

  /** Goes on from a lease that both were given. */
  void leased(long fence, long reference) {
    fences.add(fence);
    expected.add(reference);
  }

  void step() {
    int dice = random.nextInt(100);
    if (dice < 45) {
      write();
    } else if (dice < 90) {
      twins.ask();
    } else {
      lease();
    }
    assertThat(table.cursor()).isEqualTo(reference.cursor());
  }

  private void lease() {
    switch (random.nextInt(4)) {
      case 0 -> advance.accept(Duration.ofMinutes(6));
      case 1 -> {
        int turn = random.nextInt(fences.size());
        table.release(fences.get(turn));
        reference.release(expected.get(turn));
      }
      default -> {
        String agent = random.nextBoolean() ? "suite" : "other";
        Optional<Long> given = table.lease(agent, LEASE);
        Optional<Long> right = reference.lease(agent, LEASE);
        assertThat(given.isPresent()).as("lease of %s", agent).isEqualTo(right.isPresent());
        given.ifPresent(fence -> leased(fence, right.orElseThrow()));
      }
    }
  }

  private void write() {
    int turn = random.nextInt(6) == 0 ? random.nextInt(fences.size()) : fences.size() - 1;
    List<Row> puts = new ArrayList<>(puts());
    List<RowVersion> deletes = deletes(puts);
    if (random.nextInt(10) == 0) {
      puts.add(bad());
    }
    Optional<Cursor> cursor =
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(
                new Cursor(
                    twins.row().mark(),
                    random.nextBoolean() ? Optional.empty() : Optional.of(twins.row().key()),
                    "life " + random.nextInt(2)));
    Object right = written(reference, expected.get(turn), puts, deletes, cursor);
    assertThat(written(table, fences.get(turn), puts, deletes, cursor))
        .as("puts %s, deletes %s, %s", puts, deletes, cursor)
        .isEqualTo(right);
  }

  private List<Row> puts() {
    return twins.rows(4).stream()
        .map(
            row ->
                subject.format.key().isEmpty()
                    ? TableSubject.times(1 + random.nextInt(3), row)
                    : row)
        .toList();
  }

  /** Rows as they are, or as they were not, save those that are put. */
  private List<RowVersion> deletes(List<Row> puts) {
    Set<RowKey> taken = new HashSet<>(TableSubject.keys(puts));
    List<RowVersion> deletes = new ArrayList<>();
    for (RowVersion row : twins.some(4)) {
      if (taken.add(row.key())) {
        deletes.add(random.nextInt(4) == 0 ? otherwise(row) : row);
      }
    }
    for (Row row : twins.rows(1)) {
      if (taken.add(row.key())) {
        deletes.add(subject.version(row));
      }
    }
    return deletes;
  }

  private RowVersion otherwise(RowVersion row) {
    return random.nextBoolean()
        ? new RowVersion(row.key(), row.mark(), row.hash() + 1, row.count())
        : new RowVersion(row.key(), row.mark(), row.hash(), row.count() + 1);
  }

  /** One that lacks what it has to have, or has what is no number. */
  private Row bad() {
    Row row = twins.row();
    List<@Nullable String> cells = new ArrayList<>(row.cells());
    for (int i = 0; i < cells.size(); i++) {
      switch (subject.format.columns().get(i).type().kind()) {
        case INTEGER, DECIMAL, TIMESTAMP -> {
          cells.set(i, "no number");
          return new Row(row.key(), row.mark(), cells);
        }
        default -> {
          // any text will do
        }
      }
    }
    return row;
  }

  /** What became of it: the kinds of outcomes, or of the error. */
  private Object written(
      ReplicaTable to,
      long fence,
      List<Row> puts,
      List<RowVersion> deletes,
      Optional<Cursor> cursor) {
    try {
      return to
          .write(new Write(fence, subject.format, TableSubject.SALT, puts, deletes, cursor))
          .stream()
          .map(outcome -> outcome.getClass().getSimpleName())
          .toList();
    } catch (SyncException e) {
      return e.kind();
    }
  }

  void end() {
    twins.end();
  }
}
