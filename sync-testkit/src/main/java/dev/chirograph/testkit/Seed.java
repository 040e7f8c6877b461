package dev.chirograph.testkit;

import java.util.SplittableRandom;

/**
 * What a random test starts from. It is printed, and a failing test can be repeated with {@code
 * -Dchirograph.seed=<the number>}.
 *
 * <p>Immutable and safe for use by several threads; the generators it makes are for one thread
 * each.
 */
public final class Seed {

  /** The system property that names the seed to use. */
  public static final String PROPERTY = "chirograph.seed";

  private final long value;

  private Seed(long value) {
    this.value = value;
  }

  /**
   * The seed that the system property names, else a new one. Prints it.
   *
   * @throws IllegalArgumentException when the property is not a number
   */
  public static Seed draw() {
    Long given = Long.getLong(PROPERTY);
    if (given == null && System.getProperty(PROPERTY) != null) {
      throw new IllegalArgumentException(
          PROPERTY + " must be a number, not " + System.getProperty(PROPERTY));
    }
    Seed seed = new Seed(given == null ? new SplittableRandom().nextLong() : given);
    System.out.println("-D" + PROPERTY + "=" + seed.value);
    return seed;
  }

  /** This very seed; prints nothing. */
  public static Seed of(long value) {
    return new Seed(value);
  }

  /** The number. */
  public long value() {
    return value;
  }

  /** A generator that starts from this seed. */
  public SplittableRandom random() {
    return random(0);
  }

  /**
   * One of many generators that start from this seed and differ from each other, such as one for
   * each thread.
   *
   * @param stream which one
   */
  public SplittableRandom random(int stream) {
    return new SplittableRandom(value + stream * 0x9E3779B97F4A7C15L);
  }

  @Override
  public String toString() {
    return "-D" + PROPERTY + "=" + value;
  }
}
