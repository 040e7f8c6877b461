package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.util.Optional;

/** What every dialect can store as text, and the names that handles are bound to. */
final class Names {

  static final String DEFAULT_TENANT = "default";

  private static final int MAX_TENANT = 100;

  private Names() {}

  /** The name of a tenant, checked. */
  static String tenant(String name) {
    if (name.isEmpty() || name.length() > MAX_TENANT || fault(name).isPresent()) {
      throw SyncException.invalid(
          "a tenant has 1 to "
              + MAX_TENANT
              + " characters of Unicode text without NUL: '"
              + name
              + "'");
    }
    return name;
  }

  /** Why some dialect could not store a text as it is; empty when all can. */
  static Optional<String> fault(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return Optional.of("holds the character NUL");
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return Optional.of("holds a lone surrogate");
      }
    }
    return Optional.empty();
  }
}
