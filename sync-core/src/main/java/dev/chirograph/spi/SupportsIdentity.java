package dev.chirograph.spi;

import dev.chirograph.Key;
import java.util.List;
import java.util.Optional;

/**
 * A replica that gives each item an external id and knows which item has which. A put with the id
 * of another item is rejected as ALREADY_EXISTS.
 */
public interface SupportsIdentity {

  /**
   * The items that have these ids now.
   *
   * @return by position; empty where the id is free
   */
  List<Optional<Key>> owners(List<String> ids);

  /** Whether a text has the form of an id of this replica. */
  boolean isId(String text);

  /** A new id that no item has. */
  String newId();
}
