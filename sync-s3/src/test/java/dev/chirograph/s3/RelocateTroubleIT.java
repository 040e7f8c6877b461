package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.s3.EveryRequestIT.Line;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Moves on real servers that refuse, die, expire, or are many. */
class RelocateTroubleIT {

  private static final Key LARGE = Key.utf8("large");

  /** No exception, so that nothing cleans up behind it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Three parts. */
  private static byte[] large() {
    byte[] bytes = new byte[2 * RelocateLabOnS3.PART + 7];
    new SplittableRandom(7).nextBytes(bytes);
    return bytes;
  }

  private static S3Client client(S3On on, Faults faults) {
    return on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults));
  }

  private static boolean isMoved(RelocateLabOnS3 lab, FileHandle handle) {
    return handle.at().bucket().equals(lab.grant);
  }

  @Test
  void aStormOfRefusalsDelaysMovesAndLosesNone() {
    int files = 30;
    RelocateLabOnS3 lab = new RelocateLabOnS3(S3On.S3PROXY, Versions.NONE);
    for (int i = 0; i < files; i++) {
      lab.file("f" + i, "k" + i, "content " + i);
    }
    lab.assign();
    Faults storm = Faults.none();
    storm.always(Fault.SLOW_DOWN);
    try (Line line = new Line();
        S3Client client = S3On.S3PROXY.client(line)) {
      line.go(storm);
      Relocator relocator = lab.builder(lab.buckets(client)).build();
      relocator.collect();
      for (int minute = 0; minute < 15; minute++) {
        relocator.drain();
        lab.clock.advance(Duration.ofMinutes(1));
      }
      assertThat(lab.handles.all()).noneMatch(handle -> isMoved(lab, handle));
      assertThat(storm.calls()).as("ever longer pauses").isLessThan(files * 12L);
      storm.stop();
      lab.work(relocator);
    }
    assertThat(lab.dead()).isEmpty();
    for (int i = 0; i < files; i++) {
      lab.assertAt("f" + i, lab.grant, "k" + i, "content " + i);
    }
  }

  /** A copy of which two parts are there when its worker dies. */
  private static RelocateLabOnS3 killed(S3On on) {
    RelocateLabOnS3 lab = new RelocateLabOnS3(on, Versions.NONE);
    lab.file("1", LARGE, large());
    lab.assign();
    int[] parts = {0};
    Faults faults =
        Faults.builder()
            .when(
                call -> {
                  parts[0] += isPartCopy(call.what()) ? 1 : 0;
                  return parts[0] == 2 && call.what().equals("GET ?uploadId");
                },
                Fault.DELAY)
            .onDelay(
                () -> {
                  throw new Killed();
                })
            .build();
    try (S3Client client = client(on, faults)) {
      lab.settle(lab.builder(lab.buckets(client)).build());
      throw new AssertionError("it was not killed");
    } catch (Killed e) {
      assertThat(lab.uploads(lab.grant)).isOne();
      assertThat(lab.isThere(lab.grant, "large")).isFalse();
      lab.clock.advance(Duration.ofMinutes(2));
      return lab;
    }
  }

  /** Another worker goes on; answers what it asks for. */
  private static Faults goOn(RelocateLabOnS3 lab) {
    Faults counting = Faults.none();
    try (S3Client client = client(lab.on, counting)) {
      lab.work(lab.builder(lab.buckets(client)).build());
    }
    assertThat(lab.dead()).isEmpty();
    assertThat(lab.at("1")).isEqualTo(Location.latest(lab.grant, LARGE));
    assertThat(lab.content(lab.at("1"))).isEqualTo(large());
    assertThat(lab.uploads(lab.grant)).isZero();
    return counting;
  }

  private static boolean isPartCopy(String what) {
    return what.startsWith("PUT") && what.contains("uploadId");
  }

  private static long partCopies(Faults faults) {
    return faults.counts().entrySet().stream()
        .filter(count -> isPartCopy(count.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void L4_aCopyGoesOnWithTheUploadThatWasRecorded(S3On on) {
    Faults counts = goOn(killed(on));
    assertThat(counts.counts()).doesNotContainKey("POST ?uploads");
    assertThat(partCopies(counts)).as("the parts that were there stay").isOne();
  }

  @ParameterizedTest
  @EnumSource(S3On.class)
  void anUploadThatExpiredOrWasAbortedIsBegunAnew(S3On on) {
    RelocateLabOnS3 lab = killed(on);
    on.client().listMultipartUploads(r -> r.bucket(lab.grant)).uploads().stream()
        .forEach(
            upload ->
                on.client()
                    .abortMultipartUpload(
                        r -> r.bucket(lab.grant).key(upload.key()).uploadId(upload.uploadId())));
    Faults counts = goOn(lab);
    assertThat(counts.counts()).containsEntry("POST ?uploads", 1L);
    // S3Proxy takes parts of an upload that it does not know, and refuses to complete it.
    assertThat(partCopies(counts)).isEqualTo(on == S3On.S3PROXY ? 6 : 3);
  }

  @Test
  void L4_twoRelocatorsShareTheMovesAndMakeEachOnce() throws Exception {
    int files = 40;
    RelocateLabOnS3 lab = new RelocateLabOnS3(S3On.S3PROXY, Versions.NONE);
    for (int i = 0; i < files; i++) {
      lab.file("f" + i, "k" + i, "content " + i);
    }
    lab.assign();
    lab.relocator().collect();
    Faults counts = Faults.none();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (S3Client one = client(S3On.S3PROXY, counts);
        S3Client other = client(S3On.S3PROXY, counts)) {
      Future<Integer> mine = threads.submit(lab.builder(lab.buckets(one)).build()::drain);
      Future<Integer> theirs = threads.submit(lab.builder(lab.buckets(other)).build()::drain);
      assertThat(mine.get() + theirs.get()).isEqualTo(files);
    } finally {
      threads.shutdownNow();
    }
    assertThat(counts.counts()).containsEntry("PUT", (long) files);
    for (int i = 0; i < files; i++) {
      lab.assertAt("f" + i, lab.grant, "k" + i, "content " + i);
    }
    lab.afterTheGrace(lab.relocator());
    assertThat(lab.keys(lab.common)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"S3PROXY, CEPH", "CEPH, S3PROXY", "S3MOCK, S3PROXY"})
  void filesAreStreamedToAnotherProviderPartByPart(S3On from, S3On to) {
    String bucket = to.bucket();
    RelocateLabOnS3 lab = new RelocateLabOnS3(from, Versions.NONE, from.bucket(), bucket);
    ObjectVersion attributes =
        ObjectVersion.builder()
            .size(3)
            .contentType(Part.known("text/x-report"))
            .metadata(Part.known(Map.of("author", "me")))
            .build();
    lab.put(lab.common, Key.utf8("a"), attributes, RelocateLabOnS3.bytes("one"));
    lab.handle("small", Location.latest(lab.common, Key.utf8("a")), 3);
    lab.file("empty", "empty", "");
    lab.file("1", LARGE, large());
    lab.assign();
    Faults counts = Faults.none();
    try (S3Client client = client(to, counts)) {
      S3Buckets target = RelocateLabOnS3.buckets(to, Versions.NONE, client);
      Relocator relocator =
          lab.builder(new TwoProviders(lab.buckets(from.client()), target, bucket)).build();
      lab.settle(relocator);
      assertThat(lab.dead()).isEmpty();
      assertThat(lab.handles.all()).allMatch(handle -> isMoved(lab, handle));
      assertThat(partCopies(counts)).as("no more than a part is in memory").isEqualTo(3);
      lab.afterTheGrace(relocator);
      assertThat(lab.keys(lab.common)).isEmpty();
    }
    RelocateLabOnS3 there = new RelocateLabOnS3(to, Versions.NONE, bucket, bucket);
    assertThat(there.text(bucket, "a")).isEqualTo("one");
    ObjectVersion copy = there.present(bucket, Key.utf8("a")).value();
    assertThat(copy.contentType().optional()).contains("text/x-report");
    assertThat(copy.metadata().optional().orElseThrow()).containsEntry("author", "me");
    assertThat(there.text(bucket, "empty")).isEmpty();
    assertThat(there.content(Location.latest(bucket, LARGE))).isEqualTo(large());
  }
}
