package dev.chirograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectStateTest {

  private static final SyncException REFUSED =
      new SyncException(SyncException.Kind.PERMISSION_DENIED, "refused");

  @Test
  void L1_partsThatAreUnreadOrOmittedKeepWhatIsStored() {
    ObjectState stored =
        ObjectState.of(
                full("v1")
                    .contentType(Part.known("text/plain"))
                    .metadata(Part.known(Map.of("a", "1")))
                    .tags(Part.known(Map.of("t", "1")))
                    .build())
            .withId(Optional.of("id"));
    ObjectState observed =
        ObjectState.of(
            full("v1").contentType(Part.unread(REFUSED)).tags(Part.unread(REFUSED)).build());

    Mergeable.Merged<ObjectState> merged = observed.onto(Optional.of(stored));

    assertThat(merged.value().versions()).isEqualTo(stored.versions());
    assertThat(merged.value().id()).isEqualTo(stored.id());
    assertThat(merged.unread()).containsExactly(REFUSED, REFUSED);
  }

  @Test
  void knownPartsReplaceEmptyOnesIncluded() {
    ObjectState stored = ObjectState.of(full("v1").tags(Part.known(Map.of("t", "1"))).build());
    ObjectState observed = ObjectState.of(full("v1").tags(Part.known(Map.of())).build());

    Mergeable.Merged<ObjectState> merged = observed.onto(Optional.of(stored));

    assertThat(merged.value().latest().tags().optional()).contains(Map.of());
    assertThat(merged.changed()).isTrue();
    assertThat(merged.unread()).isEmpty();
  }

  @Test
  void L1_publicityThatIsUnreadStaysAndIsToldOf() {
    ObjectVersion version = full("v1").build();
    ObjectState stored = new ObjectState(Optional.empty(), List.of(version), Part.known(true));
    ObjectState observed =
        new ObjectState(Optional.empty(), List.of(version), Part.unread(REFUSED));

    Mergeable.Merged<ObjectState> merged = observed.onto(Optional.of(stored));

    assertThat(merged.value().publiclyReadable()).isEqualTo(Part.known(true));
    assertThat(merged.unread()).containsExactly(REFUSED);
  }

  @Test
  void L1_aStateOfWhichAPartIsUnreadProvesNothingUntilAllIsRead() {
    ObjectState stored = ObjectState.of(full("v1").tags(Part.known(Map.of("t", "1"))).build());
    ObjectState refused = ObjectState.of(full("v1").tags(Part.unread(REFUSED)).build());

    Mergeable.Merged<ObjectState> partial = refused.onto(Optional.of(stored));

    assertThat(partial.changed()).isTrue();
    assertThat(partial.value().partial()).isTrue();
    assertThat(partial.value().versions()).isEqualTo(stored.versions());
    assertThat(partial.value().evidence().compare(stored.evidence()))
        .isEqualTo(Evidence.Match.NO_SHARED_EVIDENCE);
    assertThat(refused.onto(Optional.of(partial.value())).changed()).isFalse();
    assertThat(stored.onto(Optional.of(partial.value())).value()).isEqualTo(stored);
  }

  @Test
  void partsGoToTheVersionOfTheirIdWhereverItStands() {
    ObjectState stored =
        ObjectState.of(
            List.of(
                full("v2").tags(Part.known(Map.of("of", "2"))).build(),
                full("v1").tags(Part.known(Map.of("of", "1"))).build()));
    ObjectState observed =
        ObjectState.of(
            List.of(full("v3").deleteMarker().build(), full("v1").build(), full("v2").build()));

    ObjectState merged = observed.onto(Optional.of(stored)).value();

    assertThat(merged.versions())
        .extracting(version -> version.versionId() + version.tags().optional())
        .containsExactly("v3Optional.empty", "v1Optional[{of=1}]", "v2Optional[{of=2}]");
    assertThat(merged.deleted()).isTrue();
  }

  @Test
  void versionsThatAreGoneAreGone() {
    ObjectState stored = ObjectState.of(List.of(full("v2").build(), full("v1").build()));
    ObjectState observed = ObjectState.of(full("v2").build());

    assertThat(observed.onto(Optional.of(stored)).value().versions()).hasSize(1);
    assertThat(observed.onto(Optional.of(stored)).changed()).isTrue();
    assertThat(observed.onto(Optional.of(observed)).changed()).isFalse();
    assertThat(observed.onto(Optional.empty()).changed()).isTrue();
  }

  @Test
  void aNewIdReplacesTheStoredOne() {
    ObjectState plain = ObjectState.of(full("v1").build());
    ObjectState stored = plain.withId(Optional.of("old"));

    assertThat(plain.onto(Optional.of(stored)).value().id()).contains("old");
    assertThat(plain.withId(Optional.of("new")).onto(Optional.of(stored)).value().id())
        .contains("new");
  }

  @Test
  void aHistoryTellsVersionsApartAndNotAttributes() {
    ObjectVersion one = full("v1").build();
    ObjectVersion two = full("v2").build();
    String history = ObjectState.history(List.of(two, one));

    assertThat(
            ObjectState.history(List.of(two.toBuilder().tags(Part.known(Map.of())).build(), one)))
        .isEqualTo(history);
    assertThat(
            List.of(
                ObjectState.history(List.of(one, two)),
                ObjectState.history(List.of(two)),
                ObjectState.history(List.of(two.toBuilder().deleteMarker().build(), one)),
                ObjectState.history(List.of(two.toBuilder().etag("other").build(), one)),
                ObjectState.history(
                    List.of(two.toBuilder().lastModified(Instant.ofEpochSecond(9)).build(), one))))
        .doesNotHaveDuplicates()
        .doesNotContain(history);
  }

  @Test
  void evidenceIsThatOfTheLatestVersion() {
    ObjectState state = ObjectState.of(List.of(full("v2").build(), full("v1").etag("old").build()));
    assertThat(state.evidence().etag()).contains("e");
    assertThat(state.evidence().versionId()).contains("v2");
    assertThat(state.evidence().size()).hasValue(5);

    ObjectState deleted =
        ObjectState.of(List.of(full("v3").deleteMarker().build(), full("v2").build()));
    assertThat(deleted.deleted()).isTrue();
    assertThat(deleted.evidence().etag()).as("a marker has no content").isEmpty();
    assertThat(deleted.evidence().size()).isEmpty();
    assertThat(deleted.evidence().compare(state.evidence())).isEqualTo(Evidence.Match.DIFFERENT);
  }

  @Test
  void aStateHasVersionsAndEachOnce() {
    assertThatThrownBy(() -> ObjectState.of(List.of())).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> ObjectState.of(List.of(full("v1").build(), full("v1").build())))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("twice");
  }

  private static ObjectVersion.Builder full(String id) {
    return ObjectVersion.builder()
        .versionId(id)
        .etag("\"e\"")
        .size(5)
        .lastModified(Instant.ofEpochSecond(1));
  }
}
