package dev.chirograph.reconcile;

import dev.chirograph.spi.Source;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Ends the process, as far as the engine can see, at one call to a store, queue or state. */
final class Kill {

  /** Nothing in the engine may catch this. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private static final Set<String> FACTS =
      Set.of("capabilities", "maxValueBytes", "maxTags", "isId", "newId", "toString", "onWork");

  private final BooleanSupplier before;
  private final BooleanSupplier after;
  int calls;

  Kill(BooleanSupplier before, BooleanSupplier after) {
    this.before = before;
    this.after = after;
  }

  static Kill never() {
    return new Kill(() -> false, () -> false);
  }

  static Kill before(int call) {
    Kill[] self = new Kill[1];
    self[0] = new Kill(() -> self[0].calls == call, () -> false);
    return self[0];
  }

  static Kill after(int call) {
    Kill[] self = new Kill[1];
    self[0] = new Kill(() -> false, () -> self[0].calls == call);
    return self[0];
  }

  @SuppressWarnings("unchecked")
  <T> T wrap(T target) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> type : target.getClass().getInterfaces()) {
      collect(type, interfaces);
    }
    return (T)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            interfaces.toArray(new Class<?>[0]),
            (proxy, method, arguments) -> {
              boolean counted = !FACTS.contains(method.getName());
              if (counted) {
                calls++;
                if (before.getAsBoolean()) {
                  throw new Killed();
                }
              }
              Object answer;
              try {
                answer = method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (counted && after.getAsBoolean()) {
                throw new Killed();
              }
              return answer;
            });
  }

  private static void collect(Class<?> type, Set<Class<?>> into) {
    if (type.getPackageName().equals(Source.class.getPackageName())) {
      into.add(type);
    }
  }
}
