package dev.chirograph.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** States of a database as weak entity tags, which stay what they are under any content coding. */
final class Tags {

  private final List<String> known;
  private final boolean any;

  private Tags(List<String> known, boolean any) {
    this.known = known;
    this.any = any;
  }

  static String header(String tag) {
    return "W/\"" + HeaderText.encode(tag) + "\"";
  }

  /** What all headers {@code If-None-Match} name; what is no tag names nothing. */
  static Tags of(List<String> headers) {
    List<String> known = new ArrayList<>();
    boolean any = false;
    for (String header : headers) {
      for (String one : header.split(",", -1)) {
        any |= one.strip().equals("*");
        tag(one.strip()).ifPresent(known::add);
      }
    }
    return new Tags(known, any);
  }

  private static Optional<String> tag(String written) {
    String quoted = written.startsWith("W/") ? written.substring(2) : written;
    boolean whole = quoted.length() > 2 && quoted.startsWith("\"") && quoted.endsWith("\"");
    return whole ? HeaderText.decode(quoted.substring(1, quoted.length() - 1)) : Optional.empty();
  }

  /** The tag, when it is the only one. */
  Optional<String> only() {
    return known.size() == 1 && !any ? Optional.of(known.get(0)) : Optional.empty();
  }

  boolean have(String tag) {
    return any || known.contains(tag);
  }
}
