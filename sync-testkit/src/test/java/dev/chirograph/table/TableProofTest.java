package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.table.TableReport.Compared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Nothing is certified that was not compared, or not below a horizon that holds. */
class TableProofTest {

  private final TableLab lab = new TableLab();

  @Test
  void L6_aComparisonThatBeganBehindALagCertifiesNothing() {
    lab.rows(1, 25_000);
    AtomicReference<Horizon.Proof> proof = new AtomicReference<>(Horizon.Proof.LAG);
    SourceDatabase source =
        Watched.source(
            lab.office,
            (method, arguments, real) ->
                real.call() instanceof Horizon horizon
                    ? new Horizon(horizon.mark(), proof.get(), horizon.age())
                    : real.call());
    TableSync sync =
        TableSync.builder("office", source, lab.cloud, lab.state)
            .agent("agent")
            .batch(100_000, 1 << 30, Duration.ofMinutes(1))
            .pace(Pace.standard().comparing(Duration.ZERO))
            .environment(lab.clock.environment())
            .build();
    assertThat(sync.run().get(0).compared()).isEqualTo(Compared.PART);
    proof.set(Horizon.Proof.ENDED_TRANSACTIONS);

    TableReport ended = sync.run().get(0);

    assertThat(ended.compared()).isEqualTo(Compared.ALL);
    assertThat(ended.certificate()).isEmpty();
    assertThat(sync.verify().get(0).certificate()).isPresent();
  }

  @Test
  void nothingIsCertifiedWhileARowIsHeld() {
    lab.rows(1, 10);
    assertThat(lab.run().certificate()).isPresent();
    lab.replica.refuse(row -> row.key().text().equals("3"));
    lab.source.put("3", "changed", "11");
    assertThat(lab.run().certificate()).isEmpty();

    assertThat(lab.run().certificate()).as("of a run that had nothing to do").isEmpty();
    lab.rows(12, 12);
    assertThat(lab.run().certificate()).as("of a run that did not meet it").isEmpty();

    lab.replica.refuse(row -> false);
    lab.clock.advance(Duration.ofMinutes(1));
    lab.run();
    lab.assertEqual();
    assertThat(lab.verify().certificate()).isPresent();
  }

  @Test
  void L1_aRowThatWasRefusedAndIsGoneWhenItWouldFitIsNotWrittenBehindTheComparison() {
    lab.rows(1, 10);
    AtomicBoolean first = new AtomicBoolean(true);
    lab.replica.refuse(
        row -> {
          boolean now = row.key().text().equals("5") && first.getAndSet(false);
          if (now) {
            lab.source.remove("5");
          }
          return now;
        });
    assertThat(lab.verify().certificate()).isPresent();
    lab.assertEqual();
  }

  // ---- what is kept about a comparison

  private static final Digest SOME = new Digest(5, 17, 17);

  private static Round begun() {
    return Round.begin("salt", Long.MAX_VALUE - 1, true, "here", "format", 0, false);
  }

  private static List<Slice> ranges(long from, int number) {
    return new ArrayList<>(
        LongStream.range(from, from + number)
            .<Slice>mapToObj(i -> new Slice.Marks(i, i + 1))
            .toList());
  }

  @Test
  void whatWasEqualAndIsForgottenIsLookedAtAgain() {
    Round round =
        begun()
            .after(Optional.of(900L), SOME, List.of(), 0, 1)
            .after(Optional.of(700L), Digest.EMPTY, ranges(700, 1), 0, 1)
            .after(Optional.of(100L), Digest.EMPTY, ranges(100, 500), 7, 2);
    assertThat(round.equal()).isEmpty();
    assertThat(round.pending()).containsExactly(Round.Spot.of(new Slice.Marks(100, MAX)));
    assertThat(round.toDelete()).isEqualTo(7);
  }

  private static final long MAX = Long.MAX_VALUE;

  @Test
  void bucketsThatDifferStayBuckets() {
    Round round =
        begun().after(Optional.empty(), SOME, new ArrayList<>(Slice.Bucket.ALL.split(12)), 0, 1);
    assertThat(round.pending()).containsExactly(Round.Spot.of(Slice.Bucket.ALL));
  }

  @Test
  void manySmallPartsThatStillDifferAreKeptAsTheLargeOnesThatTheyAre() {
    Round before = begun().after(Optional.empty(), SOME, ranges(100, 4), 0, 1);
    Round round = before.settled(SOME, ranges(100, 2_000), 3, 2);
    assertThat(round.pending()).isEqualTo(before.pending());
    assertThat(round.equal()).isEqualTo(before.equal());
    assertThat(round.toDelete()).isEqualTo(3);
  }
}
