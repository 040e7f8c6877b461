package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Content;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of an edit before it begins, so that all of it is read together with the lock.
 *
 * @param spots whose items are read
 * @param changing spots whose items may change
 * @param contents that items may refer to
 * @param lives that items may name; what was seen of any is read with them
 * @param member that is read
 */
record Ahead(
    Set<Spot> spots,
    Collection<Spot> changing,
    Collection<Content> contents,
    Collection<Life> lives,
    Optional<String> member) {

  static final Ahead NOTHING =
      new Ahead(Set.of(), List.of(), List.of(), List.of(), Optional.empty());

  static Ahead content(String sha256) {
    return new Ahead(
        Set.of(), List.of(), List.of(new Content(sha256, 0, "")), List.of(), Optional.empty());
  }

  /** Entries of this node about items that are probably new. */
  static Ahead ofNew(List<OwnEntry> entries) {
    return new Ahead(Set.of(), spots(entries), contents(entries), List.of(), Optional.empty());
  }

  /** Entries of this node. */
  static Ahead of(List<OwnEntry> entries) {
    List<Spot> spots = spots(entries);
    return new Ahead(Set.copyOf(spots), spots, contents(entries), List.of(), Optional.empty());
  }

  private static List<Spot> spots(List<OwnEntry> entries) {
    return entries.stream().map(OwnEntry::spot).toList();
  }

  private static List<Content> contents(List<OwnEntry> entries) {
    return entries.stream().map(entry -> entry.body().content()).toList();
  }

  /**
   * Items of a peer.
   *
   * @param named lives that are named beside those of the items
   */
  static Ahead of(List<Incoming> items, Collection<Life> named, String peer) {
    Set<Life> lives = items.stream().flatMap(Incoming::lives).collect(Collectors.toSet());
    lives.addAll(named);
    Set<Spot> spots = items.stream().map(Incoming::spot).collect(Collectors.toSet());
    return new Ahead(
        spots,
        spots,
        items.stream().map(one -> one.item().content()).toList(),
        lives,
        Optional.of(peer));
  }

  /** Items that were read before. */
  static Ahead ofRead(Set<Spot> spots) {
    return new Ahead(spots, List.of(), List.of(), List.of(), Optional.empty());
  }

  /** Items that may be dropped. */
  static Ahead ofDropped(List<Incoming> items) {
    Set<Spot> spots = items.stream().map(Incoming::spot).collect(Collectors.toSet());
    return new Ahead(spots, spots, List.of(), List.of(), Optional.empty());
  }
}
