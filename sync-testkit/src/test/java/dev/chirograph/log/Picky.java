package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A log that does not take the items of one key from others, until it is healed. */
final class Picky {

  private final ReplicaLog log;
  private volatile boolean healed;

  Picky(MemoryLog log, String key) {
    this(log, key, Kind.INVALID_ARGUMENT);
  }

  Picky(MemoryLog log, String key, Kind kind) {
    Key bad = Key.utf8(key);
    this.log =
        proxy(
            (proxy, method, arguments) -> {
              if (!healed
                  && method.getName().equals("merge")
                  && ((Merge) arguments[0])
                      .items().stream().anyMatch(item -> item.key().equals(bad))) {
                throw new SyncException(kind, "items of " + bad + " are not taken");
              }
              return invoke(method, log, arguments);
            },
            SupportsPeers.class,
            SupportsRepair.class,
            SupportsContents.class);
  }

  /** A log that cannot be compared. */
  static ReplicaLog withoutRepair(MemoryLog log) {
    return proxy((proxy, method, arguments) -> invoke(method, log, arguments), SupportsPeers.class);
  }

  /** A log to which something happens just after a call. */
  static ReplicaLog interrupted(MemoryLog log, String call, Runnable what) {
    return proxy(
        (proxy, method, arguments) -> {
          Object result = invoke(method, log, arguments);
          if (method.getName().equals(call)) {
            what.run();
          }
          return result;
        },
        SupportsPeers.class,
        SupportsRepair.class);
  }

  private static ReplicaLog proxy(InvocationHandler handler, Class<?>... abilities) {
    return (ReplicaLog)
        Proxy.newProxyInstance(ReplicaLog.class.getClassLoader(), abilities, handler);
  }

  private static Object invoke(Method method, MemoryLog log, Object[] arguments) throws Throwable {
    try {
      return method.invoke(log, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  ReplicaLog log() {
    return log;
  }

  void heal() {
    healed = true;
  }
}
