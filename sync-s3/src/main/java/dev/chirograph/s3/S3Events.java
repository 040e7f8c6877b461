package dev.chirograph.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parses the event notifications of buckets.
 *
 * <p>Taken are the notification itself with its list of records, a single record, a list of
 * records, and the envelopes of SNS and SQS around them, as they come from the queue, from a topic,
 * or in a Lambda event. The test event that a bucket sends when notifications are switched on holds
 * no events.
 *
 * <p>Events are hints: they may come twice, late, out of order or not at all.
 */
public final class S3Events {

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** SQS around SNS around a notification is three; more is no notification. */
  private static final int MAX_ENVELOPES = 5;

  private S3Events() {}

  /**
   * The events in a message, in their order.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the text is no notification
   */
  public static List<S3Event> parse(String message) {
    List<S3Event> events = new ArrayList<>();
    collect(read(message), events, 0);
    return List.copyOf(events);
  }

  /**
   * Of several events of one object the one that happened last, in the order of first appearance.
   *
   * <p>Events with a sequencer are ordered by it, whatever their order here. One without is taken
   * to have happened where it stands.
   */
  public static List<S3Event> latestPerKey(Collection<S3Event> events) {
    record Item(String bucket, Key key) {}
    Map<Item, S3Event> latest = new LinkedHashMap<>();
    for (S3Event event : events) {
      latest.merge(new Item(event.bucket(), event.key()), event, S3Events::later);
    }
    return List.copyOf(latest.values());
  }

  private static S3Event later(S3Event one, S3Event two) {
    boolean earlier =
        one.sequencer().isPresent()
            && two.sequencer().isPresent()
            && compareSequencers(two.sequencer().get(), one.sequencer().get()) < 0;
    return earlier ? one : two;
  }

  /**
   * Compares two sequencers of one key: as hexadecimal digits of which the shorter one is filled up
   * with zeros on the right, as S3 prescribes.
   *
   * @return negative, zero or positive as the first is earlier, the same or later
   */
  public static int compareSequencers(String one, String two) {
    for (int i = 0; i < Math.max(one.length(), two.length()); i++) {
      int difference = digit(one, i) - digit(two, i);
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  private static int digit(String sequencer, int index) {
    return index < sequencer.length() ? Character.digit(sequencer.charAt(index), 16) : 0;
  }

  private static JsonNode read(String message) {
    try {
      return JSON.readTree(message);
    } catch (JsonProcessingException e) {
      // The cause repeats what it could not read, and messages may hold private names.
      throw SyncException.invalid(
          "not an event notification: no JSON at line "
              + (e.getLocation() == null ? 0 : e.getLocation().getLineNr())
              + ", column "
              + (e.getLocation() == null ? 0 : e.getLocation().getColumnNr()));
    }
  }

  private static void collect(JsonNode node, List<S3Event> events, int depth) {
    if (depth > MAX_ENVELOPES) {
      throw SyncException.invalid("not an event notification: more envelopes than there can be");
    }
    if (node.isArray()) {
      node.forEach(item -> collect(item, events, depth + 1));
    } else if (node.path("s3").isObject()) {
      events.add(event(node));
    } else if (node.path("Records").isArray()) {
      collect(node.get("Records"), events, depth);
    } else if (node.path("Messages").isArray()) {
      collect(node.get("Messages"), events, depth);
    } else if (!isTest(node)) {
      collect(read(enclosed(node)), events, depth + 1);
    }
  }

  private static boolean isTest(JsonNode node) {
    return node.path("Event").asText().equals("s3:TestEvent");
  }

  private static String enclosed(JsonNode envelope) {
    for (JsonNode text :
        List.of(
            envelope.path("Message"),
            envelope.path("Sns").path("Message"),
            envelope.path("body"),
            envelope.path("Body"))) {
      if (text.isTextual()) {
        return text.textValue();
      }
    }
    throw SyncException.invalid(
        "not an event notification: neither records nor an envelope of SNS or SQS");
  }

  private static S3Event event(JsonNode node) {
    JsonNode object = node.path("s3").path("object");
    String bucket = required(node.path("s3").path("bucket").path("name"), "s3.bucket.name");
    Key key = decode(required(object.path("key"), "s3.object.key"));
    return new S3Event(
        bucket,
        key,
        type(required(node.path("eventName"), "eventName")),
        optional(object.path("versionId")),
        optional(object.path("sequencer")).map(S3Events::checkedSequencer));
  }

  private static String required(JsonNode field, String name) {
    if (!field.isTextual() || field.textValue().isEmpty()) {
      throw SyncException.invalid("not an event notification: a record has no " + name);
    }
    return field.textValue();
  }

  private static Optional<String> optional(JsonNode field) {
    return field.isTextual() && !field.textValue().isEmpty()
        ? Optional.of(field.textValue())
        : Optional.empty();
  }

  private static String checkedSequencer(String sequencer) {
    if (sequencer.chars().anyMatch(c -> Character.digit(c, 16) < 0)) {
      throw SyncException.invalid("not an event notification: a sequencer is not hexadecimal");
    }
    return sequencer;
  }

  private static S3Event.Type type(String name) {
    String event = name.startsWith("s3:") ? name.substring(3) : name;
    return switch (event.substring(
        0, event.indexOf(':') < 0 ? event.length() : event.indexOf(':'))) {
      case "ObjectCreated" -> S3Event.Type.CREATED;
      case "ObjectRemoved", "LifecycleExpiration" -> S3Event.Type.REMOVED;
      case "ObjectTagging" -> S3Event.Type.TAGGING;
      case "ObjectAcl" -> S3Event.Type.ACL;
      case "ObjectRestore" -> S3Event.Type.RESTORED;
      default -> S3Event.Type.OTHER;
    };
  }

  /**
   * Keys are encoded like the fields of a form: a plus is a space, and bytes are percent-encoded.
   */
  private static Key decode(String encoded) {
    byte[] text = encoded.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length);
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '+') {
        bytes.write(' ');
      } else if (text[i] == '%') {
        bytes.write(escaped(text, i));
        i += 2;
      } else {
        bytes.write(text[i]);
      }
    }
    return Key.ofBytes(bytes.toByteArray());
  }

  private static int escaped(byte[] text, int at) {
    int high = at + 2 < text.length ? Character.digit(text[at + 1], 16) : -1;
    int low = at + 2 < text.length ? Character.digit(text[at + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw SyncException.invalid("not an event notification: a key ends its escape too early");
    }
    return high * 16 + low;
  }
}
