package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.s3.EveryRequestIT.Line;
import dev.chirograph.s3.RelocateLabOnS3.Versions;
import dev.chirograph.s3.RelocateRound.Deed;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The move of a file between two buckets of a real server, gone wrong at every single request in
 * every way there is, and disturbed there by everything that others may do. Whatever happened, each
 * handle refers to what it should and nothing that was written is lost; after a clean run and a
 * clean-up nothing is left over.
 */
class RelocateEveryRequestIT {

  private static final int SMALL = 3;

  /** Two parts. */
  private static final int LARGE = RelocateLabOnS3.PART + 3;

  /** Those that differ for requests of a move; a request that is never made is a kill. */
  private static final Set<Fault> FAULTS =
      EnumSet.of(
          Fault.LOSE_REPLY,
          Fault.FORBIDDEN,
          Fault.NOT_FOUND,
          Fault.SERVER_ERROR,
          Fault.CUT,
          Fault.CONFLICT,
          Fault.PRECONDITION_FAILED);

  private static final Set<Fault> IN_PARTS =
      EnumSet.of(Fault.LOSE_REPLY, Fault.SERVER_ERROR, Fault.NOT_FOUND);

  /** Rounds in two buckets of a server. */
  private static final class Scene implements AutoCloseable {
    private final RelocateLabOnS3 buckets;
    private final int size;
    private final Line line = new Line();
    private final S3Client client;
    private final Map<String, Integer> met = new TreeMap<>();

    Scene(S3On on, Versions versions, int size) {
      this.buckets = new RelocateLabOnS3(on, versions);
      this.client = on.client(line);
      this.size = size;
    }

    /** A round that a plan disturbs; answers the plan. */
    private Faults round(Function<RelocateRound, Faults> plan, String what) {
      RelocateRound round =
          new RelocateRound(
              new RelocateLabOnS3(buckets.on, buckets.versions, buckets.common, buckets.grant),
              size);
      Faults faults = plan.apply(round);
      line.go(faults);
      try {
        round.run(client);
        line.go(Faults.none());
        if (!faults.fired().isEmpty()) {
          met.merge(what, 1, Integer::sum);
          round.assertHarmless();
          round.mend();
        }
        round.assertMoved();
      } catch (AssertionError e) {
        throw new AssertionError(round + " after " + what + " " + faults.fired(), e);
      }
      return faults;
    }

    /** Disturbs each request of some kinds. */
    void each(Predicate<Faults.Call> requests, Set<Fault> wrong, Set<Deed> deeds) {
      List<Long> numbers = new ArrayList<>();
      Predicate<Faults.Call> noted = call -> requests.test(call) && !numbers.add(call.number());
      round(round -> Faults.builder().when(noted, Fault.DELAY).build(), "nothing");
      for (long at : numbers) {
        wrong.forEach(fault -> round(round -> Faults.at(at, fault), fault.name()));
        deeds.forEach(deed -> round(round -> disturbing(round, at, deed), deed.name()));
      }
      assertThat(met).containsKeys(wrong.stream().map(Enum::name).toArray(String[]::new));
      assertThat(met).containsKeys(deeds.stream().map(Enum::name).toArray(String[]::new));
    }

    private static Faults disturbing(RelocateRound round, long request, Deed deed) {
      return Faults.builder().at(request, Fault.DELAY).onDelay(() -> round.disturb(deed)).build();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private static void everything(S3On on, Versions versions) {
    try (Scene scene = new Scene(on, versions, SMALL)) {
      scene.each(call -> true, FAULTS, EnumSet.allOf(Deed.class));
    }
  }

  @Test
  void L1_L4_L5_aFileOfAPlainBucketOnS3Proxy() {
    everything(S3On.S3PROXY, Versions.NONE);
  }

  @Test
  @EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
  void L1_L4_L5_aVersionOnCeph() {
    everything(S3On.CEPH, Versions.ON);
  }

  /** Only where an upload is concerned; the rest is as with a small one. */
  @Test
  void L1_L4_L5_aLargeFileOnS3Proxy() {
    try (Scene scene = new Scene(S3On.S3PROXY, Versions.NONE, LARGE)) {
      scene.each(call -> call.what().contains("upload"), IN_PARTS, EnumSet.allOf(Deed.class));
    }
  }
}
