package dev.chirograph.simulation;

import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A log with the same abilities, each call of which is watched and may be kept from it. */
final class WatchedLog {

  private WatchedLog() {}

  /** Hears of each call, and may throw what the caller sees then. */
  interface Watcher {

    /**
     * A call begins.
     *
     * @param argument the first one; an empty text when there is none
     */
    void before(String call, Object argument);

    /** A call has done what it does. */
    void after(String call, Object result);
  }

  static ReplicaLog of(ReplicaLog log, Watcher watcher) {
    return (ReplicaLog)
        Proxy.newProxyInstance(
            ReplicaLog.class.getClassLoader(),
            new Class<?>[] {SupportsPeers.class, SupportsRepair.class, SupportsContents.class},
            (proxy, method, arguments) -> {
              String call = method.getName();
              watcher.before(call, arguments == null ? "" : arguments[0]);
              try {
                Object result = method.invoke(log, arguments);
                watcher.after(call, result == null ? "" : result);
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
