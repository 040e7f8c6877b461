package dev.chirograph.http;

import dev.chirograph.Pacing;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Bytes that have to come within a time: whoever sends one now and then would keep a thread for as
 * long as it likes. One who sends none at all is up to the server.
 */
final class TimedInput extends FilterInputStream {

  private final Pacing pacing;
  private final long begun;
  private final Duration most;

  TimedInput(InputStream in, Pacing pacing, Duration most) {
    super(in);
    this.pacing = pacing;
    this.begun = pacing.nanoTime();
    this.most = most;
  }

  /** The bytes take longer than allowed. */
  static final class TooSlowException extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlowException(Duration most) {
      super("the body has to come within " + most.toSeconds() + " seconds");
    }
  }

  @Override
  public int read() throws IOException {
    check();
    return in.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    check();
    return in.read(bytes, offset, length);
  }

  private void check() throws TooSlowException {
    if (pacing.nanoTime() - begun > most.toNanos()) {
      throw new TooSlowException(most);
    }
  }
}
