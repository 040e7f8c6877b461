package dev.chirograph.http;

import java.time.Instant;

/**
 * Remembers which requests were made, so that nobody repeats one that he has overheard.
 *
 * <p>Requests carry a number that is used once; it is remembered until the time of the request is
 * too long ago to be accepted anyway. Several processes that answer for one node should share what
 * they remember, say in a table with a unique key. Where they do not, or forget it when they are
 * restarted, a request that was overheard can be repeated within the accepted difference of clocks,
 * once at each of them. It is then answered as it was, which tells the listener nothing where the
 * connection is encrypted, and changes nothing: items that are pushed again are known.
 *
 * <p>Safe for use by several threads.
 */
@FunctionalInterface
public interface Nonces {

  /**
   * Takes a nonce.
   *
   * @param caller the node that made the request
   * @param nonce its number
   * @param until when it may be forgotten
   * @param now the time by the clock of this node
   */
  Taken take(String caller, String nonce, Instant until, Instant now);

  /** What taking a nonce came to. */
  enum Taken {
    /** It was not used before, and is now. */
    YES,
    /** It was used before, or may have been. */
    REPEATED,
    /** It cannot be remembered, for there are too many: the request is refused. */
    FULL
  }

  /**
   * Remembers in memory, for one process.
   *
   * @param most how many nonces of one node are remembered at one time, about 100 bytes each; with
   *     the usual difference of clocks of 5 minutes a node can make about as many requests in 5
   *     minutes
   */
  static Nonces inMemory(int most) {
    return new MemoryNonces(most);
  }
}
