package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a key that cuts a range into two parts worth listing apart, by looking at what the store
 * holds.
 *
 * <p>The keys behind the first page are looked at. What all of them begin with is found by
 * bisection: is there a key behind all those that begin with so much of the first one? The
 * characters that follow the common beginning fan out; the last of them is found by bisection too,
 * and the cut is made at the middle. A cut that leaves less than a page behind it moves towards the
 * beginning. Every key that was found on the way is a valid cut, so that running out of requests
 * costs evenness only.
 */
final class MiddleFinder {

  /** The largest number of requests for one split. */
  static final int MAX_REQUESTS = 20;

  /** Where scripts part that seldom follow the same beginning; looked at before bisecting. */
  private static final int[] SCRIPTS = {0x80, 0x800, 0x10000, 0x20000};

  /** How exactly the last character of a fan is worth knowing, and which share of the fan. */
  private static final int NEAR = 4;

  private static final int NEAR_SHARE = 8;

  private final KeyPeek store;
  private final int page;
  private int requests;

  /**
   * @param page how many keys make a part worth listing apart
   */
  MiddleFinder(KeyPeek store, int page) {
    this.store = store;
    this.page = page;
  }

  /** The cut; empty when the range holds less than two pages. */
  Optional<Key> find(KeyRange range) {
    KeyPeek.Peek first = peek(range);
    if (!first.more()) {
      return Optional.empty();
    }
    KeyRange behind = range.after(first.last());
    KeyPeek.Peek second = peek(behind);
    if (!second.more()) {
      return Optional.empty();
    }
    return Optional.of(cut(behind, second.keys().get(0), second.last()));
  }

  /**
   * @param first the first key of the range
   * @param fallback a valid cut
   */
  private Key cut(KeyRange range, Key first, Key fallback) {
    KeyRange window = range;
    Key best = fallback;
    while (!spent()) {
      Fan fan = fan(window, first);
      if (fan == null) {
        return best;
      }
      Optional<Key> even = middle(range, window, fan);
      if (even.isPresent()) {
        return even.get();
      }
      // All but a page lies under the first of the characters that fan out: look there.
      window = window.before(fan.child(fan.first + 1));
    }
    return best;
  }

  /**
   * Where the keys of a window part.
   *
   * @param stem what they all begin with
   * @param first the code point that follows it in the first key
   * @param second one that follows it in a later key, greater than the first
   */
  private record Fan(String stem, int first, int second) {
    Key child(int codePoint) {
      boolean surrogate =
          codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
      return Key.utf8(
          stem + Character.toString(surrogate ? Character.MAX_SURROGATE + 1 : codePoint));
    }

    int childOf(Key key) {
      return key.text().codePointAt(stem.length());
    }
  }

  private @Nullable Fan fan(KeyRange window, Key firstKey) {
    int[] text = firstKey.text().codePoints().toArray();
    int shared = 0;
    int parted = text.length + 1;
    Key later = null;
    while (parted - shared > 1) {
      int length = (shared + parted) >>> 1;
      Key beyond = firstBehind(window, Key.utf8(new String(text, 0, length)));
      if (beyond == null) {
        shared = length;
      } else {
        later = beyond;
        parted = length;
      }
    }
    if (later == null) {
      return null;
    }
    String stem = new String(text, 0, parted - 1);
    return later.text().startsWith(stem)
        ? new Fan(stem, text[parted - 1], later.text().codePointAt(stem.length()))
        : null;
  }

  /** The first key of the window behind all those that begin with the prefix. */
  private @Nullable Key firstBehind(KeyRange window, Key prefix) {
    return KeyRange.prefix(prefix).to().map(end -> firstFrom(window, end)).orElse(null);
  }

  /** A cut near the middle of the fan that leaves more than a page behind it. */
  private Optional<Key> middle(KeyRange range, KeyRange window, Fan fan) {
    int end = lastChild(window, fan) + 1;
    while (!spent()) {
      int middle = fan.first + (end - fan.first) / 2;
      if (middle <= fan.first) {
        return Optional.empty();
      }
      Key found = firstFrom(window, fan.child(middle));
      if (found == null || !isUnder(fan, found, end)) {
        end = middle;
        continue;
      }
      Key cut = fan.child(fan.childOf(found));
      if (peek(range.startingAt(cut)).more()) {
        return Optional.of(cut);
      }
      end = fan.childOf(found);
    }
    return Optional.empty();
  }

  private static boolean isUnder(Fan fan, Key key, int end) {
    return key.text().startsWith(fan.stem) && fan.childOf(key) < end;
  }

  /** About the last code point that follows the stem. */
  private int lastChild(KeyRange window, Fan fan) {
    int last = fan.second;
    int end = Character.MAX_CODE_POINT + 1;
    while (end - last > Math.max(NEAR, (last - fan.first) / NEAR_SHARE) && !spent()) {
      int probe = probe(last, end);
      Key found = firstFrom(window, fan.child(probe));
      if (found != null && isUnder(fan, found, end)) {
        last = fan.childOf(found);
      } else {
        end = probe;
      }
    }
    return last;
  }

  private static int probe(int last, int end) {
    for (int script : SCRIPTS) {
      if (last < script && script < end) {
        return script;
      }
    }
    return last + (end - last) / 2;
  }

  /** The first key of the window from a key on; null when there is none or no request is left. */
  private @Nullable Key firstFrom(KeyRange window, Key from) {
    KeyRange rest = window.startingAt(from);
    if (spent() || rest.isEmpty()) {
      return null;
    }
    requests++;
    KeyPeek.Peek peek = store.at(rest, 1);
    return peek.keys().isEmpty() ? null : peek.keys().get(0);
  }

  private KeyPeek.Peek peek(KeyRange range) {
    requests++;
    return store.at(range, page);
  }

  /** One request is kept for the look at what lies behind a cut. */
  private boolean spent() {
    return requests >= MAX_REQUESTS - 1;
  }
}
