package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees QUE-1 to QUE-14 of a {@link dev.chirograph.spi.WorkQueue}, and those of the
 * abilities that it implements.
 *
 * <p>An adapter's test extends this class, opens its queues in {@code open} and moves its store's
 * clock in {@code advance}. What the queue cannot do is skipped, and has to be named in {@code
 * missing}, so that an ability does not get lost unnoticed. The tests leave their queues behind;
 * each has a name of its own.
 */
public abstract class WorkQueueConformance extends QueueModelGuarantees {

  @Test
  final void whatTheQueueCannotDoIsDeclared() {
    Set<QueueAbility> absent = EnumSet.allOf(QueueAbility.class);
    absent.removeIf(ability -> ability.of(queue));
    assertThat(absent).isEqualTo(missing());
  }
}
