package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.sql.SQLException;
import java.util.function.Supplier;

/** Two who add the same row at once: one of them is refused, and sees it when it looks again. */
final class Collisions {

  private static final int ATTEMPTS = 5;

  private Collisions() {}

  /** Does what finds a row or adds it; again when somebody else has added it meanwhile. */
  static <T> T settled(Supplier<T> work) {
    for (int tries = 1; ; tries++) {
      try {
        return work.get();
      } catch (SyncException e) {
        boolean collided = e.kind() == Kind.ALREADY_EXISTS && e.getCause() instanceof SQLException;
        if (!collided || tries == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
