package dev.chirograph.http;

/** Why a request was refused before anything was asked of the node. */
public enum Refusal {
  /** Address, headers or body are larger than allowed. */
  TOO_LARGE,
  /** Its body did not come in time. */
  TOO_SLOW,
  /** It is no request of this format. */
  MALFORMED,
  /** It is not signed, or not as it should be. */
  UNSIGNED,
  /** The caller has no keys here, or the transport has not authenticated anybody. */
  UNKNOWN_CALLER,
  /** It was meant for another node. */
  WRONG_NODE,
  /**
   * Its time differs too much from this node's clock: it is late, or one of the clocks is wrong.
   */
  WRONG_TIME,
  /** It names a key that the caller does not have here. */
  UNKNOWN_KEY,
  /** It was not signed with the key that it names, or was changed on the way. */
  WRONG_SIGNATURE,
  /**
   * It was made before. Some of these are no attack: the HTTP client of the JDK makes a GET again
   * by itself when the connection breaks before an answer.
   */
  REPLAYED,
  /** Too many are remembered already, or are being answered; it can be made again later. */
  TOO_MANY,
  /** Its body is not the one that was signed. */
  WRONG_BODY,
  /** The caller is who it says, but neither a peer nor a reader of this node. */
  NOT_ADMITTED,
  /** There is no such database, or the caller may not use it: nobody is told which. */
  UNKNOWN_DATABASE,
  /** The database of the caller has no such table. */
  UNKNOWN_TABLE
}
