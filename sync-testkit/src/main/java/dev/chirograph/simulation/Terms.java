package dev.chirograph.simulation;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * What may happen in one schedule, and how the nodes know each other.
 *
 * @param nodes how many there are, 2 to 7
 * @param late how many of them join later
 * @param processes how many processes each node has on its log
 * @param keys how many keys there are
 * @param lost what part of the messages does not arrive, from 0 to 1
 * @param twice what part arrives twice
 * @param delay how many milliseconds a message takes at most, as a rule
 * @param impatient whether deletes are forgotten though not all have passed them
 * @param refusals whether items are not taken in for a while
 * @param comparisons whether logs are compared now and then
 * @param trouble whether calls of a log fail, or are the last of their process
 * @param leaving whether nodes leave for good
 */
record Terms(
    int nodes,
    int late,
    int processes,
    Shape shape,
    int keys,
    double lost,
    double twice,
    int delay,
    boolean restores,
    boolean compactions,
    boolean impatient,
    boolean refusals,
    boolean comparisons,
    boolean trouble,
    boolean leaving) {

  private static final List<Shape> SHAPES = List.of(Shape.values());

  /** Who knows whom. */
  enum Shape {
    MESH,
    RING,
    STAR,
    CHAIN;

    /** Whether two nodes know each other, the first of which has the lower number. */
    boolean links(int i, int j, int nodes) {
      return switch (this) {
        case MESH -> true;
        case RING -> j == i + 1 || (i == 0 && j == nodes - 1);
        case STAR -> i == 0;
        case CHAIN -> j == i + 1;
      };
    }
  }

  static Terms of(SplittableRandom random) {
    int nodes = 2 + random.nextInt(random.nextInt(6) + 1);
    boolean compactions = random.nextInt(2) == 0;
    return new Terms(
        nodes,
        random.nextInt(4) == 0 ? 1 + random.nextInt(nodes - 1) : 0,
        random.nextInt(3) == 0 ? 2 : 1,
        SHAPES.get(random.nextInt(SHAPES.size())),
        2 + random.nextInt(8),
        random.nextInt(3) * 0.1,
        random.nextInt(3) * 0.1,
        10 + random.nextInt(60),
        random.nextInt(2) == 0,
        compactions,
        compactions && random.nextInt(4) == 0,
        random.nextInt(4) == 0,
        random.nextInt(2) == 0,
        random.nextInt(3) == 0,
        random.nextInt(4) == 0);
  }

  @Override
  public String toString() {
    StringJoiner joiner = new StringJoiner(", ");
    joiner.add(nodes + " nodes in a " + shape.name().toLowerCase(Locale.ROOT));
    add(joiner, late > 0, late + " of them later");
    add(joiner, processes > 1, processes + " processes each");
    add(joiner, restores, "restores");
    add(joiner, compactions, impatient ? "compactions that wait for nobody" : "compactions");
    add(joiner, refusals, "refusals");
    add(joiner, comparisons, "comparisons");
    add(joiner, trouble, "trouble with logs");
    add(joiner, leaving, "leaving");
    return joiner.toString();
  }

  private static void add(StringJoiner joiner, boolean given, String words) {
    if (given) {
      joiner.add(words);
    }
  }
}
