package dev.chirograph.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that waits only so long for more: the time-out of the JDK's
 * client ends with the headers, and a peer that goes silent behind them would keep a thread for
 * ever.
 *
 * <p>Read by one thread. Closing it before its end cuts the connection.
 */
final class ReplyStream extends InputStream implements BodySubscriber<InputStream> {

  /** So many pieces, of 16 KiB usually, are on their way at most. */
  private static final int AHEAD = 8;

  private final Deadline deadline;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Queue<ByteBuffer> read = new ArrayDeque<>();
  private volatile @Nullable Subscription subscription;
  private volatile boolean closed;
  private boolean ended;

  /** How long to wait for the next piece. */
  interface Deadline {
    long nanosLeft();

    /** The whole answer has to be there by then. */
    static Deadline in(Duration time) {
      long end = System.nanoTime() + time.toNanos();
      return () -> end - System.nanoTime();
    }

    /** Each piece may take so long. */
    static Deadline each(Duration time) {
      return time::toNanos;
    }
  }

  /** What comes from the connection: bytes, or the end, or trouble. */
  private record Event(List<ByteBuffer> bytes, boolean last, @Nullable Throwable trouble) {}

  ReplyStream(Deadline deadline) {
    this.deadline = deadline;
  }

  // ---- called by the client

  @Override
  public void onSubscribe(Subscription begun) {
    subscription = begun;
    if (closed) {
      begun.cancel();
    } else {
      begun.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    events.add(new Event(bytes, false, null));
  }

  @Override
  public void onError(Throwable trouble) {
    events.add(new Event(List.of(), true, trouble));
  }

  @Override
  public void onComplete() {
    events.add(new Event(List.of(), true, null));
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  // ---- called by the reader

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer piece = piece();
    if (piece == null) {
      return -1;
    }
    int number = Math.min(length, piece.remaining());
    piece.get(bytes, offset, number);
    return number;
  }

  /** The bytes at hand, or those that come next; null at the end. */
  private @Nullable ByteBuffer piece() throws IOException {
    while (!ended) {
      ByteBuffer first = read.peek();
      if (first != null && first.hasRemaining()) {
        return first;
      }
      if (first != null) {
        read.remove();
        continue;
      }
      take(next());
    }
    return null;
  }

  private Event next() throws IOException {
    try {
      Event event = events.poll(Math.max(0, deadline.nanosLeft()), TimeUnit.NANOSECONDS);
      if (event != null) {
        return event;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an answer");
    }
    throw new HttpTimeoutException("the answer did not come to its end in time");
  }

  private void take(Event event) throws IOException {
    if (event.trouble() != null) {
      throw new IOException("the answer broke off: " + event.trouble(), event.trouble());
    }
    if (event.last()) {
      ended = true;
      return;
    }
    read.addAll(event.bytes());
    Subscription from = subscription;
    if (from != null) {
      from.request(1);
    }
  }

  @Override
  public void close() {
    closed = true; // what has not begun is cut when it does
    // What has ended is not cut: its connection is used again.
    Subscription from = subscription;
    if (from != null && !ended && events.stream().noneMatch(Event::last)) {
      from.cancel();
    }
    ended = true;
    read.clear();
  }
}
