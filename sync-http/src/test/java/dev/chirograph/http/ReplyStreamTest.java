package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.ReplyStream.Deadline;
import java.time.Duration;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is not read to its end is cut, whenever it begins. */
class ReplyStreamTest {

  @Test
  void whatWasClosedBeforeItBeganIsCutWhenItBegins() {
    ReplyStream stream = new ReplyStream(Deadline.each(Duration.ofSeconds(1)));
    stream.close();
    AtomicBoolean cancelled = new AtomicBoolean();
    stream.onSubscribe(
        new Subscription() {
          @Override
          public void request(long number) {}

          @Override
          public void cancel() {
            cancelled.set(true);
          }
        });
    assertThat(cancelled).isTrue();
  }
}
