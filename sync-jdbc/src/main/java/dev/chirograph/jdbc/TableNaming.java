package dev.chirograph.jdbc;

/** Names of a host's tables and columns in SQL. */
final class TableNaming {

  private TableNaming() {}

  /** A name as it is, whatever its characters. */
  static String quoted(Dialect dialect, String name) {
    char quote = dialect == Dialect.MARIADB ? '`' : '"';
    String twice = String.valueOf(quote) + quote;
    return quote + name.replace(String.valueOf(quote), twice) + quote;
  }
}
