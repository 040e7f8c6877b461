package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Tenant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The path of a request, as it was received. Every name has one form only: customers and databases
 * as they are, tables percent-encoded, so that nothing can be read in two ways.
 */
final class TablePath {

  private static final int CUSTOMER = 3;
  private static final int DATABASE = 5;
  private static final int TABLE = 7;

  /** As {@link Tenant} wants it. */
  private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** What a server or a proxy might take for something else, encoded or not. */
  private static final Pattern AMBIGUOUS = Pattern.compile("^\\.{1,2}\\z|[/\\\\%;\\p{Cc}]");

  private static final int MOST_NAME = 255;

  private final List<String> segments;

  private TablePath(List<String> segments) {
    this.segments = segments;
  }

  static TablePath of(String path) {
    return new TablePath(Arrays.asList(path.split("/", -1)));
  }

  /** Whether a table of this name has an address. */
  static boolean isAddressable(String table) {
    return !table.isEmpty()
        && table.length() <= MOST_NAME
        && !AMBIGUOUS.matcher(table).find()
        && HeaderText.decode(HeaderText.encode(table)).equals(Optional.of(table));
  }

  boolean fits(String template) {
    String[] wanted = template.split("/", -1);
    if (wanted.length != segments.size()) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      String segment = segments.get(i);
      boolean fits =
          switch (wanted[i]) {
            case "{customer}", "{database}" -> TENANT.matcher(segment).matches();
            case "{table}" ->
                HeaderText.decode(segment).filter(TablePath::isAddressable).isPresent();
            default -> segment.equals(wanted[i]);
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  String customer() {
    return segments.get(CUSTOMER);
  }

  Tenant tenant() {
    return new Tenant(customer(), segments.get(DATABASE));
  }

  String table() {
    return HeaderText.decode(segments.get(TABLE))
        .orElseThrow(() -> SyncException.invalid("the address names no table"));
  }
}
