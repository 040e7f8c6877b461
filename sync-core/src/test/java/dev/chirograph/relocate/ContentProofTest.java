package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.ObjectVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is taken for a proof that two objects hold the same bytes, and what is not. */
class ContentProofTest {

  private static final String MD5 = "0cc175b9c0f1b6a831c399e269772661";
  private static final String PARTS = "0cc175b9c0f1b6a831c399e269772661-2";

  private static ObjectVersion object(String etag, Map<String, String> checksums) {
    return ObjectVersion.builder().etag(etag).size(7).checksums(checksums).build();
  }

  private static boolean areEqual(
      String etag, Map<String, String> one, String etagOfOther, Map<String, String> other) {
    boolean equal = Contents.areEqual(object(etag, one), object(etagOfOther, other));
    assertThat(Contents.areEqual(object(etagOfOther, other), object(etag, one))).isEqualTo(equal);
    return equal;
  }

  @Test
  void anEntityTagOfAWholeContentIsAProofAndOneOfPartsIsNone() {
    assertThat(areEqual(MD5, Map.of(), MD5, Map.of())).isTrue();
    assertThat(areEqual(PARTS, Map.of(), PARTS, Map.of())).isFalse();
    assertThat(areEqual(MD5, Map.of(), PARTS, Map.of())).isFalse();
  }

  @Test
  void aSharedChecksumIsAProofWhateverTheEntityTagsAre() {
    Map<String, String> sum = Map.of("CRC64NVME", "AAAAAAAAAAA=");
    assertThat(areEqual(MD5, sum, PARTS, sum)).isTrue();
    assertThat(areEqual(MD5, Map.of("SHA256", "x", "CRC32", "y"), PARTS, Map.of("SHA256", "x")))
        .isTrue();
  }

  @Test
  void shortChecksumsAndThoseOfDifferentAlgorithmsAreNoProof() {
    assertThat(areEqual(PARTS, Map.of("CRC32", "x"), MD5, Map.of("CRC32", "x"))).isFalse();
    assertThat(areEqual(PARTS, Map.of("SHA256", "x"), MD5, Map.of("SHA512", "x"))).isFalse();
    assertThat(areEqual(PARTS, Map.of("SHA256", "x"), MD5, Map.of())).isFalse();
  }

  @Test
  void aChecksumThatDiffersOutweighsAllOthers() {
    assertThat(areEqual(MD5, Map.of("CRC32", "x"), MD5, Map.of("CRC32", "y"))).isFalse();
    assertThat(
            areEqual(
                MD5, Map.of("SHA256", "x", "CRC32", "x"), MD5, Map.of("SHA256", "x", "CRC32", "y")))
        .isFalse();
  }

  @Test
  void twoSizesAreTwoContents() {
    ObjectVersion longer = object(MD5, Map.of("SHA256", "x")).toBuilder().size(8).build();
    assertThat(Contents.areEqual(object(MD5, Map.of("SHA256", "x")), longer)).isFalse();
  }
}
