package dev.chirograph.examples.mainjob;

import java.util.List;

/** Keys that stores, collations and encodings like to confuse. */
final class StrangeKeys {

  private StrangeKeys() {}

  static List<String> all() {
    String longest = "strange/longest/";
    return List.of(
        "/leading/slash",
        "//two/leading/slashes",
        "strange//double//slash",
        "strange/Case",
        "strange/case",
        "strange/CASE",
        "strange/100%",
        "strange/100%25",
        "strange/under_score",
        "strange/underXscore",
        "strange/a b",
        "strange/a+b",
        "strange/a%20b",
        "strange/ space around ",
        "strange/quote'quote\"",
        "strange/ke\u0301y composed or not",
        "strange/k\u00e9y composed or not",
        "strange/\uFF5E sorts before \uD83D\uDE00 in bytes, after it in UTF-16",
        "strange/\uD83D\uDE00 an emoji",
        "strange/\uD835\uDC9C beyond the basic plane",
        longest + "x".repeat(1_024 - longest.length()));
  }
}
