package dev.chirograph.examples;

import static org.assertj.core.api.Assertions.assertThat;

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
}
