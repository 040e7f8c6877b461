package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;

/** What is compressed costs little, whoever sends it, and comes back whole or not at all. */
class GzipTest {

  private static final byte[] EMPTY = Lab.zipped(new byte[0]);

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] concat(List<byte[]> pieces) {
    return Lab.bytes(
        out -> {
          for (byte[] piece : pieces) {
            out.write(piece);
          }
        });
  }

  @Test
  void whatIsCompressedComesBack() throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    Gzip.write(sent, out -> out.write("some text".getBytes(UTF_8)));
    assertThat(Gzip.in(new ByteArrayInputStream(sent.toByteArray())).readAllBytes())
        .asString(UTF_8)
        .isEqualTo("some text");
  }

  @Test
  void whenWritingBreaksOffNothingLooksWholeAndMemoryIsGivenUp() throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    AtomicReference<OutputStream> used = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                Gzip.write(
                    sent,
                    out -> {
                      used.set(out);
                      out.write('x');
                      throw new IOException("broken");
                    }))
        .hasMessage("broken");
    assertGivenUp(used.get());
    assertThatThrownBy(() -> Gzip.in(new ByteArrayInputStream(sent.toByteArray())).readAllBytes())
        .isInstanceOf(IOException.class);
  }

  @Test
  void severalPiecesOneBehindTheOtherAreOne() throws IOException {
    byte[] pieces = concat(List.of(Lab.zipped(bytes("some ")), EMPTY, Lab.zipped(bytes("text"))));
    assertThat(Gzip.in(new ByteArrayInputStream(pieces)).readAllBytes())
        .asString(UTF_8)
        .isEqualTo("some text");
  }

  /** Each takes some of the stack: a few hundred kilobytes would be all of it. */
  @Test
  void L9_piecesThatAreEmptyDoNotUseUpTheStack() throws IOException {
    byte[] pieces = concat(Collections.nCopies(500_000, EMPTY));
    assertThatThrownBy(() -> Gzip.in(new ByteArrayInputStream(pieces)).readAllBytes())
        .isInstanceOf(ZipException.class);
    assertThat(Gzip.in(new ByteArrayInputStream(pieces, 0, 50 * EMPTY.length)).readAllBytes())
        .isEmpty();
  }

  private static void assertGivenUp(OutputStream used) {
    assertThatThrownBy(() -> used.write('x')).hasMessageContaining("Deflater has been closed");
  }
}
