package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A log that is watched, and that may not take the items of one key from others. */
final class WatchedLog {

  private WatchedLog() {}

  /**
   * A log with the same abilities.
   *
   * @param refused the key, as of each call
   * @param deleted hears of every item that others say is gone
   */
  static ReplicaLog of(ReplicaLog log, Supplier<Optional<Key>> refused, Consumer<LogItem> deleted) {
    return (ReplicaLog)
        Proxy.newProxyInstance(
            ReplicaLog.class.getClassLoader(),
            new Class<?>[] {SupportsPeers.class, SupportsRepair.class, SupportsContents.class},
            (proxy, method, arguments) -> {
              Object argument = arguments != null && arguments.length == 1 ? arguments[0] : "";
              if (argument instanceof Merge merge) {
                refused.get().ifPresent(key -> check(merge, key));
                merge.items().stream().filter(LogItem::isDeleted).forEach(deleted);
              }
              if (method.getName().equals("forget")) {
                ((List<?>) argument).forEach(item -> deleted.accept((LogItem) item));
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private static void check(Merge merge, Key key) {
    if (merge.items().stream().anyMatch(item -> item.key().equals(key))) {
      throw SyncException.invalid("items of " + key + " are not taken");
    }
  }
}
