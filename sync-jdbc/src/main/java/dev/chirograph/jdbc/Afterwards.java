package dev.chirograph.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is put right after work, on a connection that may be broken by then. It never changes how
 * the work ended: what was done stays done, and what failed fails with its own error.
 */
final class Afterwards {

  private static final Logger LOG = LoggerFactory.getLogger(Afterwards.class);

  private Afterwards() {}

  /** Something that a database may refuse. */
  @FunctionalInterface
  interface Step {
    void run() throws SQLException;
  }

  /** Something that a database may refuse, with a result. */
  @FunctionalInterface
  interface Main<T extends @Nullable Object> {
    T run() throws SQLException;
  }

  /**
   * Runs the work and then, however it ended, the step. An error of the step is suppressed in the
   * error of the work, or logged when the work was done.
   */
  static <T extends @Nullable Object> T always(Main<T> work, Step step) throws SQLException {
    T result;
    try {
      result = work.run();
    } catch (SQLException | RuntimeException | Error e) {
      failed(e, step);
      throw e;
    }
    done(step);
    return result;
  }

  /** The step after work that failed; its error is suppressed in the first one. */
  static void failed(Throwable first, Step step) {
    try {
      step.run();
    } catch (SQLException | RuntimeException e) {
      if (e != first) { // a driver may throw one error twice
        first.addSuppressed(e);
      }
    }
  }

  /** The step after work that was done; its error is logged. */
  static void done(Step step) {
    try {
      step.run();
    } catch (SQLException | RuntimeException e) {
      LOG.warn("The work was done; the connection could not be given back as it came", e);
    }
  }
}
