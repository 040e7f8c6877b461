package dev.chirograph.checks.tables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.checks.tables.Door.Road;
import dev.chirograph.table.TableReport;
import dev.chirograph.testkit.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * A run over HTTP, from a database to a shared one, that goes wrong at some request in every way;
 * {@code -Dchirograph.requests=1000} says at how many, so that it is all of them. The next runs
 * make both sides equal, as both databases say themselves.
 */
class EveryRequestOfTablesIT {

  private static final int REQUESTS = Integer.getInteger("chirograph.requests", 1);

  private static int undisturbed;

  private final RandomGenerator random = Seed.draw().random();

  /** How many requests a run takes in which nothing goes wrong. */
  @BeforeAll
  static void countRequests() {
    try (Scene scene = Scene.small().filled()) {
      scene.agent().run();
      scene.edited().door.leads((number, request, size) -> Trouble.NONE);
      scene.clock.advance(Duration.ofHours(2));
      scene.agent().run();
      undisturbed = scene.door.requests().size();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void L1_L2_L4_whateverBecomesOfOneRequest(Trouble trouble) {
    everywhere(number -> (at, request, size) -> at == number ? trouble : Trouble.NONE);
  }

  /** It lasts until the run is over. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "LATE"})
  void L1_L2_L4_whateverBecomesOfAllFurtherRequests(Trouble trouble) {
    everywhere(number -> (at, request, size) -> at >= number ? trouble : Trouble.NONE);
  }

  /** Whoever was killed asks for nothing any more. */
  @Test
  void L4_aKillAfterAnAcknowledgementThatWasNotHeard() {
    everywhere(
        number ->
            (at, request, size) ->
                at < number ? Trouble.NONE : at == number ? Trouble.LOST_REPLY : Trouble.CUT);
  }

  // ---- how

  /** What goes wrong, if it does at a request. */
  private interface Disturbed {
    Road at(int number);
  }

  private void everywhere(Disturbed disturbed) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 1; number <= undisturbed; number++) {
      numbers.add(number);
    }
    while (numbers.size() > REQUESTS) {
      numbers.remove(random.nextInt(numbers.size()));
    }
    numbers.forEach(number -> disturb(disturbed.at(number)));
  }

  private static void disturb(Road road) {
    try (Scene scene = Scene.small().filled()) {
      scene.agent().run();
      scene.edited();
      Set<String> kept = keys(scene.there());
      kept.retainAll(keys(scene.here()));
      scene.door.leads(road);
      scene.clock.advance(Duration.ofHours(2));
      scene.timeout = Duration.ofMillis(500);
      List<TableReport> reports = run(scene);
      assertThat(keys(scene.there())).containsAll(kept);
      for (String table : Scene.certified(reports)) {
        assertThat(of(table, scene.there())).isEqualTo(of(table, scene.here()));
      }
      scene.timeout = Duration.ofSeconds(30);
      scene.door.deliverLate();
      scene.assertSettled();
    }
  }

  private static List<TableReport> run(Scene scene) {
    List<TableReport> reports;
    try {
      reports = scene.agent().run();
    } catch (SyncException e) {
      assertThat(e).hasMessageNotContainingAny("secret", Scene.TOKEN);
      return List.of();
    }
    boolean tooLarge = false;
    for (TableReport report : reports) {
      report
          .failure()
          .ifPresent(e -> assertThat(e).hasMessageNotContainingAny("secret", Scene.TOKEN));
      tooLarge |= report.examples().stream().anyMatch(text -> text.contains("TOO_LARGE"));
      if (!tooLarge) { // otherwise no row is at fault, whatever a proxy says
        assertThat(report.quarantined()).as("%s", report).isZero();
      }
    }
    return reports;
  }

  /** Table and first column. */
  private static Set<String> keys(List<String> rows) {
    return rows.stream()
        .map(row -> row.substring(0, row.indexOf("' ") + 1))
        .collect(Collectors.toSet());
  }

  private static List<String> of(String table, List<String> rows) {
    return rows.stream().filter(row -> row.startsWith(table + " ")).toList();
  }
}
