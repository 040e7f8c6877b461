package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.table.Certificate;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableReport.Compared;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a run of an engine says, held against what both sides are like and what it has done. */
final class TableVerdict {

  private final TableWorld world;
  private final TableClaims claims;
  private final TableProcess process;
  private final boolean whole;
  private final Map<String, Long> extra = new HashMap<>();
  private final Set<String> others;

  /**
   * Nothing was done yet.
   *
   * @param whole whether everything is compared
   * @param fresh whether the source has another life than the last run has seen
   */
  TableVerdict(
      TableWorld world, TableClaims claims, TableProcess process, boolean whole, boolean fresh) {
    this.world = world;
    this.claims = claims;
    this.process = process;
    this.whole = whole;
    world.names.forEach(name -> extra.put(name, onlyInReplica(name)));
    this.others = others(fresh);
  }

  /** The tables of which a source that nobody has looked at yet would leave too little. */
  private Set<String> others(boolean fresh) {
    Set<String> others = new HashSet<>();
    for (String table : world.names) {
      MemoryTable source = source(table);
      boolean read =
          world
              .cloud
              .table(table)
              .cursor()
              .filter(one -> !one.incarnation().equals(source.info().incarnation()))
              .isPresent();
      if (fresh && read && claims.lost(table, source) > world.terms.most()) {
        others.add(table);
      }
    }
    return others;
  }

  private long onlyInReplica(String table) {
    Set<RowKey> known = new HashSet<>();
    source(table).all().forEach(row -> known.add(row.key()));
    return world.cloud.table(table).all().stream()
        .filter(row -> !known.contains(row.key()))
        .count();
  }

  /** A run ends early only by a kill, or with an error that says why. */
  void failed(Throwable error) {
    if (error instanceof SyncException e && !process.isDead()) {
      assertThat(e.kind()).as("%s", e).isNotEqualTo(Kind.UNEXPECTED);
    } else if (!process.isDead()) {
      throw new AssertionError("nobody killed it", error);
    }
  }

  /** What a run says about a table has to be true. */
  void check(TableReport report) {
    world.count(TableHappening.SENT, report.sent());
    world.count(TableHappening.MENDED, report.mended());
    world.count(TableHappening.DELETED, report.deleted());
    world.count(TableHappening.HELD_BACK, report.heldBack());
    world.count(TableHappening.QUARANTINED, report.quarantined());
    world.count(TableHappening.PIECE, report.compared() == Compared.PART ? 1 : 0);
    report.failure().ifPresent(e -> failed(e));
    if (process.isQuiet() && report.failure().isEmpty() && report.quarantined() == 0) {
      assertThat(process.fetched(report.table()))
          .as("rows of %s that were fetched and not sent", report.table())
          .isEmpty();
    }
    if (process.isQuiet() && others.contains(report.table())) {
      assertThat(report.failure().isPresent() && !process.hasWritten(report.table()))
          .as("%s is of another database, which would leave too little of the replica", report)
          .isTrue();
    }
    if (isRefused(report)) {
      world.count(TableHappening.REFUSED_SOURCE);
      assertThat(process.hasWritten(report.table()))
          .as("%s was written to from a source that was refused", report.table())
          .isFalse();
    }
    if (report.compared() == Compared.ALL) {
      report.certificate().ifPresent(one -> certified(report.table(), one));
    }
    if (process.isQuiet() && whole && report.failure().isEmpty()) {
      verified(report, extra.get(report.table()));
    }
  }

  /** Whether the source was taken for another database. */
  static boolean isRefused(TableReport report) {
    return report
        .failure()
        .filter(e -> String.valueOf(e.getMessage()).contains("adopt it"))
        .isPresent();
  }

  private MemoryTable source(String table) {
    MemoryTables stranger = world.office.stranger;
    return stranger == null ? world.office.rows(table) : stranger.table(table);
  }

  private void certified(String table, Certificate certificate) {
    world.count(TableHappening.CERTIFIED);
    assertThat(world.terms.lag()).as("%s is certified by a guess", table).isFalse();
    assertThat(certificate.horizon())
        .as("horizon of the certificate of %s", table)
        .isLessThanOrEqualTo(process.horizon(table).orElseThrow());
    if (process.isQuiet() && claims.hasBegun(table, certificate.salt(), process.begun)) {
      assertThat(upTo(world.cloud.table(table), certificate.horizon()))
          .as("%s is certified up to %s", table, certificate.horizon())
          .isEqualTo(upTo(source(table), certificate.horizon()));
      assertThat(certificate.incarnation()).isEqualTo(source(table).info().incarnation());
    }
  }

  private void verified(TableReport report, long extra) {
    String table = report.table();
    boolean empty = source(table).size() == 0;
    if (extra > world.terms.most() || (empty && extra > 0)) {
      assertThat(process.deleted(table))
          .as("%s rows of %s are in the replica only", extra, table)
          .isZero();
      assertThat(report.heldBack()).isPositive();
      assertThat(report.certificate()).isEmpty();
    } else if (report.quarantined() == 0 && report.heldBack() == 0) {
      Mark horizon = process.horizon(table).orElseThrow();
      assertThat(upTo(world.cloud.table(table), horizon))
          .as("%s after a comparison that nothing disturbed", table)
          .isEqualTo(upTo(source(table), horizon));
    }
    report.certificate().ifPresent(one -> assertThat(one.digest()).isEqualTo(digest(table, one)));
  }

  private Digest digest(String table, Certificate certificate) {
    MemoryTable source = source(table);
    RowFormat format = RowFormat.agreed(source.shape(), source.shape(), ColumnRules.standard());
    Selection selection = new Selection(format, certificate.salt(), certificate.horizon());
    return world.magnified(source.digests(selection, List.of(Slice.Bucket.ALL)).get(0));
  }

  private static List<Row> upTo(MemoryTable table, Mark horizon) {
    return table.all().stream().filter(row -> row.mark().compareTo(horizon) <= 0).toList();
  }
}
