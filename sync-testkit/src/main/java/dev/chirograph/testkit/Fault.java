package dev.chirograph.testkit;

/**
 * A way in which a call goes wrong. Where a fault makes no sense for a call, the call goes right:
 * nothing here makes a store tell a lie, such as calling an item absent that is there.
 */
public enum Fault {
  /** The call fails before it was made: nothing was done. */
  FAIL_BEFORE,
  /** The call is made and then fails: everything was done, and the caller is not told. */
  FAIL_AFTER,
  /** The call is made and its reply is lost; where the SPI has a word for it, that is answered. */
  LOSE_REPLY,
  /** The call goes right after what {@link Faults.Builder#onDelay} does, such as moving a clock. */
  DELAY,
  /** 403: refused; nothing was done. */
  FORBIDDEN,
  /** 404: there is no such bucket, table or queue; nothing was done. Says nothing of an item. */
  NOT_FOUND,
  /** 409: somebody else writes at this moment; nothing was done. For writes only. */
  CONFLICT,
  /** 412: the expectation does not hold; nothing was done. For writes and openings only. */
  PRECONDITION_FAILED,
  /** 413: a write has to be smaller; nothing was done. For writes to tables only. */
  TOO_LARGE,
  /** 500: the store failed; a write may have been done or not, here it was not. */
  SERVER_ERROR,
  /** 503: the store asks to slow down; nothing was done. */
  SLOW_DOWN,
  /**
   * What comes back as a stream breaks off: a listing, a scan, a content. Rows of a table are fewer
   * than were asked for, at least one.
   */
  CUT,
  /** The store refuses to list. For listings only. */
  REFUSE
}
