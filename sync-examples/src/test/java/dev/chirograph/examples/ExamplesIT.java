package dev.chirograph.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.examples.deployments.ThreeDeployments;
import dev.chirograph.examples.offices.TwoOffices;
import dev.chirograph.examples.relocation.BatchOperations;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs every example as a reader would, and looks for the idea in what it says. */
class ExamplesIT {

  @Test
  void planOnly() throws Exception {
    assertThat(Output.of(PlanOnly::main))
        .contains("CREATED 2026/new.jpg", "UPDATED 2025/1.jpg", "DELETED 2025/2.jpg")
        .contains("no deletes: ")
        .contains("The catalogue was not touched: it holds 40 objects.");
  }

  @Test
  void ownTable() throws Exception {
    assertThat(Output.of(OwnTable::main))
        .contains("done", "written 3", "2026/Lease.pdf    13 bytes", "2026/lease.pdf    15 bytes")
        .contains("written 1, deleted 1");
  }

  @Test
  void quickPath() throws Exception {
    assertThat(Output.of(QuickPath::main)).contains("written 1", "size=9");
  }

  @Test
  void manyWorkers() throws Exception {
    String output = Output.of(ManyWorkers::main);

    int done = 0;
    Matcher worker = Pattern.compile("worker \\d did (\\d+) objects").matcher(output);
    for (int i = 0; i < 3; i++) {
      assertThat(worker.find()).isTrue();
      assertThat(Integer.parseInt(worker.group(1))).isPositive();
      done += Integer.parseInt(worker.group(1));
    }
    assertThat(done).isEqualTo(600);
    assertThat(output).contains("done", "written 600");
  }

  @Test
  void deadLetters() throws Exception {
    assertThat(Output.of(DeadLetters::main))
        .contains("written 1, failed 2")
        .contains("drafts/one.txt after 1 attempts: ", "drafts/two.txt after 1 attempts: ")
        .contains("replayed: 2", "Dead letters now: 0", "Catalogued: true");
  }

  @Test
  void mirrorBuckets() throws Exception {
    assertThat(Output.of(MirrorBuckets::main))
        .contains("written 2, deleted 1", "written 1", "The copy says: after");
  }

  @Test
  void timeline() throws Exception {
    assertThat(Output.of(Timeline::main))
        .containsPattern("T1 .*M\\[X\\]  A\\[X\\]  A has read M up to 1")
        .containsPattern("T3 .*M\\[X Y\\]  A\\[X\\]  A has read M up to 1")
        .containsPattern("T5 .*M\\[X Y Z\\]  A\\[X Z\\]  A has read M up to 1")
        .containsPattern("T7 .*M\\[X Y Z\\]  A\\[X Z Y\\]  A has read M up to 3");
  }

  @Test
  void threeDeployments() throws Exception {
    assertThat(Output.of(ThreeDeployments::main))
        .contains("bergen is cut off", "bergen is back", "all three hold the same")
        .contains("oslo holds", "bergen holds", "tromso holds")
        .contains("Every artifact is the same everywhere, byte for byte.");
  }

  @Test
  void compareAndMend() throws Exception {
    assertThat(Output.of(CompareAndMend::main))
        .contains("would send 0, mend 2, delete 1")
        .contains("500: SENT", "differs in [amount]", "sent 0, mended 2, deleted 1")
        .contains("price: 1000 rows are the same up to version 1000");
  }

  @Test
  void twoOffices() throws Exception {
    String output = Output.of(TwoOffices::main);

    assertThat(output)
        .contains("-> bergen: synset, 30,000 sent, certified up to version 30000")
        .contains("-> bergen: synset, 150 deleted", "sense, 289 deleted")
        .contains("a comparison of everything finds what no version tells:")
        .contains("1 in quarantine", "a check does not hold")
        .containsPattern("oslo: synset, [0-9,]+ sent, UNAVAILABLE")
        .contains("a stranger, looking at bergen's tables: PERMISSION_DENIED")
        .contains("oslo, looking at bergen's tables: NOT_FOUND")
        .contains("oslo, deleting all of bergen's senses: 404")
        .contains("bergen: a run without news makes 1 request")
        .contains("oslo: a run without news makes 1 request")
        .contains("All equal");
    for (String table : List.of("bergen synset", "bergen sense", "oslo synset", "oslo sense")) {
      assertThat(output)
          .contains(table + ": certified up to version")
          .containsPattern(table + ": [0-9,]+ rows, 0 differ");
    }
  }

  @Test
  void ownHandleTable() throws Exception {
    assertThat(Output.of(OwnHandleTable::main))
        .containsPattern("not moved yet:\\n  research  attic +plan.txt +revision 1")
        .containsPattern("research +grant-12-bucket +result.txt +revision 1")
        .containsPattern("Moved:\\n  research  grant-12-bucket +plan.txt +revision 2")
        .containsPattern("sales +attic +offer.txt +revision 1")
        .contains("left to move: 0");
  }

  @Test
  void batchOperations() throws Exception {
    assertThat(Output.of(BatchOperations::main))
        .contains(
            "manifest: 36 objects", "failed: batch-common/apollo/a folder/file", "AccessDenied")
        .contains("report: 31 objects were copied", "asked for from the report: 31")
        .contains("switched to copies of the batch job: 32")
        .contains("asked for from the policy: 9", "switched in all: 41")
        .contains("All 41 files are right, and none was copied twice.");
  }
}
