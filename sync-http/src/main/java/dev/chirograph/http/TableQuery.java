package dev.chirograph.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parameters of a request to a table. */
final class TableQuery {

  private static final String WHOLE = "-?[0-9]{1,19}";

  private final Map<String, String> values = new HashMap<>();

  private TableQuery() {}

  /** Reads parameters, of which none comes twice. */
  static TableQuery of(String query) throws RefusedException {
    TableQuery read = new TableQuery();
    if (query.isEmpty()) {
      return read;
    }
    for (String parameter : query.split("&", -1)) {
      String[] parts = parameter.split("=", 2);
      if (read.values.put(parts[0], parts.length == 1 ? "" : parts[1]) != null) {
        throw malformed("a parameter comes twice");
      }
    }
    return read;
  }

  Optional<String> text(String name) throws RefusedException {
    String value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    Optional<String> text = HeaderText.decode(value);
    if (text.isEmpty()) {
      throw malformed("'" + name + "' is not percent-encoded as it should be");
    }
    return text;
  }

  Optional<Long> whole(String name) throws RefusedException {
    Optional<String> text = text(name);
    try {
      if (text.isEmpty() || text.get().matches(WHOLE)) {
        return text.map(Long::parseLong);
      }
    } catch (NumberFormatException e) {
      // beyond 64 bits
    }
    throw malformed("'" + name + "' is no whole number");
  }

  /** How many at most: so many where it does not say fewer. */
  int limit(String name, int most) throws RefusedException {
    long limit = whole(name).orElse((long) most);
    if (limit < 1) {
      throw malformed("'" + name + "' is less than 1");
    }
    return (int) Math.min(limit, most);
  }

  /** Refuses parameters whose meaning is not known: they may have been meant to narrow it. */
  void only(String... names) throws RefusedException {
    if (!Set.of(names).containsAll(values.keySet())) {
      throw malformed("there are other parameters than " + String.join(", ", names));
    }
  }

  /** Whether a parameter that is there has the one value that it can have. */
  boolean flag(String name) throws RefusedException {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().equals("true")) {
      throw malformed("'" + name + "' can only be true");
    }
    return text.isPresent();
  }

  /** One or more of a few words, with commas between them; all where there is none. */
  List<String> some(String name, List<String> words) throws RefusedException {
    String value = values.get(name);
    if (value == null) {
      return words;
    }
    List<String> some = List.of(value.split(",", -1));
    if (!words.containsAll(some)) {
      throw malformed("'" + name + "' has other words than " + String.join(", ", words));
    }
    return some;
  }

  private static RefusedException malformed(String why) {
    return new RefusedException(Refusal.MALFORMED, 400, why);
  }
}
