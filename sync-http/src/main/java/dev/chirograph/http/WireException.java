package dev.chirograph.http;

import java.io.IOException;

/** What was read is not what the format allows. Its message holds nothing of what was read. */
final class WireException extends IOException {

  private static final long serialVersionUID = 1L;

  WireException(String message) {
    super(message);
  }

  WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
