package dev.chirograph.jdbc;

import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.ReplicaLog.Appended;
import java.util.List;
import java.util.Optional;

/**
 * What one thread appends.
 *
 * @param bytes about how many bytes that is
 */
record AppendCall(List<OwnEntry> entries, long bytes) {

  static AppendCall of(List<Body> bodies) {
    return new AppendCall(
        bodies.stream().map(OwnEntry::of).toList(),
        bodies.stream().mapToLong(body -> body.payload().length()).sum());
  }

  /**
   * What became of it.
   *
   * @param appended an answer for each entry; none when nothing was written
   * @param failure why nothing was written
   */
  record Outcome(List<Appended> appended, Optional<RuntimeException> failure) {

    static Outcome done(List<Appended> appended) {
      return new Outcome(appended, Optional.empty());
    }

    static Outcome failed(RuntimeException why) {
      return new Outcome(List.of(), Optional.of(why));
    }

    /** The answers, or the failure. */
    List<Appended> get() {
      if (failure.isPresent()) {
        throw failure.get();
      }
      return appended;
    }
  }
}
