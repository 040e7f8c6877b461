package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.Slice.Marks;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A table and its reference, of which the same is asked. */
final class TableTwins {

  /** Few, so that rows meet; some that databases may take for one. */
  private static final List<String> TEXTS =
      List.of("a", "A", "a ", "b", "b|", "\\", "\\N", "", "é", "e\u0301", "😀", "long".repeat(50));

  private final TableSubject subject;
  private final MemoryTable reference;
  private final RandomGenerator random;

  TableTwins(TableSubject subject, MemoryTable reference, RandomGenerator random) {
    this.subject = subject;
    this.reference = reference;
    this.random = random;
  }

  // ---- rows

  /** A row that may be there already. */
  Row row() {
    List<@Nullable String> cells = new ArrayList<>();
    for (Column column : subject.format.columns()) {
      boolean none = column.nullable() && random.nextInt(5) == 0;
      cells.add(none ? null : value(column));
    }
    return TableSubject.written(subject.format, cells);
  }

  private String value(Column column) {
    return switch (column.type().kind()) {
      case TEXT -> TEXTS.get(random.nextInt(TEXTS.size()));
      case DECIMAL -> random.nextInt(-200, 200) + "." + random.nextInt(10, 100);
      case TIMESTAMP -> "2026-11-21 15:00:0" + random.nextInt(10) + ".00000" + random.nextInt(10);
      default -> String.valueOf(random.nextInt(-10, 20));
    };
  }

  /** Rows with different keys. */
  List<Row> rows(int most) {
    Map<RowKey, Row> rows = new LinkedHashMap<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      Row row = row();
      rows.put(row.key(), row);
    }
    return List.copyOf(rows.values());
  }

  /** Some of the rows that are there. */
  List<RowVersion> some(int most) {
    List<RowVersion> all =
        new ArrayList<>(
            reference.manifest(
                subject.everything(), List.of(Bucket.ALL), Optional.empty(), Integer.MAX_VALUE));
    List<RowVersion> some = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0 && !all.isEmpty(); i--) {
      some.add(all.remove(random.nextInt(all.size())));
    }
    return some;
  }

  // ---- questions

  /** Asks both for something, and finds the answers equal. */
  void ask() {
    switch (random.nextInt(5)) {
      case 0 -> digests();
      case 1 -> manifest();
      case 2 -> keys();
      case 3 -> split();
      default -> info();
    }
  }

  private Selection selection() {
    Mark horizon =
        random.nextBoolean() || subject.format.mark().isEmpty() ? Mark.LAST : row().mark();
    return new Selection(subject.format, "salt " + random.nextInt(3), horizon);
  }

  private Marks range() {
    long one = place();
    long other = place();
    return new Marks(Math.min(one, other), Math.max(one, other));
  }

  private long place() {
    return switch (random.nextInt(8)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      default -> subject.format.mark().isPresent() ? row().mark().value() : random.nextInt(-12, 22);
    };
  }

  private Slice slice() {
    int bits = random.nextInt(4);
    Bucket bucket = new Bucket(bits, random.nextInt(1 << bits));
    if (subject.format.range().isEmpty()) {
      return bucket;
    }
    return switch (random.nextInt(3)) {
      case 0 -> bucket;
      case 1 -> range();
      default -> new Slice.Part(range(), bucket);
    };
  }

  private void digests() {
    Selection selection = selection();
    List<Slice> slices = new ArrayList<>();
    for (int i = random.nextInt(7); i > 0; i--) {
      slices.add(slice());
    }
    assertThat(subject.table.digests(selection, slices))
        .as("digests of %s in %s", slices, selection)
        .isEqualTo(reference.digests(selection, slices));
  }

  private void manifest() {
    Selection selection = selection();
    List<Slice> slices = disjoint();
    assertThat(subject.manifest(selection, slices, 1 + random.nextInt(12)))
        .as("manifest of %s in %s", slices, selection)
        .containsExactlyInAnyOrderElementsOf(
            reference.manifest(selection, slices, Optional.empty(), Integer.MAX_VALUE));
  }

  private List<Slice> disjoint() {
    List<Slice> slices = new ArrayList<>();
    if (subject.format.range().isPresent() && random.nextBoolean()) {
      long[] places = {place(), place(), place(), place()};
      Arrays.sort(places);
      slices.add(new Marks(places[2], places[3]));
      slices.add(new Marks(places[0], places[1]));
      return slices;
    }
    for (Bucket bucket : Bucket.ALL.split(2)) {
      if (random.nextBoolean()) {
        slices.add(bucket);
      }
    }
    return slices;
  }

  private void keys() {
    List<RowKey> keys = new ArrayList<>();
    some(4).forEach(row -> keys.add(row.key()));
    rows(4).forEach(row -> keys.add(random.nextInt(keys.size() + 1), row.key()));
    Selection selection = selection();
    assertThat(subject.table.find(selection, keys))
        .as("%s", keys)
        .isEqualTo(reference.find(selection, keys));
    assertThat(subject.rows(keys))
        .as("%s", keys)
        .isEqualTo(reference.rows(subject.format, keys, Long.MAX_VALUE));
  }

  private void split() {
    if (subject.format.range().isEmpty()) {
      return;
    }
    Marks range = range();
    List<Marks> parts = subject.table.split(subject.format, range, 1 + random.nextInt(5));
    assertThat(subject.sum(parts))
        .as("%s", parts)
        .isEqualTo(reference.digests(subject.everything(), List.of(range)).get(0));
  }

  private void info() {
    assertThat(subject.table.info().rows()).isEqualTo(reference.info().rows());
    assertThat(subject.table.info().last()).isEqualTo(reference.info().last());
  }

  /** Finds everything equal. */
  void end() {
    List<Digest> digests = subject.digests(List.of(Bucket.ALL));
    assertThat(digests).isEqualTo(reference.digests(subject.everything(), List.of(Bucket.ALL)));
    info();
  }
}
