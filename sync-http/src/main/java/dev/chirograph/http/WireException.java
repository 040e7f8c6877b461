package dev.chirograph.http;

import java.io.IOException;

/** What was read is not what the format allows. Its message holds nothing of what was read. */
class WireException extends IOException {

  private static final long serialVersionUID = 1L;

  WireException(String message) {
    super(message);
  }

  WireException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What was read has more of something than is allowed. */
  static final class TooLarge extends WireException {

    private static final long serialVersionUID = 1L;

    TooLarge(String message) {
      super(message);
    }
  }
}
