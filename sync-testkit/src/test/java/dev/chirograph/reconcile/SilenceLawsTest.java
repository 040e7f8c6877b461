package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.spi.Source;
import java.util.List;
import org.junit.jupiter.api.Test;

/** L12: nothing is silent. */
class SilenceLawsTest {

  private final Lab lab = new Lab();

  @Test
  void L12_whatFailsForGoodIsInReportListenerAndDeadLetters() {
    lab.same(3).left("bad", "2").left("good", "2");
    Source<String> refusing =
        new Around(lab.source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            return keys.stream()
                .map(
                    key ->
                        key.equals(key("bad"))
                            ? Observation.<String>unknown(SyncException.invalid("bad name"))
                            : inner.observe(List.of(key)).get(0))
                .toList();
          }
        };

    Report report = lab.finish(lab.durable(refusing, lab.replica).build(), Scope.all());

    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.failures()).singleElement().extracting("where").isEqualTo("pair/bad");
    assertThat(lab.heard.results("bad")).containsExactly(ItemResult.FAILED);
    assertThat(lab.deadErrors()).singleElement().asString().contains("bad name");
    assertThat(lab.replica.get(key("good"))).isPresent();
  }
}
