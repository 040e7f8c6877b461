package dev.chirograph.http;

/** Finds out who makes a request. Safe for use by several threads. */
interface CallerCheck {

  /**
   * The node that makes the request; nothing of its body has been read.
   *
   * @throws RefusedException when that is not certain
   */
  Caller check(HttpCall call) throws RefusedException;

  /**
   * Who makes a request.
   *
   * @param node its name
   * @param body what its body has to be
   */
  record Caller(String node, BodyCheck body) {}

  /** Whether a body is the one that was promised. */
  interface BodyCheck {
    void check(byte[] body) throws RefusedException;
  }
}
