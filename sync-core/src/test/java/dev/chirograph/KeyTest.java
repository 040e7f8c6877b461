package dev.chirograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class KeyTest {

  @Test
  void keysAreOrderedAsS3Lists() {
    // By bytes of UTF-8; String.compareTo puts what is beyond the basic plane before U+FFFD.
    List<String> listed =
        List.of(
            "",
            "\u0000",
            " ",
            "A",
            "a",
            "a/",
            "a0",
            "aa",
            "\u007f",
            "\u0080",
            "\u00e9",
            "\uD7FF",
            "\uE000",
            "\uFFFD",
            "\uFFFF",
            "\uD800\uDC00",
            "\uD83D\uDE00",
            "\uDBFF\uDFFF");

    assertThat(listed.stream().map(Key::utf8)).isSortedAccordingTo(Key::compareTo);
    assertThat(listed.stream().sorted()).as("the order of strings").isNotEqualTo(listed);
  }

  @Test
  void theOrderIsThatOfUnsignedBytes() {
    RandomKeys keys = new RandomKeys();
    for (int i = 0; i < 20_000; i++) {
      Key one = keys.next();
      Key other = keys.next();
      assertThat(Integer.signum(one.compareTo(other)))
          .isEqualTo(Integer.signum(RandomKeys.NAIVE_ORDER.compare(one, other)));
      assertThat(one.equals(other)).isEqualTo(one.compareTo(other) == 0);
      if (one.equals(other)) {
        assertThat(one).hasSameHashCodeAs(other);
      }
    }
  }

  @Test
  void aLoneSurrogateHasNoKey() {
    for (String text : List.of("\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D")) {
      assertThatThrownBy(() -> Key.utf8(text))
          .isInstanceOfSatisfying(
              SyncException.class,
              e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT))
          .hasMessageContaining("surrogate");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // hosts without such a checker
  void noKeyIsNull() {
    List<ThrowingCallable> nulls = List.of(() -> Key.utf8(null), () -> Key.ofBytes(null));
    for (ThrowingCallable call : nulls) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              SyncException.class,
              e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT))
          .hasMessageContaining("must not be null");
    }
  }

  @Test
  void aKeyHasAtMost1024Bytes() {
    assertThat(Key.utf8("a".repeat(1024)).length()).isEqualTo(1024);
    assertThat(Key.utf8("\uD83D\uDE00".repeat(256)).length()).isEqualTo(1024);
    assertThat(Key.ofBytes(new byte[1024]).length()).isEqualTo(1024);
    for (String text :
        List.of("a".repeat(1025), "\u00e9".repeat(513), "\uD83D\uDE00".repeat(256) + "a")) {
      assertThatThrownBy(() -> Key.utf8(text))
          .isInstanceOf(SyncException.class)
          .hasMessageContaining("at most 1024 bytes");
    }
    assertThatThrownBy(() -> Key.ofBytes(new byte[1025])).isInstanceOf(SyncException.class);
  }

  @Test
  void bytesAreNotShared() {
    byte[] bytes = {1, 2, 3};
    Key key = Key.ofBytes(bytes);
    bytes[0] = 9;
    key.toBytes()[1] = 9;

    assertThat(key.toBytes()).containsExactly(1, 2, 3);
  }

  @Test
  void textIsUtf8AndOtherBytesAreShownInHexadecimal() {
    assertThat(Key.utf8("\u00e9/\uD83D\uDE00")).hasToString("\u00e9/\uD83D\uDE00");
    assertThat(Key.utf8("\u00e9").toBytes()).containsExactly(0xc3, 0xa9);
    assertThat(Key.ofBytes(new byte[] {(byte) 0xff, 0})).hasToString("0xff00");
  }

  @Test
  void prefixesAreOfBytes() {
    Key key = Key.utf8("foo/bar");

    assertThat(Stream.of("", "f", "foo/", "foo/bar").map(Key::utf8)).allMatch(key::startsWith);
    assertThat(Stream.of("o", "foo/bar/", "fo0", "FOO").map(Key::utf8)).noneMatch(key::startsWith);
    assertThat(key.first(3)).isEqualTo(Key.utf8("foo"));
    assertThat(key.first(99)).isEqualTo(key);
    assertThat(Key.EMPTY.isEmpty()).isTrue();
  }
}
