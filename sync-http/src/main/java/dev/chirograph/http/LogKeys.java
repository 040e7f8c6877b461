package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The keys by which other nodes prove who they are.
 *
 * <p>A node has one key, and while it is being replaced two: add the new one here, have the node
 * sign with it, then take the old one away. It is asked at every request, so that keys can be
 * replaced while everything runs; an implementation that looks them up elsewhere should remember
 * them for a while.
 *
 * <p>Safe for use by several threads.
 */
@FunctionalInterface
public interface LogKeys {

  /** The most keys that are valid for a node at one time. */
  int MOST = 2;

  /**
   * The keys of a node; none when it is not known. More than {@value #MOST} are refused as an error
   * of this side.
   *
   * @param node whatever name a request gives, be it that of a stranger
   */
  List<SigningKey> of(String node);

  /**
   * These keys, for good.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when a node has no keys, more than {@value
   *     #MOST}, or two of one id
   */
  static LogKeys fixed(Map<String, List<SigningKey>> keys) {
    Map<String, List<SigningKey>> copy =
        keys.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> checked(entry.getKey(), entry.getValue())));
    return node -> copy.getOrDefault(node, List.of());
  }

  private static List<SigningKey> checked(String node, List<SigningKey> keys) {
    List<String> ids = keys.stream().map(SigningKey::id).toList();
    if (ids.isEmpty() || ids.size() > MOST || new HashSet<>(ids).size() < ids.size()) {
      throw SyncException.invalid(
          "a node has one or two keys with ids of their own, unlike '" + node + "' with " + ids);
    }
    return List.copyOf(keys);
  }
}
