package dev.chirograph.examples.mainjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.examples.mainjob.Inspection.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InspectionTest {

  private static final Facts FACTS = new Facts("e", 1, 2, "text/plain", Map.of(), Map.of("a", "b"));
  private static final Facts RETAGGED =
      new Facts("e", 1, 2, "text/plain", Map.of(), Map.of("a", "c"));

  @Test
  void equalSidesHaveNoDifference() {
    assertThat(Inspection.differences(Map.of("k", FACTS), Map.of("k", FACTS))).isEmpty();
  }

  @Test
  void everyKindOfDifferenceIsSeen() {
    assertThat(
            Inspection.differences(
                Map.of("changed", FACTS, "new", FACTS), Map.of("changed", RETAGGED, "old", FACTS)))
        .hasSize(3)
        .anyMatch(line -> line.startsWith("changed: bucket has"))
        .anyMatch(line -> line.equals("new: only in the bucket"))
        .anyMatch(line -> line.equals("old: only in the catalogue"));
  }
}
