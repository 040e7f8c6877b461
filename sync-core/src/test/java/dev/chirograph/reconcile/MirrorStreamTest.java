package dev.chirograph.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.StoreCapabilities;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Copies whose bytes pass through the mirror, because the target cannot copy by itself. */
class MirrorStreamTest {

  private static final Key A = Key.utf8("a");

  private final MemoryBlobStore from = MemoryBlobStore.builder("from").build();
  private final MemoryBlobStore to = MemoryBlobStore.builder("to").build();

  @Test
  void L11_anOriginalThatIsDeletedBeforeItIsOpenedIsLookedAtAgain() {
    from.put(A, "hello".getBytes(UTF_8));
    BlobStore vanishing =
        new Around(from) {
          @Override
          public InputStream open(BlobRef ref, long offset, Expect expect) {
            from.delete(ref, Expect.anything());
            return super.open(ref, offset, expect);
          }
        };
    Mirror mirror = Mirror.of(from.asReplica(), vanishing, to.asReplica(), to);

    Report report =
        Reconciler.builder("mirror", mirror.source(), mirror.replica()).build().sync(Scope.all());

    assertThat(report.failures()).isEmpty();
    assertThat(report.count(Count.FAILED)).isZero();
    assertThat(report.count(Count.UNCHANGED)).isOne();
    assertThat(to.content(A)).isEmpty();
  }

  /** Everything as another store does it, but copying. */
  private static class Around implements BlobStore {
    private final BlobStore inner;

    Around(BlobStore inner) {
      this.inner = inner;
    }

    @Override
    public String name() {
      return inner.name();
    }

    @Override
    public StoreCapabilities capabilities() {
      return inner.capabilities();
    }

    @Override
    public Observation<ObjectVersion> head(BlobRef ref) {
      return inner.head(ref);
    }

    @Override
    public InputStream open(BlobRef ref, long from, Expect expect) {
      return inner.open(ref, from, expect);
    }

    @Override
    public Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
      return inner.put(key, attributes, content, expect);
    }

    @Override
    public Outcome delete(BlobRef ref, Expect expect) {
      return inner.delete(ref, expect);
    }
  }
}
