package dev.chirograph.testkit;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Counts the skipped tests of a class and compares their number with {@link ExpectedSkips}. */
final class SkipCounter implements TestWatcher, BeforeAllCallback, AfterAllCallback {

  private static final Namespace NAMESPACE = Namespace.create(SkipCounter.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(NAMESPACE).put(context.getRequiredTestClass(), new Seen());
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    seen(context).ran(context);
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    seen(context).ran(context);
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    seen(context).skipped(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Class<?> suite = context.getRequiredTestClass();
    Seen seen = context.getStore(NAMESPACE).get(suite, Seen.class);
    if (seen == null || !seen.allOf(suite)) {
      return;
    }
    ExpectedSkips expected = suite.getAnnotation(ExpectedSkips.class);
    int allowed = expected == null ? 0 : expected.value();
    if (seen.skipped.size() != allowed) {
      throw new AssertionError(
          suite.getSimpleName()
              + " skipped "
              + seen.skipped.size()
              + " tests where @ExpectedSkips says "
              + allowed
              + ": "
              + seen.skipped);
    }
  }

  private static Seen seen(ExtensionContext context) {
    Class<?> suite = context.getRequiredTestClass();
    Seen seen = context.getStore(NAMESPACE).get(suite, Seen.class);
    return seen == null ? new Seen() : seen;
  }

  private static final class Seen {
    private final Set<String> methods = new ConcurrentSkipListSet<>();
    private final Set<String> skipped = new ConcurrentSkipListSet<>();

    private void ran(ExtensionContext context) {
      context.getTestMethod().map(Method::getName).ifPresent(methods::add);
    }

    private void skipped(ExtensionContext context) {
      ran(context);
      skipped.add(context.getRequiredTestMethod().getName());
    }

    private boolean allOf(Class<?> suite) {
      Set<String> found = new TreeSet<>();
      AnnotationSupport.findAnnotatedMethods(suite, Testable.class, HierarchyTraversalMode.TOP_DOWN)
          .forEach(method -> found.add(method.getName()));
      return methods.containsAll(found);
    }
  }
}
