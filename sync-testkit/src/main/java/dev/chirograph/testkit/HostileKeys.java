package dev.chirograph.testkit;

import dev.chirograph.Key;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Keys that stores tend to confuse, cut, fold or misorder. All are different. */
final class HostileKeys {

  private HostileKeys() {}

  static List<Key> all() {
    return Stream.concat(texts(), bytes()).toList();
  }

  private static Stream<Key> texts() {
    return Stream.of(
            // Case, blanks and accents, which collations fold
            "key",
            "KEY",
            "Key",
            "key ",
            " key",
            "key\t",
            "k\u00e9y",
            "ke\u0301y",
            "stra\u00dfe",
            "strasse",
            // Wildcards, escapes and quotes of SQL, shells and JSON
            "%",
            "_",
            "k%",
            "k_y",
            "\\",
            "\\\\",
            "\\0",
            "\\x00",
            "'",
            "''",
            "\"",
            "`",
            "$1",
            "?",
            ":name",
            "--",
            ";",
            "{}",
            "[\"a\"]",
            "null",
            "NULL",
            "0",
            "00",
            "-0",
            "1e0",
            "true",
            "0x6b6579",
            // Paths
            "/",
            "//",
            "a",
            "a/",
            "a//b",
            "a/b",
            "ab",
            "../a",
            "./a",
            "a+b",
            "a b",
            "a%20b",
            "a%2Bb",
            // Control characters, and characters beyond the basic plane
            "\u0000",
            "key\u0000",
            "key\u0000\u0000",
            "k\u0000ey",
            "a\nb",
            "a\rb",
            "\u007f",
            "\u0080",
            "\u2028",
            "\uFFFD",
            "\uFFFF",
            "\uE000",
            "\uD83D\uDE00",
            "\uD83D\uDE00\u0000",
            "\uD800\uDC00",
            "\uDBFF\uDFFF")
        .map(Key::utf8);
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
        longest('a'),
        longest('b'),
        longest(0x00),
        longest(0xff),
        Key.ofBytes(new byte[Key.MAX_LENGTH]),
        filled(0xff, Key.MAX_LENGTH),
        filled(0xff, Key.MAX_LENGTH - 1));
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

  private static Key filled(int value, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return Key.ofBytes(bytes);
  }
}
