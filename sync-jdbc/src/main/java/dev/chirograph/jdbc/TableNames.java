package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where our tables are: a schema and a prefix, put in place of <code>${name}</code> in our SQL.
 *
 * @param schema empty for the one the connection stands in
 * @param prefix the start of every table and index name; may be empty
 */
record TableNames(String schema, String prefix) {

  static final String DEFAULT_PREFIX = "chirograph_";

  private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,39}");
  private static final Pattern HOLE = Pattern.compile("\\$\\{([a-z_]+)}");

  TableNames {
    check("schema", schema);
    check("prefix", prefix);
  }

  static TableNames standard() {
    return new TableNames("", DEFAULT_PREFIX);
  }

  TableNames withSchema(String name) {
    return new TableNames(name, prefix);
  }

  TableNames withPrefix(String text) {
    return new TableNames(schema, text);
  }

  /** Whether a table in the schema of our tables is one of them, whatever the case of its name. */
  boolean isOurs(String table) {
    return !prefix.isEmpty() && table.toLowerCase(Locale.ROOT).startsWith(prefix);
  }

  /** The qualified name of a table. */
  String table(String name) {
    return (schema.isEmpty() ? "" : schema + ".") + prefix + name;
  }

  /**
   * SQL with its holes filled: <code>${prefix}</code> by the prefix (for index names), <code>${now}
   * </code> left alone, any other by the qualified table.
   */
  String fill(String sql) {
    Matcher holes = HOLE.matcher(sql);
    return holes.replaceAll(
        hole ->
            switch (hole.group(1)) {
              case "now" -> Matcher.quoteReplacement("${now}");
              case "prefix" -> prefix;
              default -> table(hole.group(1));
            });
  }

  private static void check(String what, String name) {
    if (!name.isEmpty() && !IDENTIFIER.matcher(name).matches()) {
      throw SyncException.invalid(
          "a "
              + what
              + " is made of at most 40 small letters, digits and underscores and starts with no digit: '"
              + name
              + "'");
    }
  }
}
