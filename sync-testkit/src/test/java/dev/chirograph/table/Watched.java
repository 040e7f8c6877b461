package dev.chirograph.table;

import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Databases between whose calls a test can do something. */
final class Watched {

  private Watched() {}

  /** What is done about a call. */
  interface Hook {
    /** Answers the call; {@code real} makes it. */
    Object call(Method method, Object[] arguments, Real real) throws Throwable;
  }

  /** The call itself. */
  interface Real {
    Object call() throws Throwable;
  }

  static <T> T of(Class<T> type, T target, Hook hook) {
    return type.cast(
        Proxy.newProxyInstance(
            Watched.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                hook.call(method, arguments, () -> invoke(target, method, arguments))));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  static SourceDatabase source(SourceDatabase database, Hook hook) {
    return new SourceDatabase() {
      @Override
      public List<String> tables() {
        return database.tables();
      }

      @Override
      public List<TableInfo> infos(Collection<String> tables) {
        return database.infos(tables);
      }

      @Override
      public SourceTable table(String name) {
        return of(SourceTable.class, database.table(name), hook);
      }
    };
  }

  static ReplicaDatabase replica(ReplicaDatabase database, Hook hook) {
    return new ReplicaDatabase() {
      @Override
      public Optional<State> state(Optional<String> known) {
        return database.state(known);
      }

      @Override
      public ReplicaTable table(String name) {
        return of(ReplicaTable.class, database.table(name), hook);
      }
    };
  }
}
