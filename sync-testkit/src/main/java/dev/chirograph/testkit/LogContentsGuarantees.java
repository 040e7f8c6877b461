package dev.chirograph.testkit;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is known of contents: CNT-1 to CNT-3. */
abstract class LogContentsGuarantees extends LogRepairGuarantees {

  private static final long QUOTA = 1_000;
  private static final String A = "aa".repeat(32);
  private static final String B = "bb".repeat(32);
  private static final String C = "cc".repeat(32);

  // ---- CNT-1

  @Test
  void CNT_1_referencesFollowTheItems() {
    contents();
    log.append(List.of(add("x", A), add("y", A)));
    assertStored(A, 2, State.HELD);
    append(entry(DEPRECATE, "x"));
    assertStored(A, 2, State.HELD);
    append(entry(DELETE, "x"));
    assertStored(A, 1, State.HELD);
    append(entry(DELETE, "y"));
    assertStored(A, 0, State.HELD);
    assertThat(contents().content(B)).isEmpty();
  }

  @Test
  void CNT_1_whatIsKnownRefersOnce() {
    contents();
    Body body = add("x", A);
    append(body);
    append(body);
    merge(foreign("there", 1, body));
    assertStored(A, 1, State.HELD);
    append(entry(DELETE, "z"));
    append(add("z", B));
    assertThat(contents().content(B)).isEmpty();
  }

  @Test
  void CNT_1_theAdditionThatWinsRefers() {
    contents();
    append(entry(new UUID(1, 1), ADD, "x", content(A)));
    append(entry(new UUID(2, 1), ADD, "x", content(B)));
    assertStored(A, 0, State.HELD);
    assertStored(B, 1, State.HELD);
    append(entry(DEPRECATE, "x"));
    assertStored(B, 1, State.HELD);
    // A later one of a version that is deprecated already.
    append(entry(new UUID(3, 1), ADD, "x", content(C)));
    assertStored(B, 0, State.HELD);
    assertStored(C, 1, State.HELD);
  }

  @Test
  void CNT_1_mergedItemsWantTheirContents() {
    contents();
    merge(foreign("there", 1, add("x", A)));
    assertStored(A, 1, State.WANTED);
    append(add("y", A));
    assertStored(A, 2, State.HELD);
    merge(foreign("there", 2, add("z", A)));
    assertStored(A, 3, State.HELD);
  }

  @Test
  void CNT_1_forgottenItemsDoNotRefer() {
    contents();
    log.append(List.of(add("x", A), add("y", A)));
    LogItem item = item("x");
    assertThat(repair().forget(List.of(item))).isEqualTo(1);
    assertStored(A, 1, State.HELD);
  }

  @Test
  void CNT_1_racingChangesCountRight() {
    contents();
    List<Integer> all =
        Crowd.of(
            4,
            writer -> {
              for (int i = 0; i < 10; i++) {
                append(add("k" + writer + "-" + i, A));
                if (i % 2 == 0) {
                  append(entry(DELETE, "k" + writer + "-" + i));
                }
              }
              return writer;
            });
    assertThat(all).hasSize(4);
    assertStored(A, 20, State.HELD);
  }

  // ---- CNT-2

  @Test
  void CNT_2_whatIsReferredToIsNotDoomed() {
    SupportsContents contents = contents();
    assertThat(contents.doom(A, NEVER)).isFalse();
    append(add("x", A));
    assertThat(contents.doom(A, now())).isFalse();
    assertStored(A, 1, State.HELD);
    append(entry(DELETE, "x"));
    assertThat(contents.doom(A, NEVER)).isTrue();
    assertStored(A, 0, State.DOOMED);
  }

  @Test
  void CNT_2_appendingWhatIsDoomedIsAConflictAndAddsNothing() {
    SupportsContents contents = doomed();
    Position before = head();
    assertThatThrownBy(() -> log.append(List.of(entry(), add("y", A))))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.CONFLICT));
    assertThat(head()).isEqualTo(before);
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.DOOMED);
    contents.stored(A, false);
    assertThat(contents.content(A)).isEmpty();
    append(add("y", A));
    assertStored(A, 1, State.HELD);
  }

  @Test
  void CNT_2_whatWasMergedMeanwhileWantsItAgain() {
    SupportsContents contents = doomed();
    merge(foreign("there", 1, add("y", A)));
    assertStored(A, 1, State.DOOMED);
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.DOOMED);
    contents.stored(A, false);
    assertStored(A, 1, State.WANTED);
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.GRANTED);
  }

  private SupportsContents doomed() {
    SupportsContents contents = contents();
    append(add("x", A));
    append(entry(DELETE, "x"));
    assertThat(contents.doom(A, NEVER)).isTrue();
    return contents;
  }

  @Test
  void CNT_2_aReservationProtectsForAWhile() {
    SupportsContents contents = contents();
    Instant before = now();
    advance(Duration.ofMinutes(1));
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.GRANTED);
    advance(Duration.ofMinutes(1));
    assertThat(contents.doom(A, before)).isFalse();
    assertStored(A, 0, State.RESERVED);
    assertThat(contents.doom(A, now())).isTrue();
  }

  @Test
  void CNT_2_ofAppendingAndDoomingOneWins() {
    SupportsContents contents = contents();
    for (int round = 0; round < 20; round++) {
      String key = "k" + round;
      append(add("first" + key, A));
      append(entry(DELETE, "first" + key));
      List<Boolean> won =
          Crowd.of(2, i -> i == 0 ? contents.doom(A, NEVER) : appended(add(key, A)));
      assertThat(won.get(0)).isNotEqualTo(won.get(1));
      if (won.get(0)) {
        contents.stored(A, false);
      } else {
        append(entry(DELETE, key));
      }
    }
  }

  private boolean appended(Body body) {
    try {
      append(body);
      return true;
    } catch (SyncException e) {
      assertThat(e.kind()).isEqualTo(SyncException.Kind.CONFLICT);
      return false;
    }
  }

  // ---- CNT-3

  @Test
  void CNT_3_aContentOnItsWayIsPending() {
    SupportsContents contents = contents();
    merge(foreign("there", 1, add("x", A)));
    assertPending(A);
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.GRANTED);
    assertStored(A, 1, State.RESERVED);
    assertPending(A);
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.GRANTED);
    contents.stored(A, true);
    assertStored(A, 1, State.HELD);
    assertPending();
    assertThat(contents.reserve(A, 10, QUOTA)).isEqualTo(Reserved.HELD);
  }

  @Test
  void CNT_3_aContentWithoutReferencesIsPendingUntilItIsGone() {
    SupportsContents contents = contents();
    contents.reserve(A, 10, QUOTA);
    assertPending(A);
    contents.stored(A, true);
    assertStored(A, 0, State.HELD);
    assertPending(A);
    assertThat(contents.doom(A, NEVER)).isTrue();
    assertPending(A);
    contents.stored(A, false);
    assertPending();
    assertThat(contents.content(A)).isEmpty();
  }

  @Test
  void CNT_3_whatWasFirstReservedAndThenAppendedIsHeld() {
    SupportsContents contents = contents();
    contents.reserve(A, 10, QUOTA);
    append(add("x", A));
    assertStored(A, 1, State.HELD);
    assertPending();
  }

  @Test
  void CNT_3_aContentThatWentAwayIsWantedAgain() {
    SupportsContents contents = contents();
    append(add("x", A));
    contents.stored(A, false);
    assertStored(A, 1, State.WANTED);
    assertPending(A);
  }

  @Test
  void CNT_3_contentsOfForgottenItemsArePending() {
    contents();
    append(add("x", A));
    repair().forget(readAll(Position.START));
    assertPending(A);
  }

  @Test
  void CNT_3_pendingContentsAreToldInPages() {
    SupportsContents contents = contents();
    List<String> digests =
        IntStream.range(0, 5).mapToObj(i -> Integer.toHexString(i + 10).repeat(64)).toList();
    for (int i = 4; i >= 0; i--) {
      merge(foreign("there", i + 1, add("x" + i, digests.get(i))));
    }
    assertThat(contents.pending("", 2).stream().map(Stored::sha256))
        .containsExactlyElementsOf(digests.subList(0, 2));
    assertThat(contents.pending(digests.get(1), 10).stream().map(Stored::sha256))
        .containsExactlyElementsOf(digests.subList(2, 5));
    assertThat(contents.pending(digests.get(4), 10)).isEmpty();
  }

  // ---- the quota

  @Test
  void CNT_3_aQuotaCountsWhatIsHeldAndReserved() {
    SupportsContents contents = contents();
    assertThat(contents.reserve(A, 60, 100)).isEqualTo(Reserved.GRANTED);
    assertThat(contents.reserve(B, 41, 100)).isEqualTo(Reserved.OVER_QUOTA);
    assertThat(contents.content(B)).isEmpty();
    assertThat(contents.reserve(A, 60, 100)).isEqualTo(Reserved.GRANTED);
    assertThat(contents.reserve(B, 40, 100)).isEqualTo(Reserved.GRANTED);
    contents.stored(A, true);
    assertThat(contents.reserve(C, 1, 100)).isEqualTo(Reserved.OVER_QUOTA);
    assertThat(contents.doom(A, NEVER)).isTrue();
    assertThat(contents.reserve(C, 1, 100)).isEqualTo(Reserved.OVER_QUOTA);
    contents.stored(A, false);
    assertThat(contents.reserve(C, 60, 100)).isEqualTo(Reserved.GRANTED);
    merge(foreign("there", 1, add("wanted", "dd".repeat(32))));
    assertThat(contents.reserve("ee".repeat(32), 1, 101)).isEqualTo(Reserved.GRANTED);
  }

  // ---- words

  private static Body add(String key, String sha256) {
    return entry(UUID.randomUUID(), ADD, key, content(sha256));
  }

  private static Content content(String sha256) {
    return new Content(sha256, 10, "there:/" + sha256);
  }

  private void assertStored(String sha256, long references, State state) {
    assertThat(contents().content(sha256)).contains(new Stored(sha256, 10, references, state));
  }

  private void assertPending(String... digests) {
    assertThat(contents().pending("", 100).stream().map(Stored::sha256)).containsExactly(digests);
  }
}
