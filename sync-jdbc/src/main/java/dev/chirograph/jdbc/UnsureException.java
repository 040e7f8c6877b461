package dev.chirograph.jdbc;

import dev.chirograph.SyncException;

/** The connection broke while the database was committing: the work was done, or it was not. */
final class UnsureException extends SyncException {

  private static final long serialVersionUID = 1L;

  UnsureException(String operation, Throwable cause) {
    super(
        Kind.UNAVAILABLE,
        operation + ": the reply was lost while committing; it may have been done or not",
        cause);
  }
}
