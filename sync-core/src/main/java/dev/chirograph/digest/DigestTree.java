package dev.chirograph.digest;

import dev.chirograph.Digest;
import dev.chirograph.SyncException;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map from keys to the hashes of their items that knows the digest of any range, and the
 * key of any rank, in O(log n) steps.
 *
 * <p>A treap (Seidel and Aragon, "Randomized search trees", 1996) whose nodes keep the digest of
 * their subtree. Priorities are drawn from the hashes of items, which are as good as random: the
 * depth is O(log n) unless somebody makes up hashes to prevent it. About 60 bytes for each key,
 * beside the key.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @param <K> the keys
 */
public final class DigestTree<K> {

  private final Comparator<? super K> order;
  private @Nullable Node<K> root;

  /** An empty tree with keys in this order. */
  public DigestTree(Comparator<? super K> order) {
    this.order = Objects.requireNonNull(order, "order");
  }

  private static final class Node<K> {
    private final K key;
    private final long hash;
    private final long priority;
    private @Nullable Node<K> left;
    private @Nullable Node<K> right;
    private long count;
    private long sum;
    private long xor;

    Node(K key, long hash) {
      this.key = key;
      this.hash = hash;
      this.priority = mix(hash);
      update();
    }

    /** Spreads neighbouring hashes; the finalizer of SplitMix64. */
    private static long mix(long hash) {
      long z = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return z ^ (z >>> 31);
    }

    void update() {
      count = 1;
      sum = hash;
      xor = hash;
      if (left != null) {
        count += left.count;
        sum += left.sum;
        xor ^= left.xor;
      }
      if (right != null) {
        count += right.count;
        sum += right.sum;
        xor ^= right.xor;
      }
    }
  }

  /** Adds a key, or replaces the hash of its item. */
  public void put(K key, long hash) {
    Objects.requireNonNull(key, "key");
    // Looking first is cheaper than taking out what is not there: it changes nothing on its way.
    Node<K> others = contains(key) ? remove(root, key) : root;
    root = insert(others, new Node<>(key, hash));
  }

  private boolean contains(K key) {
    Node<K> at = root;
    while (at != null) {
      int compared = order.compare(key, at.key);
      if (compared == 0) {
        return true;
      }
      at = compared < 0 ? at.left : at.right;
    }
    return false;
  }

  /** Takes a key out; nothing happens when it is not there. */
  public void remove(K key) {
    root = remove(root, key);
  }

  private Node<K> insert(@Nullable Node<K> at, Node<K> added) {
    if (at == null) {
      return added;
    }
    Node<K> top = at;
    if (order.compare(added.key, at.key) < 0) {
      Node<K> left = insert(at.left, added);
      at.left = left;
      if (left.priority > at.priority) {
        at.left = left.right;
        left.right = at;
        top = left;
      }
    } else {
      Node<K> right = insert(at.right, added);
      at.right = right;
      if (right.priority > at.priority) {
        at.right = right.left;
        right.left = at;
        top = right;
      }
    }
    at.update();
    top.update();
    return top;
  }

  private @Nullable Node<K> remove(@Nullable Node<K> at, K key) {
    if (at == null) {
      return null;
    }
    int compared = order.compare(key, at.key);
    if (compared == 0) {
      return joined(at.left, at.right);
    }
    if (compared < 0) {
      at.left = remove(at.left, key);
    } else {
      at.right = remove(at.right, key);
    }
    at.update();
    return at;
  }

  /** One tree of two, all keys of the first being smaller. */
  private @Nullable Node<K> joined(@Nullable Node<K> first, @Nullable Node<K> second) {
    if (first == null) {
      return second;
    }
    if (second == null) {
      return first;
    }
    Node<K> top = first.priority > second.priority ? first : second;
    if (top == first) {
      first.right = joined(first.right, second);
    } else {
      second.left = joined(first, second.left);
    }
    top.update();
    return top;
  }

  /** The digest of all items. */
  public Digest digest() {
    return of(root);
  }

  /**
   * The digest of the items from one key (included) up to another (not included).
   *
   * @param from where to begin; null for the smallest key
   * @param to where to end; null for beyond the greatest key
   */
  public Digest digest(@Nullable K from, @Nullable K to) {
    Digest digest = to == null ? digest() : below(to);
    return from == null ? digest : digest.minus(below(from));
  }

  private Digest below(K key) {
    Digest below = Digest.EMPTY;
    Node<K> at = root;
    while (at != null) {
      if (order.compare(at.key, key) < 0) {
        below = below.plus(of(at.left)).plus(Digest.of(at.hash));
        at = at.right;
      } else {
        at = at.left;
      }
    }
    return below;
  }

  private static <K> Digest of(@Nullable Node<K> node) {
    return node == null ? Digest.EMPTY : new Digest(node.count, node.sum, node.xor);
  }

  /** How many keys there are. */
  public long size() {
    return root == null ? 0 : root.count;
  }

  /**
   * The key with so many smaller ones.
   *
   * @param rank from 0
   * @throws SyncException of kind INVALID_ARGUMENT when there are no more than {@code rank} keys
   */
  public K key(long rank) {
    Node<K> at = root;
    long before = rank;
    while (at != null && before >= 0) {
      long left = at.left == null ? 0 : at.left.count;
      if (before == left) {
        return at.key;
      }
      if (before < left) {
        at = at.left;
      } else {
        before -= left + 1;
        at = at.right;
      }
    }
    throw SyncException.invalid("there is no key of rank " + rank + " among " + size());
  }

  /** How many keys are smaller. */
  public long rank(K key) {
    return below(key).count();
  }

  /** The hash of a key's item; empty when the key is not there. */
  public Optional<Long> hash(K key) {
    Node<K> at = root;
    while (at != null) {
      int compared = order.compare(key, at.key);
      if (compared == 0) {
        return Optional.of(at.hash);
      }
      at = compared < 0 ? at.left : at.right;
    }
    return Optional.empty();
  }
}
