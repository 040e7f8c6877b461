package dev.chirograph;

import java.util.Objects;

/**
 * An opaque token that names one state of one item: an etag, a resource version, a row version.
 * Versions are compared for equality only; nothing follows from their order.
 *
 * @param token the store's own text; not empty
 */
public record Version(String token) {
  public Version {
    Objects.requireNonNull(token, "token");
    if (token.isEmpty()) {
      throw SyncException.invalid("a version must not be empty");
    }
  }

  @Override
  public String toString() {
    return token;
  }
}
