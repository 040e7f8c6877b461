package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The move of some files, gone wrong at every single call of a store, handles, policy or queue. */
class RelocateEveryCallTest {

  private static final String LARGE = "0123456789".repeat(20);

  private static RelocateLab lab() {
    RelocateLab lab = new RelocateLab();
    lab.file("1", "project", "a", "one");
    lab.handle("2", "project", lab.at("1"), 3);
    lab.file("3", "project", "large", LARGE);
    lab.allocations.assign("project", "grant-12");
    return lab;
  }

  /** Moves everything, and archives what is left. */
  private static void run(RelocateLab lab, Faults faults) {
    Relocator relocator = lab.builder(faults).build();
    for (int i = 0; i < 2; i++) {
      try {
        relocator.collect();
        relocator.drain();
      } catch (SyncException e) {
        // trouble with the queue ends a round
      }
      lab.clock.advance(RelocateLab.GRACE);
    }
  }

  private static void assertMoved(RelocateLab lab) {
    assertThat(lab.dead()).isEmpty();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("2", RelocateLab.GRANT, "a", "one");
    lab.assertAt("3", RelocateLab.GRANT, "large", LARGE);
    for (String key : new String[] {"a", "large"}) {
      assertThat(lab.content(RelocateLab.COMMON, key)).isEmpty();
      assertThat(lab.content(RelocateLab.GRANT, key + "~2")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void L1_L4_L5_whateverHappensAtACallTheNextRunsMoveEverythingOnce(Fault fault) {
    Faults none = Faults.none();
    RelocateLab dry = lab();
    run(dry, none);
    assertMoved(dry);
    assertThat(none.calls()).isGreaterThan(40);
    for (long call = 1; call <= none.calls(); call++) {
      RelocateLab lab = lab();
      Faults faults = Faults.at(call, fault);
      run(lab, faults);
      for (FileHandle handle : lab.handles.all()) {
        assertThat(lab.buckets.open(handle.at().bucket()).content(handle.at().key()))
            .as("after %s at call %s: %s", fault, call, faults.fired())
            .isPresent();
      }
      Relocator clean = lab.builder().build();
      lab.queue.replay(Selection.all()); // a bucket or table that is not there wants somebody
      lab.settle(clean);
      lab.clock.advance(RelocateLab.GRACE);
      lab.settle(clean);
      try {
        assertMoved(lab);
      } catch (AssertionError e) {
        throw new AssertionError("after " + fault + " at call " + call + ": " + faults.fired(), e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"SLOW_DOWN", "SERVER_ERROR", "FORBIDDEN"})
  void aStormOfRefusalsDelaysMovesAndNothingElse(Fault fault) {
    RelocateLab lab = lab();
    Faults storm = Faults.random(17, 0.3, fault);
    Relocator relocator = lab.builder(storm).build();
    for (int i = 0; i < 100; i++) {
      try {
        relocator.collect();
        relocator.drain();
      } catch (SyncException e) {
        // the next round
      }
      lab.clock.advance(Duration.ofHours(12));
    }
    storm.stop();
    lab.queue.replay(Selection.all());
    lab.settle(lab.builder().build());
    lab.clock.advance(RelocateLab.GRACE);
    lab.settle(lab.builder().build());
    assertThat(lab.at("1").bucket()).isEqualTo(RelocateLab.GRANT);
    assertThat(lab.at("3").key()).isEqualTo(Key.utf8("large"));
    assertMoved(lab);
  }
}
