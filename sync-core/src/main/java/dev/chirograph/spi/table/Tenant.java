package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.util.regex.Pattern;

/**
 * Whose database it is, where many share tables.
 *
 * @param customer 1 to 64 letters, digits, {@code -} and {@code _}
 * @param database one of the customer's, named in the same way
 */
public record Tenant(String customer, String database) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  public Tenant {
    check("customer", customer);
    check("database", database);
  }

  private static void check(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw SyncException.invalid(
          "a " + what + " is named by 1 to 64 letters, digits, '-' and '_'");
    }
  }

  @Override
  public String toString() {
    return customer + "/" + database;
  }
}
