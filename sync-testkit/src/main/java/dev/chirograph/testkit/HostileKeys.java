package dev.chirograph.testkit;

import dev.chirograph.Key;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Keys that stores tend to confuse, cut, fold or misorder. All are different. */
public final class HostileKeys {

  private static final List<String> TEXTS =
      List.of(
          // Case, blanks and accents, which collations fold
          "key",
          "KEY",
          "Key",
          "key ",
          " key",
          " ",
          "k\u00e9y",
          "ke\u0301y",
          "\u00e9",
          "e\u0301",
          "stra\u00dfe",
          "strasse",
          "\u0130",
          "i",
          "A",
          "A/b",
          "Ab",
          // Wildcards, escapes and quotes of SQL, shells, JSON and XML
          "%",
          "_",
          "k%",
          "k_y",
          "kXy",
          "\\",
          "\\\\",
          "\\0",
          "\\x00",
          "a\\b",
          "'",
          "''",
          "a'b;--",
          "\"",
          "`",
          "$1",
          "?",
          ":name",
          "--",
          ";",
          "{}",
          "[\"a\"]",
          "&amp;",
          "<a>",
          "*",
          "~",
          "null",
          "NULL",
          "0",
          "00",
          "-0",
          "1e0",
          "true",
          "0x6b6579",
          // Paths and addresses
          "/",
          "//",
          "/a",
          "a",
          "a/",
          "a//b",
          "a/b",
          "a/b/c",
          "ab",
          "aXb",
          ".",
          "..",
          "../a",
          "./a",
          "a/../b",
          "a+b",
          "+",
          "a b",
          "a ",
          "a%20b",
          "a%2Bb",
          "a%2Fb",
          "%25",
          "a?b",
          "#",
          "a#b",
          // Beyond the basic plane: U+FF5E sorts below U+1F600 in UTF-8 and above it in UTF-16
          "\u2028",
          "\uFFFD",
          "\uFF5E",
          "\uFF5Ea",
          "\uE000",
          "\uD83D\uDE00",
          "\uD83D\uDE00a",
          "\uD800\uDC00",
          "\uDBFF\uDFFD",
          // The longest ones
          "x".repeat(Key.MAX_LENGTH),
          "x".repeat(Key.MAX_LENGTH - 1),
          "x".repeat(Key.MAX_LENGTH - 1) + "y",
          "\uD83D\uDE00".repeat(Key.MAX_LENGTH / 4));

  private static final List<String> CONTROLS =
      List.of(
          "\u0000",
          "key\t",
          "key\u0000",
          "key\u0000\u0000",
          "k\u0000ey",
          "a\nb",
          "a\rb",
          "\u007f",
          "\u0080",
          "\uFFFF",
          "\uD83D\uDE00\u0000",
          "\uDBFF\uDFFF");

  private HostileKeys() {}

  /** Keys of text without control characters, which every store has to take. */
  public static List<Key> text() {
    return TEXTS.stream().map(Key::utf8).toList();
  }

  /** All of them: those of {@link #text}, control characters, and bytes that are no text. */
  public static List<Key> all() {
    return Stream.of(TEXTS.stream().map(Key::utf8), CONTROLS.stream().map(Key::utf8), bytes())
        .flatMap(keys -> keys)
        .toList();
  }

  private static Stream<Key> bytes() {
    return Stream.of(
        // Not UTF-8: lone, cut and overlong sequences
        key(0xff),
        key(0xff, 0xff),
        key(0xfe),
        key(0x80),
        key(0xc0, 0x80),
        key(0xed, 0xa0, 0x80),
        key(0xf0, 0x9f, 0x98),
        key(0x00, 0x00),
        key(0x00, 0xff, 0x00),
        key(0xff, 0x00),
        key(0x01),
        // The longest ones, which differ in their last byte only
        longest(0x00),
        longest(0xff),
        Key.ofBytes(new byte[Key.MAX_LENGTH]),
        filled(Key.MAX_LENGTH),
        filled(Key.MAX_LENGTH - 1));
  }

  private static Key key(int... bytes) {
    byte[] key = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      key[i] = (byte) bytes[i];
    }
    return Key.ofBytes(key);
  }

  private static Key longest(int last) {
    byte[] bytes = new byte[Key.MAX_LENGTH];
    Arrays.fill(bytes, (byte) 'x');
    bytes[bytes.length - 1] = (byte) last;
    return Key.ofBytes(bytes);
  }

  private static Key filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return Key.ofBytes(bytes);
  }
}
