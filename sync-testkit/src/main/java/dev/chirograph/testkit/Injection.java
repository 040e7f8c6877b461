package dev.chirograph.testkit;

import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.relocate.Vacated;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceTable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of one object and lets its calls go wrong. What a fault becomes follows from what
 * the method answers: outcomes, observations and listings have words for trouble, everything else
 * throws.
 */
final class Injection implements InvocationHandler {

  private static final String SPI = Source.class.getPackageName();

  /** They state facts and ask nobody. */
  private static final Set<String> FACTS =
      Set.of(
          "capabilities",
          "name",
          "maxValueBytes",
          "maxTags",
          "isId",
          "newId",
          "copiesFrom",
          "onWork",
          "limits",
          "slices",
          "table",
          "database");

  /** What databases, tenants, buckets and handles are asked for, which asks nobody. */
  private static final Set<Class<?>> OPENING =
      Set.of(
          SourceTable.class,
          ReplicaTable.class,
          ReplicaDatabase.class,
          Vacated.class,
          BlobStore.class);

  private final Faults faults;
  private final Object target;

  private Injection(Faults faults, Object target) {
    this.faults = faults;
    this.target = target;
  }

  static <T> T wrap(Faults faults, Class<T> as, T target) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    interfaces.add(as);
    collect(as, target.getClass(), interfaces);
    return as.cast(
        Proxy.newProxyInstance(
            as.getClassLoader(),
            interfaces.toArray(Class<?>[]::new),
            new Injection(faults, target)));
  }

  private static void collect(Class<?> as, @Nullable Class<?> type, Set<Class<?>> interfaces) {
    if (type == null) {
      return;
    }
    for (Class<?> each : type.getInterfaces()) {
      if (isKept(as, each)) {
        interfaces.add(each);
      }
      collect(as, each, interfaces);
    }
    collect(as, type.getSuperclass(), interfaces);
  }

  /** One class may be a source and a replica of tables, whose methods exclude each other. */
  private static boolean isKept(Class<?> as, Class<?> each) {
    String in = each.getPackageName();
    return in.equals(SPI)
        || (in.startsWith(SPI + '.') && each.getSimpleName().startsWith("Supports"))
        || as.isAssignableFrom(each)
        || each == AutoCloseable.class;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] given)
      throws Throwable {
    Object[] arguments = unwrapped(given);
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(proxy, method, arguments);
    }
    if (method.getDeclaringClass() == AutoCloseable.class
        || FACTS.contains(method.getName())
        || OPENING.contains(method.getReturnType())) {
      Object made = make(method, arguments);
      return made == null ? null : inside(method.getReturnType(), made);
    }
    Answers answers = Answers.of(method, arguments);
    Optional<Fault> fault = faults.next(answers.what(), answers.target(), answers::makesSense);
    return fault.isPresent()
        ? goWrong(fault.get(), answers, method, arguments)
        : make(method, arguments);
  }

  private @Nullable Object goWrong(Fault fault, Answers answers, Method method, Object[] arguments)
      throws Throwable {
    switch (fault) {
      case DELAY -> {
        faults.delay();
        return make(method, arguments);
      }
      case FAIL_AFTER, LOSE_REPLY -> {
        Object made = answers.discarded(make(method, arguments));
        return answers.afterwards(fault, made);
      }
      case CUT -> {
        return answers.cut(make(method, arguments), faults.cutAfter());
      }
      default -> {
        return answers.instead(fault);
      }
    }
  }

  /** What is opened through something faulty is faulty, too. */
  private <T> Object inside(Class<T> type, Object made) {
    return OPENING.contains(type) ? wrap(faults, type, type.cast(made)) : made;
  }

  private @Nullable Object make(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private Object ofObject(Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "faulty " + target;
    };
  }

  /** A store recognises its like only without the faults around it. */
  private static Object[] unwrapped(Object @Nullable [] given) {
    if (given == null) {
      return new Object[0];
    }
    Object[] arguments = given.clone();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof BlobStore
          && Proxy.isProxyClass(arguments[i].getClass())
          && Proxy.getInvocationHandler(arguments[i]) instanceof Injection injection) {
        arguments[i] = injection.target;
      }
    }
    return arguments;
  }
}
