package dev.chirograph.http;

import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** A pull as the query of an address: no body, so that a log is read with GET. */
final class PullQuery {

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,19}");
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private PullQuery() {}

  static String write(Pull pull) {
    String how =
        "limit="
            + pull.limit()
            + "&bytes="
            + pull.maxBytes()
            + "&wait="
            + Math.min(pull.patience().toMillis(), Integer.MAX_VALUE)
            + (pull.gap() ? "&gap=true" : "");
    Position after = pull.after();
    return after.equals(Position.START)
        ? how
        : "epoch="
            + after.epoch()
            + "&number="
            + after.number()
            + "&mark="
            + after.mark()
            + "&"
            + how;
  }

  /**
   * Reads a query.
   *
   * @throws WireException when something is missing, malformed or said twice
   */
  static Pull read(String query) throws WireException {
    Map<String, String> fields = new HashMap<>();
    for (String field : query.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0
          && fields.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
        throw new WireException("a parameter is given twice");
      }
    }
    long limit = number(fields, "limit");
    long wait = number(fields, "wait");
    if (limit < 1 || limit > Integer.MAX_VALUE || wait < 0 || wait > Integer.MAX_VALUE) {
      throw new WireException("'limit' or 'wait' is out of bounds");
    }
    long bytes = number(fields, "bytes");
    if (bytes < 1) {
      throw new WireException("'bytes' is not positive");
    }
    return new Pull(after(fields), gap(fields), (int) limit, bytes, Duration.ofMillis(wait));
  }

  private static Position after(Map<String, String> fields) throws WireException {
    if (!fields.containsKey("epoch")
        && !fields.containsKey("number")
        && !fields.containsKey("mark")) {
      return Position.START;
    }
    return new Position(id(fields, "epoch"), number(fields, "number"), id(fields, "mark"));
  }

  private static boolean gap(Map<String, String> fields) throws WireException {
    String text = fields.getOrDefault("gap", "false");
    if (!text.equals("true") && !text.equals("false")) {
      throw new WireException("the parameter 'gap' is neither true nor false");
    }
    return text.equals("true");
  }

  private static long number(Map<String, String> fields, String name) throws WireException {
    String text = fields.get(name);
    if (text != null && NUMBER.matcher(text).matches()) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new WireException("the parameter '" + name + "' is out of bounds", e);
      }
    }
    throw new WireException("the parameter '" + name + "' is missing or no number");
  }

  private static UUID id(Map<String, String> fields, String name) throws WireException {
    String text = fields.get(name);
    if (text == null || !ID.matcher(text).matches()) {
      throw new WireException("the parameter '" + name + "' is missing or no UUID");
    }
    return UUID.fromString(text);
  }
}
