package dev.chirograph.checks.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an office that replicates to PostgreSQL over HTTP goes through. */
class TablesFromEndToEndIT {

  private final Scene scene =
      new Scene(Shared.postgres().newDatabase(), Shared.postgres().newDatabase());

  @AfterEach
  void close() {
    scene.close();
  }

  private static TableReport of(String table, List<TableReport> reports) {
    return reports.stream().filter(one -> one.table().equals(table)).findFirst().orElseThrow();
  }

  private static List<String> rowsOf(String table, List<String> rows) {
    return rows.stream().filter(row -> row.startsWith(table + " ")).toList();
  }

  private void customers(int number) {
    for (int i = 1; i <= number; i++) {
      scene.put("customer", i, "'customer " + i + "'", i);
    }
  }

  @Test
  void bothSidesAreEqualInTheEnd() {
    scene.filled().assertSettled();
    scene.edited().assertSettled();
    Scene.execute(
        scene.center,
        "delete from note where customer_id = 'acme' and database_id = 'north' and text = 'a'");
    scene.assertSettled();
  }

  @Test
  void L11_aPoisonRowIsHeldAndItsReasonIsOfTheRow() {
    customers(300);
    Scene.execute(scene.office, "update customer set name = 'poison' where id = 123");
    TableSync agent = scene.builder().batch(100, 1 << 20, Duration.ofSeconds(9)).build();
    TableReport report = of("customer", agent.run());
    assertThat(report.failure()).isEmpty();
    assertThat(report.sent()).isEqualTo(299);
    assertThat(report.quarantined()).isOne();
    assertThat(report.examples())
        .singleElement()
        .asString()
        .startsWith("123: INVALID_ARGUMENT: acme/north does not take it: ")
        .contains("a check does not hold")
        .doesNotContain("http", "poison'", "/v1/");
    assertThat(report.certificate()).isEmpty();
    Scene.execute(
        scene.office, "update customer set name = 'mended', version = 301 where id = 123");
    scene.assertSettled();
  }

  @Test
  void aSecondAgentWritesNothing() {
    scene.filled().assertSettled();
    scene.edited();
    List<String> before = scene.there();
    ReplicaTable invoices = scene.replica().table("invoice");
    long fence = invoices.lease("somebody else", Duration.ofHours(9)).orElseThrow();
    scene.clock.advance(Duration.ofHours(2));
    TableReport report = of("invoice", scene.agent().run());
    assertThat(report.failure()).map(SyncException::kind).contains(Kind.CONFLICT);
    assertThat(report.failure().orElseThrow()).hasMessageContaining("another agent");
    assertThat(rowsOf("invoice", scene.there())).isEqualTo(rowsOf("invoice", before));
    invoices.release(fence);
    scene.assertSettled();
  }

  /** Each answer is told as what it is, and no row is at fault. */
  @Test
  void aTokenThatIsNotValidAnyMoreEndsTheRunUntilThereIsANewOne() {
    customers(40);
    scene.door.leads(
        (number, request, size) -> {
          scene.token = number < 8 ? Scene.TOKEN : "another-token-0123456789-0123456";
          return Trouble.NONE;
        });
    TableReport report = of("customer", scene.agent().run());
    assertThat(report.failure()).map(SyncException::kind).contains(Kind.PERMISSION_DENIED);
    assertThat(report.quarantined()).isZero();
    assertThat(report.sent()).isLessThan(40);
    scene.token = Scene.TOKEN;
    scene.assertSettled();
  }

  @Test
  void TAB_11_L10_aTokenOfSomebodyElseOpensNothing() {
    scene.filled().assertSettled();
    scene.edited();
    List<String> before = scene.there();
    scene.token = Scene.RIVAL_TOKEN;
    scene.clock.advance(Duration.ofHours(2));
    assertThatThrownBy(() -> scene.agent().run())
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    HttpReplica replica = scene.replica();
    assertThatThrownBy(replica::register).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> replica.table("invoice")).isInstanceOf(SyncException.class);
    assertThat(scene.there()).isEqualTo(before);
    scene.token = Scene.TOKEN;
    scene.assertSettled();
  }

  @Test
  void whoAsksForTimeGetsIt() {
    customers(40);
    Instant begun = scene.clock.instant();
    scene.door.leads((number, request, size) -> number % 5 == 0 ? Trouble.SLOWLY : Trouble.NONE);
    List<TableReport> reports = scene.agent().run();
    assertThat(reports).allMatch(report -> report.failure().isEmpty());
    long times = scene.door.requests().size() / 5;
    assertThat(Duration.between(begun, scene.clock.instant()).toSeconds())
        .isGreaterThanOrEqualTo(17 * times);
    scene.assertSettled();
  }

  @Test
  void aProxyThatTakesLessThanTheServerGetsSmallerBatches() {
    Random random = new Random(7);
    for (int i = 1; i <= 400; i++) {
      String noise =
          random.ints(90, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
      scene.put("customer", i, "'" + noise + "'", i);
    }
    scene.door.leads((number, request, size) -> size > 3_000 ? Trouble.TOO_LARGE : Trouble.NONE);
    TableSync agent = scene.builder().batch(200, 1 << 20, Duration.ofSeconds(9)).build();
    TableReport report = of("customer", agent.run());
    assertThat(report.sent()).isEqualTo(400);
    assertThat(report.quarantined()).isZero();
    scene.assertSettled();
  }

  /** The format does not fit any more; the rows are as good as before. */
  @Test
  void L11_aColumnThatGoesInTheMiddleIsNoFaultOfTheRows() {
    scene.filled().assertSettled();
    scene.edited();
    boolean[] dropped = {false};
    scene.door.leads(
        (number, request, size) -> {
          if (!dropped[0] && request.matches("POST .*/tables/invoice")) {
            dropped[0] = true;
            Scene.execute(scene.center, "alter table invoice drop column cents");
          }
          return Trouble.NONE;
        });
    scene.clock.advance(Duration.ofHours(2));
    TableReport report = of("invoice", scene.agent().run());
    assertThat(dropped[0]).isTrue();
    assertThat(report.failure()).isPresent();
    assertThat(report.quarantined()).isZero();
    scene.door.leads((number, request, size) -> Trouble.NONE);
    Scene.execute(scene.center, "alter table invoice add column cents bigint");
    scene.assertSettled();
  }
}
