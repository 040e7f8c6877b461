package dev.chirograph.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many tests of a conformance suite an adapter's test class skips because the store cannot do
 * what they ask. Without the annotation none may be skipped. The number is checked when the whole
 * class was run, so that no test passes by going away.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ExpectedSkips {

  /** The number of tests that are skipped; not negative. */
  int value();
}
