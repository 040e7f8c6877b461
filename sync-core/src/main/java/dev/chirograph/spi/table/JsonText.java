package dev.chirograph.spi.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON in one form: no spaces, members in the order of their names in UTF-16, the last of several
 * with one name, numbers by their value.
 */
final class JsonText {

  /** Numbers of so many digits are written without an exponent. */
  private static final int PLAIN = 40;

  private static final int LONGEST_NUMBER = 10_000;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(Integer.MAX_VALUE)
                          .maxNumberLength(LONGEST_NUMBER)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonText() {}

  /**
   * The same value in this form.
   *
   * @throws NumberFormatException when it is no JSON
   */
  static String of(String json) {
    try {
      JsonNode root = MAPPER.readTree(json);
      if (root.isMissingNode()) {
        throw new NumberFormatException("no JSON");
      }
      StringBuilder text = new StringBuilder();
      write(root, text);
      return text.toString();
    } catch (JsonProcessingException e) {
      NumberFormatException refused = new NumberFormatException("no JSON");
      refused.initCause(e);
      throw refused;
    }
  }

  private static void write(JsonNode node, StringBuilder text) {
    if (node.isObject()) {
      List<String> names = new ArrayList<>();
      node.fieldNames().forEachRemaining(names::add);
      names.sort(null);
      String before = "{";
      for (String name : names) {
        text.append(before).append(TextNode.valueOf(name)).append(':');
        write(node.get(name), text);
        before = ",";
      }
      text.append(names.isEmpty() ? "{}" : "}");
    } else if (node.isArray()) {
      text.append('[');
      for (int i = 0; i < node.size(); i++) {
        text.append(i == 0 ? "" : ",");
        write(node.get(i), text);
      }
      text.append(']');
    } else if (node.isNumber()) {
      text.append(number(node.decimalValue()));
    } else {
      text.append(node);
    }
  }

  private static String number(BigDecimal value) {
    if (value.signum() == 0) {
      return "0";
    }
    BigDecimal shortest = value.stripTrailingZeros();
    boolean plain = Math.abs((long) shortest.scale()) + shortest.precision() <= PLAIN;
    return plain ? shortest.toPlainString() : shortest.toString();
  }
}
