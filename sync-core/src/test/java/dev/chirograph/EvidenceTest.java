package dev.chirograph;

import static dev.chirograph.Evidence.Match.DIFFERENT;
import static dev.chirograph.Evidence.Match.NO_SHARED_EVIDENCE;
import static dev.chirograph.Evidence.Match.SAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Evidence.Builder;
import dev.chirograph.Evidence.Fact;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class EvidenceTest {

  private static final Map<Fact, BiFunction<Builder, Integer, Builder>> FACTS = facts();

  private static Map<Fact, BiFunction<Builder, Integer, Builder>> facts() {
    Map<Fact, BiFunction<Builder, Integer, Builder>> facts = new EnumMap<>(Fact.class);
    facts.put(Fact.ETAG, (evidence, i) -> evidence.etag("etag" + i));
    facts.put(Fact.SIZE, (evidence, i) -> evidence.size(i));
    facts.put(Fact.VERSION_ID, (evidence, i) -> evidence.versionId("v" + i));
    facts.put(Fact.CHECKSUM, (evidence, i) -> evidence.checksums(Map.of("SHA256", "c" + i)));
    facts.put(Fact.LAST_MODIFIED, (evidence, i) -> evidence.lastModified(Instant.ofEpochSecond(i)));
    facts.put(Fact.UID, (evidence, i) -> evidence.uid("u" + i));
    facts.put(Fact.HISTORY, (evidence, i) -> evidence.history("h" + i));
    return facts;
  }

  @Test
  void everyFactProvesADifference() {
    for (Fact fact : Fact.values()) {
      assertThat(of(fact, 1).compare(of(fact, 2))).as("%s", fact).isEqualTo(DIFFERENT);
      assertThat(of(fact, 1)).isNotEqualTo(of(fact, 2)).isEqualTo(of(fact, 1));
    }
  }

  @Test
  void everyFactButTheSizeProvesEquality() {
    for (Fact fact : Fact.values()) {
      assertThat(of(fact, 1).compare(of(fact, 1)))
          .as("%s", fact)
          .isEqualTo(fact == Fact.SIZE ? NO_SHARED_EVIDENCE : SAME);
    }
  }

  @Test
  void factsThatOnlyOneSideGivesProveNothing() {
    for (Fact mine : Fact.values()) {
      assertThat(of(mine, 1).compare(Evidence.none())).isEqualTo(NO_SHARED_EVIDENCE);
      assertThat(Evidence.none().compare(of(mine, 1))).isEqualTo(NO_SHARED_EVIDENCE);
      for (Fact theirs : Fact.values()) {
        if (mine != theirs) {
          assertThat(of(mine, 1).compare(of(theirs, 2))).isEqualTo(NO_SHARED_EVIDENCE);
        }
      }
    }
  }

  @Test
  void oneDifferenceOutweighsEverythingThatAgrees() {
    for (Fact differing : Fact.values()) {
      Builder mine = Evidence.builder();
      Builder theirs = Evidence.builder();
      FACTS.forEach((fact, set) -> set.apply(mine, 1));
      FACTS.forEach((fact, set) -> set.apply(theirs, fact == differing ? 2 : 1));

      assertThat(mine.build().compare(theirs.build())).as("%s", differing).isEqualTo(DIFFERENT);
      assertThat(mine.build().compare(theirs.build(), EnumSet.complementOf(EnumSet.of(differing))))
          .as("without %s", differing)
          .isEqualTo(SAME);
      assertThat(mine.build().compare(theirs.build(), EnumSet.of(differing))).isEqualTo(DIFFERENT);
    }
  }

  @Test
  void checksumsAreComparedByAlgorithm() {
    Evidence mine = checksums(Map.of("SHA256", "1", "CRC32", "2"));

    assertThat(mine.compare(checksums(Map.of("MD5", "1")))).isEqualTo(NO_SHARED_EVIDENCE);
    assertThat(mine.compare(checksums(Map.of("CRC32", "2", "MD5", "9")))).isEqualTo(SAME);
    assertThat(mine.compare(checksums(Map.of("CRC32", "1")))).isEqualTo(DIFFERENT);
  }

  @Test
  void quotesAndPartsOfSecondsDoNotMatter() {
    Evidence plain = Evidence.builder().etag("e").lastModified(Instant.ofEpochSecond(7)).build();
    Evidence fine =
        Evidence.builder().etag("\"e\"").lastModified(Instant.ofEpochSecond(7, 999_999)).build();

    assertThat(fine).isEqualTo(plain).hasToString(plain.toString());
    assertThat(fine.compare(plain)).isEqualTo(SAME);
    assertThat(fine.lastModified()).contains(Instant.ofEpochSecond(7));
    assertThat(Evidence.builder().etag("\"").build().etag()).contains("\"");
  }

  @Test
  void aNegativeSizeIsRefusedAndZeroIsAFact() {
    assertThatThrownBy(() -> Evidence.builder().size(-1)).isInstanceOf(SyncException.class);
    assertThat(Evidence.builder().size(0).build().compare(of(Fact.SIZE, 1))).isEqualTo(DIFFERENT);
    assertThat(Evidence.none().size()).isEmpty();
    assertThat(Evidence.none()).hasToString("Evidence[]");
  }

  private static Evidence checksums(Map<String, String> checksums) {
    return Evidence.builder().checksums(checksums).build();
  }

  private static Evidence of(Fact fact, int value) {
    return FACTS.get(fact).apply(Evidence.builder(), value).build();
  }
}
