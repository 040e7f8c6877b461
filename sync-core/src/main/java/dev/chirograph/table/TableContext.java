package dev.chirograph.table;

import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceTable;
import java.util.function.Supplier;

/** A table, its replica, and what is said about the two. */
record TableContext(
    String name,
    SourceTable source,
    ReplicaTable replica,
    TableOptions options,
    TableSettings settings) {

  /** Makes a call that may be repeated, and repeats it as the policy allows. */
  <T> T call(Supplier<T> call) {
    return settings.call(call);
  }

  long now() {
    return settings.environment().clock().millis();
  }

  long nanoTime() {
    return settings.environment().pacing().nanoTime();
  }

  /** A salt that no pass had before. */
  String salt() {
    return Long.toHexString(settings.environment().random().nextLong());
  }
}
