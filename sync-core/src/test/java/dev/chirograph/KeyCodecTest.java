package dev.chirograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.KeyCodec.Fidelity;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyCodecTest {

  @Test
  void textComesBack() {
    KeyCodec<String> codec = KeyCodec.utf8();
    for (String text : List.of("", "a", "\u0000", "\uD83D\uDE00", "\uFFFD", "a".repeat(1024))) {
      assertThat(codec.decode(codec.encode(text))).isEqualTo(text);
    }
    assertThat(codec.fidelity()).isEqualTo(Fidelity.ORDER);
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    for (byte[] bytes : List.of(new byte[] {(byte) 0xff}, new byte[] {(byte) 0xc0, (byte) 0x80})) {
      assertThatThrownBy(() -> KeyCodec.utf8().decode(Key.ofBytes(bytes)))
          .isInstanceOf(SyncException.class)
          .hasMessageContaining("not UTF-8");
    }
  }

  @Test
  void numbersComeBackInOrder() {
    KeyCodec<Long> codec = KeyCodec.int64();
    List<Long> numbers =
        List.of(Long.MIN_VALUE, -256L, -255L, -1L, 0L, 1L, 127L, 128L, 255L, 256L, Long.MAX_VALUE);

    assertThat(numbers.stream().map(codec::encode)).isSortedAccordingTo(Key::compareTo);
    assertThat(numbers.stream().map(codec::encode).map(codec::decode)).isEqualTo(numbers);
    assertThat(codec.fidelity()).isEqualTo(Fidelity.ORDER);
    assertThatThrownBy(() -> codec.decode(Key.utf8("1")))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("1 bytes, not 8");
  }
}
