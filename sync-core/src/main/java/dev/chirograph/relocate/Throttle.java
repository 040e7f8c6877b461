package dev.chirograph.relocate;

import dev.chirograph.Environment;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.RateLimiter;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.Location;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of blob stores, no faster than allowed, and no faster than a bucket bears that asks to slow
 * down: then every thread waits before its next call there, longer after each further refusal, and
 * the call is made again.
 *
 * <p>Safe for use by several threads.
 */
final class Throttle {

  /** So many limits are kept; prefixes that fall on one share it. */
  private static final int LIMITS = 1 << 10;

  /** So often a call is made again that was refused, before its job is put off. */
  private static final int REPEATS = 8;

  private final double requestsPerSecond;
  private final Environment environment;
  private final @Nullable RateLimiter bytes;
  private final AtomicReferenceArray<@Nullable RateLimiter> requests =
      new AtomicReferenceArray<>(LIMITS);
  private final Map<String, Respite> respites = new ConcurrentHashMap<>();

  /**
   * @param requestsPerSecond in each bucket, and there for all keys that are equal up to their
   *     first slash; 0 for as many as come
   * @param bytesPerSecond of all copies, whoever makes them; 0 for as many as come
   */
  Throttle(double requestsPerSecond, double bytesPerSecond, Environment environment) {
    this.requestsPerSecond = requestsPerSecond;
    this.environment = environment;
    this.bytes = bytesPerSecond > 0 ? new RateLimiter(bytesPerSecond, environment.pacing()) : null;
  }

  /**
   * Makes a call.
   *
   * @param call throws what it is refused with
   * @throws SyncException as the call throws it; RATE_LIMITED after some repetitions only
   */
  <T> T call(Location at, Supplier<T> call) {
    Respite respite = respites.computeIfAbsent(at.bucket(), bucket -> new Respite(environment));
    for (int repeats = 0; ; repeats++) {
      respite.await();
      limit(at);
      try {
        T answer = call.get();
        respite.served();
        return answer;
      } catch (SyncException e) {
        if (e.kind() != Kind.RATE_LIMITED) {
          throw e;
        }
        respite.refused();
        if (repeats == REPEATS) {
          throw e;
        }
      }
    }
  }

  /** Makes a call that writes; what it could not do, or not surely, is thrown. */
  Outcome write(Location at, Supplier<Outcome> call) {
    return call(at, () -> done(call.get()));
  }

  /** Makes a call that looks at an object; what could not be found out is thrown. */
  <T> Observation<T> look(Location at, Supplier<Observation<T>> call) {
    return call(
        at,
        () -> {
          Observation<T> seen = call.get();
          if (seen instanceof Observation.Unknown<T> unknown) {
            throw unknown.why();
          }
          return seen;
        });
  }

  /** Done, or a conflict. */
  static Outcome done(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected rejected) {
      throw rejected.why();
    }
    if (outcome instanceof Outcome.Unsure unsure) {
      throw unsure.why();
    }
    return outcome;
  }

  private void limit(Location at) {
    if (requestsPerSecond > 0) {
      limiter(at).acquire(1);
    }
  }

  private RateLimiter limiter(Location at) {
    int slot = Math.floorMod(31 * at.bucket().hashCode() + prefix(at), LIMITS);
    RateLimiter limiter = requests.get(slot);
    if (limiter == null) {
      requests.compareAndSet(slot, null, new RateLimiter(requestsPerSecond, environment.pacing()));
      return limiter(at);
    }
    return limiter;
  }

  private static int prefix(Location at) {
    byte[] key = at.key().toBytes();
    String text = new String(key, StandardCharsets.ISO_8859_1);
    return Arrays.hashCode(Arrays.copyOf(key, text.indexOf('/') + 1));
  }

  /** Waits until a copy of so many bytes may be made. */
  void copying(long size) {
    RateLimiter limiter = bytes;
    if (limiter != null) {
      limiter.acquire(size);
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
