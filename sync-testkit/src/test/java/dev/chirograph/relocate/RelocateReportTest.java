package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.relocate.RelocationReport.Fate;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Location;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What became of a plan, and what allocations hold. */
class RelocateReportTest {

  private final RelocateLab lab = new RelocateLab();
  private final Relocator relocator = lab.builder().build();
  private final StringBuilder plan = new StringBuilder();

  private RelocationReport report(ReportFormat format, StringBuilder lines) {
    return relocator.report(new StringReader(plan.toString()), format, lines);
  }

  /** One handle of each fate. */
  private void aPlanOfEveryFate() {
    lab.file("moved", "project", "a,\"b\"+ü\n", "one");
    lab.file("waiting", "project", "w", "two");
    lab.handle("failed", "project", Location.latest(RelocateLab.COMMON, Key.utf8("none")), 3);
    lab.handle("failed too", "project", Location.latest(RelocateLab.COMMON, Key.utf8("none")), 3);
    lab.file("gone", "project", "g", "four");
    lab.file("elsewhere", "project", "e", "five");
    lab.allocations.assign("project", "grant-12");
    relocator.plan(Optional.of("project"), plan);
    lab.handles.remove(Key.utf8("gone"));
    lab.buckets.open("other").put(Key.utf8("e"), new byte[4]);
    lab.handle("elsewhere", "nobody", Location.latest("other", Key.utf8("e")), 4);
    lab.handles.remove(Key.utf8("waiting"));
    relocator.collect("project");
    for (int attempt = 0; attempt < 4; attempt++) {
      relocator.drain();
      lab.clock.advance(Duration.ofMinutes(1));
    }
    lab.handle("waiting", "project", Location.latest(RelocateLab.COMMON, Key.utf8("w")), 3);
  }

  @Test
  void aReportSaysWhatBecameOfEachHandle() throws Exception {
    aPlanOfEveryFate();
    StringBuilder lines = new StringBuilder();
    RelocationReport report = report(ReportFormat.CSV, lines);
    assertThat(report.count(Fate.MOVED)).isEqualTo(1);
    assertThat(report.bytes()).containsEntry(Fate.MOVED, 3L);
    assertThat(report.count(Fate.FAILED)).as("both share what is not there").isEqualTo(2);
    assertThat(report.count(Fate.WAITING)).isEqualTo(1);
    assertThat(report.count(Fate.GONE)).isEqualTo(1);
    assertThat(report.count(Fate.ELSEWHERE)).isEqualTo(1);
    assertThat(report.isDone()).isFalse();
    String[] all = lines.toString().split("\r\n");
    assertThat(all).hasSize(7);
    assertThat(all[0])
        .isEqualTo(
            "owner,handle,fate,size,from bucket,from key,from version,bucket,key,version,reason");
    assertThat(all)
        .contains(
            "project,moved,MOVED,3,common,a%2C%22b%22%2B%C3%BC%0A,,grant,a%2C%22b%22%2B%C3%BC%0A,,",
            "project,gone,GONE,4,common,g,,,,,",
            "project,waiting,WAITING,3,common,w,,common,w,,",
            "project,elsewhere,ELSEWHERE,4,common,e,,other,e,,")
        .anyMatch(
            line ->
                line.startsWith("project,failed+too,FAILED,3,common,none,,common,none,,\"")
                    && line.contains("where there is nothing"));
  }

  @Test
  void aReportInJsonSaysTheSame() throws Exception {
    aPlanOfEveryFate();
    StringBuilder lines = new StringBuilder();
    report(ReportFormat.JSON_LINES, lines);
    List<JsonNode> all = new ArrayList<>();
    for (String line : lines.toString().split("\n")) {
      all.add(new ObjectMapper().readTree(line));
    }
    assertThat(all).hasSize(6);
    assertThat(all)
        .anySatisfy(
            line -> {
              assertThat(line.get("fate").asText()).isEqualTo("FAILED");
              assertThat(line.get("size").isNumber()).isTrue();
              assertThat(line.get("reason").asText()).contains("where there is nothing");
              assertThat(line.has("version")).isFalse();
            });
  }

  @Test
  void theHashOfAPlanIsThatOfItsFileAndConfirmsIt() throws Exception {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    RelocationPlan planned = relocator.plan(Optional.of("project"), plan);
    byte[] file = plan.toString().getBytes(StandardCharsets.UTF_8);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    assertThat(planned.hash()).isEqualTo(sha256);
    relocator.carryOut(Optional.of("project"), sha256);
    relocator.drain();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    assertThat(report(ReportFormat.CSV, new StringBuilder()).isDone()).isTrue();
  }

  @Test
  void aPlanThatWasCutAnywhereIsRefused() {
    aPlanOfEveryFate();
    String whole = plan.toString();
    for (int end = 0; end < whole.length(); end++) {
      if (end > 0 && whole.charAt(end - 1) == '\n') {
        continue; // a shorter plan, which its hash would tell
      }
      StringReader cut = new StringReader(whole.substring(0, end));
      assertThatThrownBy(() -> relocator.report(cut, ReportFormat.CSV, new StringBuilder()))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
  }

  @Test
  void aLineThatIsSpoiltIsNamed() {
    aPlanOfEveryFate();
    String spoilt = plan.toString().replaceFirst("common,e,,4", "common,e,,four");
    assertThatThrownBy(
            () -> relocator.report(new StringReader(spoilt), ReportFormat.CSV, new StringBuilder()))
        .hasMessageContaining("line 2 of the plan is cut or spoilt");
  }

  @Test
  void usageCountsEachObjectOnce() {
    lab.file("1", "project", "a", "one");
    lab.handle("2", "project", lab.at("1"), 3);
    lab.file("3", "project", "b", "three");
    lab.file("4", "nobody", "c", "stays");
    relocator.allocate("project", Allocation.of("grant-12", RelocateLab.GRANT, "admin"));
    lab.settle(relocator);
    lab.buckets.open(RelocateLab.GRANT).put(Key.utf8("stray"), new byte[9]);
    Allocation part = new Allocation("part", RelocateLab.GRANT, "b", Optional.empty(), "admin");
    lab.allocations.create(part);
    List<Usage> usage = new ArrayList<>();
    relocator.usage(usage::add);
    assertThat(usage)
        .containsExactlyInAnyOrder(
            new Usage(Allocation.of("grant-12", RelocateLab.GRANT, "admin"), 3, 2, 8, 0),
            new Usage(part, 1, 1, 5, 0),
            new Usage(Allocation.of("other-grant", "other", "admin"), 0, 0, 0, 0));
  }

  @Test
  void movesThatFailedCountWithTheirRun() {
    lab.handle("1", "project", Location.latest(RelocateLab.COMMON, Key.utf8("none")), 3);
    lab.file("2", "project", "b", "three");
    lab.allocations.assign("project", "grant-12");
    Relocation run = relocator.carryOut(relocator.plan(Optional.of("project"), plan));
    settle();
    Relocation.Progress progress = run.progress();
    assertThat(progress.moves()).isEqualTo(2);
    assertThat(progress.remaining()).isZero();
    assertThat(progress.failed()).isEqualTo(1);
    assertThat(relocator.relocation(run.id()).progress()).isEqualTo(progress);
  }

  /** Until what fails is given up. */
  private void settle() {
    for (int i = 0; i < 20; i++) {
      relocator.drain();
      lab.clock.advance(Duration.ofMinutes(11));
    }
  }
}
