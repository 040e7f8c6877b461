package dev.chirograph.relocate;

import dev.chirograph.Pacing;
import dev.chirograph.RateLimiter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Slows copying down to what buckets and lines shall bear. */
final class Throttle {

  private final double requestsPerBucket;
  private final Pacing pacing;
  private final @Nullable RateLimiter bytes;
  private final Map<String, RateLimiter> requests = new ConcurrentHashMap<>();

  /**
   * @param requestsPerBucket a second; 0 for as many as come
   * @param bytesPerSecond of streamed copies and of those that stores make; 0 for as many as come
   */
  Throttle(double requestsPerBucket, double bytesPerSecond, Pacing pacing) {
    this.requestsPerBucket = requestsPerBucket;
    this.pacing = pacing;
    this.bytes = bytesPerSecond > 0 ? new RateLimiter(bytesPerSecond, pacing) : null;
  }

  /** Waits until a request may be made. */
  void request(String bucket) {
    if (requestsPerBucket > 0) {
      requests
          .computeIfAbsent(bucket, name -> new RateLimiter(requestsPerBucket, pacing))
          .acquire(1);
    }
  }

  /** A stream that is read no faster than allowed. */
  InputStream stream(InputStream content) {
    RateLimiter limiter = bytes;
    return limiter == null ? content : new Limited(content, limiter);
  }

  private static final class Limited extends FilterInputStream {
    private final RateLimiter limiter;

    Limited(InputStream content, RateLimiter limiter) {
      super(content);
      this.limiter = limiter;
    }

    @Override
    public int read() throws IOException {
      limiter.acquire(1);
      return super.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      if (read > 0) {
        limiter.acquire(read);
      }
      return read;
    }
  }
}
