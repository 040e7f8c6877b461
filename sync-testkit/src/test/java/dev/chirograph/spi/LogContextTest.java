package dev.chirograph.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.testkit.Seed;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogContextTest {

  private static final Life FIRST = new Life("a", new UUID(1, 1));
  private static final Life SECOND = new Life("a", new UUID(2, 2));
  private static final Life OTHER = new Life("b", new UUID(1, 1));

  @Test
  void itCoversUpToTheNumberOfThatVeryLife() {
    LogContext context = LogContext.of(Map.of(FIRST, 5L));
    assertThat(context.covers(dot(FIRST, 1))).isTrue();
    assertThat(context.covers(dot(FIRST, 5))).isTrue();
    assertThat(context.covers(dot(FIRST, 6))).isFalse();
    assertThat(context.covers(dot(SECOND, 1))).isFalse();
    assertThat(context.covers(dot(OTHER, 1))).isFalse();
    assertThat(LogContext.EMPTY.covers(dot(FIRST, 1))).isFalse();
  }

  @Test
  void oneLifeCanBeSetBack() {
    LogContext context = LogContext.of(Map.of(FIRST, 5L, OTHER, 7L)).with(FIRST, 2);
    assertThat(context.seen()).isEqualTo(Map.of(FIRST, 2L, OTHER, 7L));
    assertThat(context.with(SECOND, 1).covers(dot(SECOND, 1))).isTrue();
  }

  @Test
  void whatItWasMadeOfMayChange() {
    Map<Life, Long> seen = new HashMap<>(Map.of(FIRST, 5L));
    LogContext context = LogContext.of(seen);
    seen.put(FIRST, 9L);
    assertThat(context.covers(dot(FIRST, 6))).isFalse();
    assertThat(context).isEqualTo(LogContext.of(Map.of(FIRST, 5L)));
    assertThat(context).hasSameHashCodeAs(LogContext.of(Map.of(FIRST, 5L)));
    assertThat(context).isNotEqualTo(LogContext.EMPTY);
  }

  @Test
  void joiningIsCommutativeAssociativeAndIdempotentAndCoversWhatEitherDoes() {
    SplittableRandom random = Seed.draw().random();
    for (int i = 0; i < 5_000; i++) {
      LogContext a = random(random);
      LogContext b = random(random);
      LogContext c = random(random);
      assertThat(a.join(b)).isEqualTo(b.join(a));
      assertThat(a.join(b).join(c)).isEqualTo(a.join(b.join(c)));
      assertThat(a.join(a)).isEqualTo(a);
      assertThat(a.join(LogContext.EMPTY)).isEqualTo(a);
      assertThat(LogContext.EMPTY.join(a)).isEqualTo(a);
      Dot dot = dot(random.nextBoolean() ? FIRST : SECOND, 1 + random.nextInt(6));
      assertThat(a.join(b).covers(dot)).isEqualTo(a.covers(dot) || b.covers(dot));
    }
  }

  private static LogContext random(SplittableRandom random) {
    LogContext context = LogContext.EMPTY;
    for (Life life : new Life[] {FIRST, SECOND, OTHER}) {
      if (random.nextBoolean()) {
        context = context.with(life, 1 + random.nextInt(6));
      }
    }
    return context;
  }

  private static Dot dot(Life life, long number) {
    return new Dot(life.node(), life.epoch(), number);
  }
}
