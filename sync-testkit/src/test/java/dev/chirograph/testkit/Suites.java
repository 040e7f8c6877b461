package dev.chirograph.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.opentest4j.TestAbortedException;

/** Runs all tests of a suite, as a test. */
final class Suites {

  private Suites() {}

  /** The tests that fail, each on an instance of its own. */
  static <T> Set<String> failures(Class<T> type, Supplier<? extends T> suite) {
    Set<String> failed = new TreeSet<>();
    for (Method method :
        AnnotationSupport.findAnnotatedMethods(type, Test.class, HierarchyTraversalMode.TOP_DOWN)) {
      method.setAccessible(true);
      try {
        method.invoke(suite.get());
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof TestAbortedException)) {
          failed.add(method.getName());
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
    return failed;
  }
}
