package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/** One agent at a time writes, and writes of others change nothing. */
class WrongReplicaLeasesTest extends WrongReplicas {

  /** It knows the fence that it gave last. */
  private static class LastFenceKnown extends ReplicaAround {

    long last;

    LastFenceKnown(ReplicaTable table) {
      super(table);
    }

    @Override
    public Optional<Long> lease(String agent, Duration duration) {
      Optional<Long> given = table.lease(agent, duration);
      last = given.orElse(last);
      return given;
    }
  }

  @Test
  void whatIsRightFailsNothing() {
    assertThat(Suites.failures(Suite.class, () -> new Suite(ReplicaAround::new))).isEmpty();
  }

  static Stream<Arguments> wrongs() {
    return Stream.of(
        wrong(
            "TAB_8",
            "any fence will do",
            t ->
                new LastFenceKnown(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    return table.write(
                        new Write(last, w.format(), w.salt(), w.puts(), w.deletes(), w.cursor()));
                  }
                }),
        wrong(
            "TAB_8",
            "everybody gets the lease",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease("anybody", duration);
                  }
                }),
        wrong(
            "TAB_8",
            "a lease never ends",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, Duration.ofDays(1_000));
                  }
                }),
        wrong(
            "TAB_8",
            "a lease ends too early",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, duration.dividedBy(3));
                  }
                }),
        wrong(
            "TAB_8",
            "asking again extends nothing",
            t ->
                new ReplicaAround(t) {
                  private Optional<Long> held = Optional.empty();
                  private int asked;

                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    if (agent.equals("suite") && asked++ > 0) {
                      return held;
                    }
                    held = table.lease(agent, duration);
                    return held;
                  }
                }),
        wrong(
            "TAB_8",
            "nothing is given back",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public void release(long fence) {}
                }),
        wrong(
            "TAB_8",
            "anybody gives it back",
            t ->
                new LastFenceKnown(t) {
                  @Override
                  public void release(long fence) {
                    table.release(last);
                  }
                }),
        wrong(
            "TAB_8",
            "fences count downwards",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, duration).map(fence -> 1_000 - fence);
                  }

                  @Override
                  public void release(long fence) {
                    table.release(1_000 - fence);
                  }

                  @Override
                  public List<Outcome> write(Write w) {
                    return table.write(
                        new Write(
                            1_000 - w.fence(),
                            w.format(),
                            w.salt(),
                            w.puts(),
                            w.deletes(),
                            w.cursor()));
                  }
                }));
  }
}
