package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Files that follow their policy between buckets of a real server. */
abstract class RelocateOnS3 {

  private final S3On on;
  private final Versions versions;
  private final String storageClass;
  private RelocateLabOnS3 lab;
  private Relocator relocator;

  /**
   * @param storageClass one that the server has beside the usual one; empty when it has no other
   */
  RelocateOnS3(S3On on, Versions versions, String storageClass) {
    this.on = on;
    this.versions = versions;
    this.storageClass = storageClass;
  }

  @BeforeEach
  void open() {
    lab = new RelocateLabOnS3(on, versions);
    relocator = lab.relocator();
  }

  /** Three parts. */
  private static byte[] large() {
    byte[] bytes = new byte[2 * RelocateLabOnS3.PART + 7];
    new SplittableRandom(7).nextBytes(bytes);
    return bytes;
  }

  // ---- moves

  @Test
  void filesMoveAndTheOriginalsGoAfterTheGrace() {
    lab.file("1", "a", "one");
    lab.handle("2", lab.at("1"), 3);
    lab.file("3", "deep/b", "two");
    lab.file("4", "empty", "");
    lab.assign();
    lab.settle(relocator);
    lab.assertAt("1", lab.grant, "a", "one");
    lab.assertAt("2", lab.grant, "a", "one");
    lab.assertAt("3", lab.grant, "deep/b", "two");
    lab.assertAt("4", lab.grant, "empty", "");
    assertThat(lab.text(lab.common, "a")).as("within the grace").isEqualTo("one");
    lab.afterTheGrace(relocator);
    assertThat(lab.versions(lab.common)).isEmpty();
    assertThat(lab.versions(lab.grant)).hasSize(3);
    assertThat(lab.dead()).isEmpty();
  }

  @Test
  void keysOfEveryKindMove() {
    List<Key> keys = on.keys().stream().filter(key -> !key.isEmpty()).toList();
    for (int i = 0; i < keys.size(); i++) {
      lab.file("k" + i, keys.get(i), RelocateLabOnS3.bytes("content " + i));
    }
    lab.assign();
    lab.settle(relocator);
    assertThat(lab.dead()).isEmpty();
    for (int i = 0; i < keys.size(); i++) {
      assertThat(lab.at("k" + i)).isEqualTo(Location.latest(lab.grant, keys.get(i)));
      assertThat(lab.content(lab.at("k" + i))).asString().isEqualTo("content " + i);
    }
    lab.afterTheGrace(relocator);
    assertThat(lab.versions(lab.common)).isEmpty();
  }

  @Test
  void attributesComeAlong() {
    ObjectVersion.Builder attributes =
        ObjectVersion.builder()
            .size(3)
            .contentType(Part.known("text/x-report"))
            .metadata(Part.known(Map.of("author", "me")));
    if (on.tags) {
      attributes.tags(Part.known(Map.of("team", "north", "colour", "blue")));
    }
    lab.put(lab.common, Key.utf8("a"), attributes.build(), RelocateLabOnS3.bytes("one"));
    ObjectVersion before = lab.present(lab.common, Key.utf8("a")).value();
    lab.handle("1", Location.latest(lab.common, Key.utf8("a")), 3);
    lab.assign();
    lab.settle(relocator);
    lab.assertAt("1", lab.grant, "a", "one");
    ObjectVersion copy = lab.present(lab.grant, Key.utf8("a")).value();
    assertThat(copy.contentType()).isEqualTo(before.contentType());
    assertThat(copy.metadata().optional().orElseThrow()).containsEntry("author", "me");
    assertThat(copy.tags()).isEqualTo(before.tags());
    assertThat(copy.storageClass()).isEqualTo(before.storageClass());
  }

  @Test
  void undoWithinTheGraceNeedsNoCopy() {
    lab.file("1", "a", "one");
    lab.file("2", Key.utf8("large"), large());
    List<String> before = lab.versions(lab.common);
    lab.assign();
    lab.settle(relocator);
    lab.allocations.release(RelocateLabOnS3.OWNER);
    lab.settle(relocator);
    lab.assertAt("1", lab.common, "a", "one");
    assertThat(lab.at("2").bucket()).isEqualTo(lab.common);
    assertThat(lab.versions(lab.common)).isEqualTo(before);
    lab.afterTheGrace(relocator);
    lab.assertAt("1", lab.common, "a", "one");
    assertThat(lab.content(lab.at("2"))).isEqualTo(large());
    assertThat(lab.versions(lab.grant)).as("the copies were left behind").isEmpty();
  }

  // ---- what is left behind

  @Test
  void whatIsLeftBehindGetsTags() {
    assumeTrue(on.tags, "it has no tags");
    lab.file("1", "a", "one");
    lab.assign();
    Relocator tagging =
        lab.builder(lab.buckets(on.client()))
            .archive(new ArchiveRule.Tag(Map.of("archived", "yes")))
            .build();
    lab.settle(tagging);
    lab.afterTheGrace(tagging);
    assertThat(lab.present(lab.common, Key.utf8("a")).value().tags().optional())
        .contains(Map.of("archived", "yes"));
    assertThat(lab.present(lab.grant, Key.utf8("a")).value().tags().optional()).contains(Map.of());
    assertThat(lab.dead()).isEmpty();
  }

  @Test
  void whatIsLeftBehindGetsAnotherStorageClass() {
    assumeTrue(!storageClass.isEmpty(), "it has one storage class only");
    lab.file("1", "a", "one");
    lab.assign();
    Relocator moving =
        lab.builder(lab.buckets(on.client()))
            .archive(new ArchiveRule.StorageClass(storageClass))
            .build();
    lab.settle(moving);
    lab.afterTheGrace(moving);
    assertThat(lab.present(lab.common, Key.utf8("a")).value().storageClass())
        .contains(storageClass);
    lab.assertAt("1", lab.grant, "a", "one");
    assertThat(lab.dead()).isEmpty();
  }

  @Test
  void whatWasWrittenAgainAfterTheMoveStays() {
    lab.file("1", "a", "one");
    lab.assign();
    lab.settle(relocator);
    lab.put(lab.common, Key.utf8("a"), RelocateLabOnS3.bytes("late"));
    lab.afterTheGrace(relocator);
    assertThat(lab.text(lab.common, "a")).isEqualTo("late");
    assertThat(lab.events.get(lab.events.size() - 1).error().orElseThrow())
        .hasMessageContaining("was written again after it was copied");
  }

  @Test
  void exactlyTheVersionThatWasCopiedIsRemoved() {
    assumeTrue(versions != Versions.NONE, "it keeps no versions");
    Key key = Key.utf8("a");
    on.client()
        .putBucketVersioning(
            r -> r.bucket(lab.common).versioningConfiguration(v -> v.status("Enabled")));
    lab.put(lab.common, key, RelocateLabOnS3.bytes("older"));
    List<String> older = lab.versions(lab.common);
    if (versions == Versions.SUSPENDED) {
      RelocateLabOnS3.suspend(on, lab.common);
    }
    lab.file("1", "a", "one");
    assertThat(lab.versions(lab.common)).hasSize(2);
    lab.assign();
    lab.settle(relocator);
    lab.afterTheGrace(relocator);
    lab.assertAt("1", lab.grant, "a", "one");
    assertThat(lab.versions(lab.common)).isEqualTo(older);
  }

  /** What was written before versions were suspended has an id of its own, and is the latest. */
  @Test
  void aVersionFromBeforeVersionsWereSuspendedIsMovedAndRemoved() {
    assumeTrue(versions == Versions.SUSPENDED, "its versions are not suspended");
    on.client()
        .putBucketVersioning(
            r -> r.bucket(lab.common).versioningConfiguration(v -> v.status("Enabled")));
    lab.file("1", "a", "one");
    RelocateLabOnS3.suspend(on, lab.common);
    lab.assign();
    lab.settle(relocator);
    lab.afterTheGrace(relocator);
    lab.assertAt("1", lab.grant, "a", "one");
    assertThat(lab.versions(lab.common)).isEmpty();
  }

  // ---- what is in the way

  @Test
  void aCopyThatIsThereIsTakenAndNotMadeAgain() {
    lab.file("1", "a", "one");
    lab.put(lab.grant, Key.utf8("a"), RelocateLabOnS3.bytes("one"));
    List<String> before = lab.versions(lab.grant);
    lab.assign();
    lab.settle(relocator);
    lab.assertAt("1", lab.grant, "a", "one");
    assertThat(lab.versions(lab.grant)).isEqualTo(before);
  }

  @Test
  void L5_whatIsInTheWayIsNeverOverwritten() {
    lab.file("1", "a", "one");
    lab.file("2", Key.utf8("large"), large());
    lab.put(lab.grant, Key.utf8("a"), RelocateLabOnS3.bytes("two"));
    lab.put(lab.grant, Key.utf8("large"), RelocateLabOnS3.bytes("other"));
    lab.assign();
    lab.settle(relocator);
    lab.assertAt("1", lab.grant, "a~2", "one");
    assertThat(lab.text(lab.grant, "a")).isEqualTo("two");
    assertThat(lab.text(lab.grant, "large")).isEqualTo("other");
    assertThat(lab.at("2")).isEqualTo(Location.latest(lab.grant, Key.utf8("large~2")));
    assertThat(lab.content(lab.at("2"))).isEqualTo(large());
    assertThat(lab.uploads(lab.grant)).isZero();
  }

  // ---- copies in parts

  /** Works with requests that a plan disturbs, then with another client to the end. */
  private void disturbed(Faults faults) {
    try (S3Client client = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults))) {
      Relocator troubled = lab.builder(lab.buckets(client)).build();
      lab.settle(troubled);
    }
  }

  private static boolean isPartCopy(Faults.Call call) {
    return call.what().equals("PUT ?partNumber&uploadId") || call.what().contains("partNumber");
  }

  @Test
  void aLargeFileIsCopiedInPartsThatMayFail() {
    lab.file("1", Key.utf8("large"), large());
    lab.assign();
    int[] parts = {0};
    Faults faults =
        Faults.builder()
            .when(call -> isPartCopy(call) && parts[0]++ % 2 == 0, Fault.SERVER_ERROR)
            .build();
    disturbed(faults);
    assertThat(faults.fired()).hasSize(3);
    assertThat(faults.counts()).containsEntry("POST ?uploads", 1L);
    assertThat(parts[0]).as("no part was copied twice").isEqualTo(6);
    assertThat(lab.at("1")).isEqualTo(Location.latest(lab.grant, Key.utf8("large")));
    assertThat(lab.content(lab.at("1"))).isEqualTo(large());
    assertThat(lab.uploads(lab.grant)).isZero();
    lab.afterTheGrace(relocator);
    assertThat(lab.versions(lab.common)).isEmpty();
  }
}
