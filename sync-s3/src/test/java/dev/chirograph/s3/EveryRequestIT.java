package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Report;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/**
 * One small run between a bucket on a real server and its catalogue, gone wrong at every single
 * request, in every way there is. Whatever went wrong, nothing that existed was deleted and nothing
 * wrong was written; what the run called agreed is equal; and a run without faults makes the rest
 * equal.
 */
class EveryRequestIT {

  /** The faults that make sense for some request of every run; writes meet two more. */
  private static final Fault[] SOMEWHERE = {
    Fault.FAIL_BEFORE,
    Fault.FAIL_AFTER,
    Fault.LOSE_REPLY,
    Fault.DELAY,
    Fault.FORBIDDEN,
    Fault.NOT_FOUND,
    Fault.SERVER_ERROR,
    Fault.SLOW_DOWN,
    Fault.CUT
  };

  /** All of them; to refuse a listing is the same as forbidding it here. */
  private static final Set<Fault> FAULTS = EnumSet.complementOf(EnumSet.of(Fault.REFUSE));

  /** Sends through a client that can be exchanged, so that one SDK client serves all plans. */
  static final class Line implements SdkHttpClient {
    private final SdkHttpClient real = Apache5HttpClient.create();
    private FaultyHttpClient now = FaultyHttpClient.of(real, Faults.none());

    void go(Faults faults) {
      now = FaultyHttpClient.of(real, faults);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return now.prepareRequest(request);
    }

    @Override
    public String clientName() {
      return real.clientName();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /** What is run again and again. */
  interface Scene extends AutoCloseable {

    /** Everything as it was before the run. */
    void reset();

    /** The run. */
    Report run();

    /** A run that looks at everything again, as after a refusal that has lasted. */
    Report runFull();

    /** Nothing was deleted that existed, and nothing written that is not so. */
    void assertHarmless(String where);

    /** Both sides are equal. */
    void assertEqual(String where);

    @Override
    void close();
  }

  private static void everyFaultAtEveryRequest(Line line, Scene scene, String... kinds) {
    Faults dry = Faults.none();
    scene.reset();
    line.go(dry);
    Report clean = scene.run();
    line.go(Faults.none());
    assertThat(clean.agreed()).as(clean.toString()).isTrue();
    scene.assertEqual("without a fault");
    assertThat(dry.counts()).containsKeys(kinds);

    Map<Fault, Integer> fired = new TreeMap<>();
    for (Fault fault : FAULTS) {
      for (long request = 1; request <= dry.calls(); request++) {
        Faults faults = Faults.at(request, fault);
        scene.reset();
        line.go(faults);
        Report report = scene.run();
        line.go(Faults.none());
        if (!faults.fired().isEmpty()) { // else this fault makes no sense for that request
          fired.merge(fault, 1, Integer::sum);
          assertMended(scene, report, faults.fired() + " " + report);
        }
      }
    }
    System.out.println(scene + ": " + dry.counts() + ", faults " + fired);
    assertThat(fired).containsKeys(SOMEWHERE);
  }

  private static void assertMended(Scene scene, Report report, String where) {
    scene.assertHarmless(where);
    if (!report.agreed() || !report.failures().isEmpty()) {
      Report again = scene.runFull();
      assertThat(again.agreed()).as(where + "\nthen " + again).isTrue();
    }
    scene.assertEqual(where);
  }

  private static void catalogue(CatalogueScene.Options options, String... kinds) {
    try (Line line = new Line();
        CatalogueScene scene = new CatalogueScene(options, line)) {
      everyFaultAtEveryRequest(line, scene, kinds);
    }
  }

  @Test
  void L1_L2_L7_aCatalogueOfAPlainBucketOnS3Mock() {
    catalogue(
        new CatalogueScene.Options(S3On.S3MOCK, false, Engines.QUICK, "id"),
        "GET ?list-type",
        "HEAD",
        "GET ?tagging",
        "PUT ?tagging");
  }

  @Test
  void L1_L2_aCatalogueOfVersionsOnS3Proxy() {
    catalogue(
        new CatalogueScene.Options(S3On.S3PROXY, true, Engines.DURABLE, ""),
        "GET ?versions",
        "HEAD");
  }

  @Test
  @EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
  void L1_L2_L7_aCatalogueOfAPlainBucketOnCeph() {
    catalogue(
        new CatalogueScene.Options(S3On.CEPH, false, Engines.DURABLE, "id"),
        "GET ?list-type",
        "HEAD",
        "GET ?tagging",
        "PUT ?tagging");
  }

  @Test
  @EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
  void L1_L2_L7_aCatalogueOfVersionsOnCeph() {
    catalogue(
        new CatalogueScene.Options(S3On.CEPH, true, Engines.QUICK, "id"),
        "GET ?versions",
        "HEAD",
        "GET ?tagging",
        "PUT ?tagging");
  }

  private static void bucket(S3On on, boolean versions, Engines engine, String... kinds) {
    try (Line line = new Line();
        BucketScene scene = new BucketScene(on, versions, engine, line)) {
      everyFaultAtEveryRequest(line, scene, kinds);
    }
  }

  @Test
  void L1_L5_L7_aPlainBucketOfACatalogueOnS3Proxy() {
    bucket(S3On.S3PROXY, false, Engines.DURABLE, "GET ?list-type", "HEAD", "PUT", "DELETE");
  }

  @Test
  @EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
  void L1_L5_L7_versionsOfACatalogueOnCeph() {
    bucket(S3On.CEPH, true, Engines.QUICK, "GET ?list-type", "HEAD", "GET ?acl", "PUT", "DELETE");
  }
}
