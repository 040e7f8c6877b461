package dev.chirograph.http;

import java.util.Arrays;
import java.util.List;

/** What can be asked of tables, and under which address. */
enum TableRoute {
  HEALTH("GET", "health"),
  DATABASES("GET", "customers/{customer}/databases"),
  REGISTER("PUT", "customers/{customer}/databases/{database}"),
  TABLES("GET", "customers/{customer}/databases/{database}/tables"),
  ABOUT("GET", ""),
  WRITE("POST", ""),
  DELETE("DELETE", ""),
  LIST("GET", "/manifest"),
  MANIFEST("POST", "/manifest"),
  DIGEST("POST", "/digest"),
  FIND("POST", "/find"),
  ROWS("POST", "/rows"),
  SPLIT("POST", "/split"),
  LEASE("PUT", "/lease"),
  RELEASE("DELETE", "/lease");

  /** In front of every address; another version of the protocol has another one. */
  static final String VERSION = "v1";

  private static final String OF_A_TABLE =
      "customers/{customer}/databases/{database}/tables/{table}";

  private final String method;
  private final String template;

  TableRoute(String method, String place) {
    this.method = method;
    boolean ofTable = place.isEmpty() || place.startsWith("/");
    this.template = "/" + VERSION + "/" + (ofTable ? OF_A_TABLE + place : place);
  }

  String method() {
    return method;
  }

  /** The address, with names in braces where a value belongs. */
  String template() {
    return template;
  }

  /** What an address stands for, one for each method; none when nothing is there. */
  static List<TableRoute> at(TablePath path) {
    return Arrays.stream(values()).filter(route -> path.fits(route.template)).toList();
  }
}
