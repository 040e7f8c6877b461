package dev.chirograph.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.Tally.Count;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MirrorTest {

  private final MemoryBlobStore from = MemoryBlobStore.builder("from").versioned().build();
  private final MemoryBlobStore to = MemoryBlobStore.builder("to").copyStepBytes(4).build();
  private Reconciler<Mirror.Original> reconciler;

  @BeforeEach
  void build() {
    Mirror mirror = Mirror.of(from.asReplica(), from, to.asReplica(), to);
    reconciler = Reconciler.builder("mirror", mirror.source(), mirror.replica()).build();
  }

  @Test
  void copiesWhatIsMissingWithItsAttributesAndTakesSeveralSteps() {
    ObjectVersion attributes =
        ObjectVersion.builder()
            .contentType(Part.known("text/plain"))
            .metadata(Part.known(Map.of("owner", "me")))
            .tags(Part.known(Map.of("colour", "blue")))
            .build();
    from.put(Key.utf8("a"), attributes, "hello, world".getBytes(UTF_8));

    Report report = reconciler.sync(Scope.all());

    assertThat(report.agreed()).isTrue();
    assertThat(report.count(Count.WRITTEN)).isOne();
    assertThat(to.content(Key.utf8("a")).orElseThrow()).isEqualTo("hello, world".getBytes(UTF_8));
    ObjectVersion copy = to.head(BlobRef.latest(Key.utf8("a"))).content().orElseThrow();
    assertThat(copy.contentType()).isEqualTo(Part.known("text/plain"));
    assertThat(copy.tags()).isEqualTo(Part.known(Map.of("colour", "blue")));
    assertThat(copy.metadata().optional().orElseThrow())
        .containsEntry("owner", "me")
        .containsKey(Mirror.ORIGIN);
  }

  @Test
  void aSecondRunCopiesNothing() {
    from.put(Key.utf8("a"), "hello".getBytes(UTF_8));
    reconciler.sync(Scope.all());

    Report again = reconciler.sync(Scope.all());

    assertThat(again.count(Count.WRITTEN)).isZero();
    assertThat(again.agreed()).isTrue();
  }

  @Test
  void aSourceThatIsItselfAMirrorIsComparedByItsOwnContent() {
    ObjectVersion copied =
        ObjectVersion.builder().metadata(Part.known(Map.of(Mirror.ORIGIN, "elsewhere"))).build();
    from.put(Key.utf8("a"), copied, "one".getBytes(UTF_8));
    reconciler.sync(Scope.all());
    from.put(Key.utf8("a"), copied, "two".getBytes(UTF_8));

    reconciler.sync(Scope.all());

    assertThat(to.content(Key.utf8("a")).orElseThrow()).isEqualTo("two".getBytes(UTF_8));
  }

  @Test
  void deletesWhatIsExtraAndWhatWasDeletedAtTheSource() {
    from.put(Key.utf8("a"), "1".getBytes(UTF_8));
    from.put(Key.utf8("b"), "2".getBytes(UTF_8));
    reconciler.sync(Scope.all());
    from.delete(BlobRef.latest(Key.utf8("a")), Expect.anything());
    to.put(Key.utf8("c"), "3".getBytes(UTF_8));

    Report report = reconciler.sync(Scope.all());

    assertThat(report.count(Count.DELETED)).isEqualTo(2);
    assertThat(to.content(Key.utf8("a"))).isEmpty();
    assertThat(to.content(Key.utf8("b"))).isPresent();
    assertThat(to.content(Key.utf8("c"))).isEmpty();
  }

  @Test
  void L7_anOriginalWithAnUnreadPartIsNotCopied() {
    Mirror.Original unread =
        new Mirror.Original(
            "e",
            new Version("v"),
            ObjectVersion.builder().tags(Part.unread(SyncException.invalid("refused"))).build());

    assertThat(unread.onto(Optional.empty()).changed()).isFalse();
    assertThat(unread.onto(Optional.empty()).unread()).hasSize(1);
  }
}
