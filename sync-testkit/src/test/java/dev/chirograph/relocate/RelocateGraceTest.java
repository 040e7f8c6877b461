package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated.State;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is left behind is left alone until its grace is over, whenever it was left. */
class RelocateGraceTest {

  private static final Duration SIX_DAYS = Duration.ofDays(6);

  private final RelocateLab lab = new RelocateLab();
  private final Relocator relocator = lab.builder().build();

  @Test
  void theGraceBeginsAnewForWhatIsLeftAgain() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.allocations.release("project");
    lab.settle(relocator);
    lab.clock.advance(SIX_DAYS);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.clock.advance(SIX_DAYS); // longer than the grace since it was left first
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    assertThat(lab.content(RelocateLab.COMMON, "a")).as("within the grace").contains("one");
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).isEmpty();
  }

  @Test
  void theGraceBeginsAnewWithTheLastOwnerThatLeaves() {
    lab.file("1", "project", "a", "one");
    lab.handle("2", "another", lab.at("1"), 3);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.clock.advance(SIX_DAYS);
    lab.allocations.assign("another", "other-grant");
    lab.settle(relocator);
    lab.clock.advance(SIX_DAYS);
    lab.settle(relocator);
    assertThat(lab.content(RelocateLab.COMMON, "a")).as("within the grace").contains("one");
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).isEmpty();
  }

  @Test
  void whatTheHostRemovesAfterItCameBackIsTheHosts() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.allocations.release("project");
    lab.settle(relocator);
    lab.handles.remove(Key.utf8("1")); // such as into a bin, out of which it may come back
    lab.clock.advance(RelocateLab.GRACE);
    lab.settle(relocator);
    assertThat(lab.content(RelocateLab.COMMON, "a")).contains("one");
    lab.handle("1", "nobody", Location.latest(RelocateLab.COMMON, Key.utf8("a")), 3);
  }

  @Test
  void aRuleThatAStoreCannotFollowIsTroubleBeforeAnythingIsRetired() {
    Relocator tagging =
        lab.builder(dev.chirograph.testkit.Faults.none())
            .archive(new ArchiveRule.Tag(Map.of("archived", "yes")))
            .build();
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    Relocator plain =
        Relocator.builder("files", lab.handles, lab.allocations, plain(), lab.queue)
            .archive(new ArchiveRule.Tag(Map.of("archived", "yes")))
            .environment(lab.clock.environment())
            .grace(RelocateLab.GRACE)
            .build();
    lab.settle(plain);
    lab.clock.advance(RelocateLab.GRACE);
    plain.drain();
    assertThat(lab.dead())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.error()).contains("UNSUPPORTED", "common/a", "neither tags"));
    Location left = Location.latest(RelocateLab.COMMON, Key.utf8("a"));
    assertThat(lab.handles.vacated().states(List.of(left))).containsExactly(State.LEFT);
    lab.settle(tagging);
    assertThat(lab.handles.vacated().states(List.of(left))).containsExactly(State.RETIRED);
  }

  /** Buckets that can do nothing beside what every bucket can. */
  private BlobStores plain() {
    return new BlobStores() {
      @Override
      public BlobStore open(String bucket) {
        BlobStore store = lab.buckets.open(bucket);
        return (BlobStore)
            Proxy.newProxyInstance(
                BlobStore.class.getClassLoader(),
                new Class<?>[] {BlobStore.class},
                (proxy, method, args) -> {
                  try {
                    return method.invoke(store, args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
      }

      @Override
      public boolean create(String bucket) {
        return lab.buckets.create(bucket);
      }
    };
  }

  @Test
  void aRuleThatDoesNothingIsRefused() {
    assertThatThrownBy(() -> new ArchiveRule.Tag(Map.of()))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("at least one tag");
    assertThatThrownBy(() -> new ArchiveRule.StorageClass(""))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("the name of one");
  }
}
