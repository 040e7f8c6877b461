package dev.chirograph.http;

import dev.chirograph.log.LogRequest;
import java.util.Arrays;
import java.util.List;

/** What can be asked for, and under which address. */
enum Route {
  PULL("GET", "entries"),
  PUSH("POST", "entries"),
  COMPARE("POST", "digests"),
  HASHES("POST", "hashes"),
  ITEMS("POST", "items"),
  FIND("POST", "find"),
  CONTENT("GET", "content");

  /** In front of every address; another version of the format has another one. */
  static final String VERSION = "/v1/";

  private static final int DIGITS_OF_SHA256 = 64;

  private final String method;
  private final String name;

  Route(String method, String name) {
    this.method = method;
    this.name = name;
  }

  String method() {
    return method;
  }

  /** The address of a request below the base of a node. */
  String path() {
    return VERSION + name;
  }

  /** The address of a content below the base of a node. */
  static String content(String sha256) {
    return CONTENT.path() + "/" + sha256;
  }

  /** The content that an address below the base names; empty when it is none. */
  static String contentOf(String path) {
    String prefix = content("");
    boolean fits =
        path.startsWith(prefix)
            && path.length() == prefix.length() + DIGITS_OF_SHA256
            && isHex(path.substring(prefix.length()));
    return fits ? path.substring(prefix.length()) : "";
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /** What an address below the base stands for, one for each method; none when nothing is there. */
  static List<Route> at(String path) {
    return Arrays.stream(values())
        .filter(route -> route == CONTENT ? !contentOf(path).isEmpty() : path.equals(route.path()))
        .toList();
  }

  static Route of(LogRequest request) {
    if (request instanceof LogRequest.Pull) {
      return PULL;
    }
    if (request instanceof LogRequest.Push) {
      return PUSH;
    }
    if (request instanceof LogRequest.Compare) {
      return COMPARE;
    }
    if (request instanceof LogRequest.Hashes) {
      return HASHES;
    }
    return request instanceof LogRequest.Items ? ITEMS : FIND;
  }
}
