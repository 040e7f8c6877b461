package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Compressing holds memory outside the heap, which is given back at once. */
class GzipTest {

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

  private static void assertGivenUp(OutputStream used) {
    assertThatThrownBy(() -> used.write('x')).hasMessageContaining("Deflater has been closed");
  }
}
