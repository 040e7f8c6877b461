package dev.chirograph;

import java.util.Comparator;
import java.util.SplittableRandom;

/** Short keys of few different bytes, so that prefixes and neighbours are frequent. */
final class RandomKeys {

  /** The order of keys, said differently from the code under test. */
  static final Comparator<Key> NAIVE_ORDER = RandomKeys::compareNaively;

  private static final int[] BYTES = {0x00, 0x01, 'a', 'b', 0x7f, 0x80, 0xfe, 0xff};

  private final SplittableRandom random;

  /** Prints its seed and takes one from the system property {@code chirograph.seed}. */
  RandomKeys() {
    long seed = Long.getLong("chirograph.seed", new SplittableRandom().nextLong());
    System.out.println("-Dchirograph.seed=" + seed);
    this.random = new SplittableRandom(seed);
  }

  Key next() {
    int length = random.nextInt(50) == 0 ? Key.MAX_LENGTH : random.nextInt(4);
    byte[] bytes = new byte[length];
    int common = BYTES[random.nextInt(BYTES.length)];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i < length - 3 ? common : BYTES[random.nextInt(BYTES.length)]);
    }
    return Key.ofBytes(bytes);
  }

  /** A range of any form; empty ones included. */
  KeyRange nextRange() {
    Key one = next();
    Key other = next();
    return switch (random.nextInt(5)) {
      case 0 -> KeyRange.from(one);
      case 1 -> KeyRange.prefix(one);
      case 2 -> KeyRange.only(one);
      case 3 -> KeyRange.all();
      default ->
          NAIVE_ORDER.compare(one, other) <= 0 ? KeyRange.of(one, other) : KeyRange.of(other, one);
    };
  }

  private static int compareNaively(Key one, Key other) {
    for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
      if (one.byteAt(i) != other.byteAt(i)) {
        return one.byteAt(i) - other.byteAt(i);
      }
    }
    return one.length() - other.length();
  }
}
