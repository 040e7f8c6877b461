package dev.chirograph.spi;

import dev.chirograph.Key;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * What a node wrote into its log once: that a version of a key is there, deprecated or gone.
 *
 * @param dot who wrote it, and where it stood there; unique in the world
 * @param at when the node wrote it, by the node's clock; for people, nothing is ordered by it
 * @param body what it says
 */
public record LogEntry(Dot dot, Instant at, Body body) {

  public LogEntry {
    Objects.requireNonNull(dot, "dot");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(body, "body");
  }

  /** Whether this wins over another entry about the same key and version, on every node alike. */
  public boolean beats(LogEntry other) {
    int order = body.operation().compareTo(other.body.operation());
    return order > 0 || (order == 0 && body.id().compareTo(other.body.id()) > 0);
  }

  /** What an entry says of its key and version; the later of these wins, whatever the order. */
  public enum Operation {
    /** It is there. */
    ADD,
    /** It is there and should not be used any more. */
    DEPRECATE,
    /** It is gone, for good: what is there again has another version. */
    DELETE
  }

  /**
   * The place of an entry in the log of the node that wrote it.
   *
   * @param node its name
   * @param epoch which life of its log
   * @param number the position there
   */
  public record Dot(String node, UUID epoch, long number) {
    public Dot {
      Objects.requireNonNull(node, "node");
      Objects.requireNonNull(epoch, "epoch");
    }
  }

  /**
   * An entry as its author writes it.
   *
   * @param id unique in the world
   * @param operation what it says
   * @param key of what
   * @param version which version of it
   * @param content what the version consists of; {@link Content#NONE} when there is nothing to
   *     fetch
   * @param payload anything else, usually JSON
   */
  public record Body(
      UUID id, Operation operation, Key key, String version, Content content, String payload) {
    public Body {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(content, "content");
      Objects.requireNonNull(payload, "payload");
    }
  }

  /**
   * Bytes that belong to an entry.
   *
   * @param sha256 their digest in lower-case hexadecimal; empty when there are none
   * @param size how many bytes
   * @param location where its author offers them; empty when where all its content is
   */
  public record Content(String sha256, long size, String location) {

    /** No bytes. */
    public static final Content NONE = new Content("", 0, "");

    public Content {
      Objects.requireNonNull(sha256, "sha256");
      Objects.requireNonNull(location, "location");
    }

    /** Whether there is nothing. */
    public boolean isNone() {
      return sha256.isEmpty();
    }
  }
}
