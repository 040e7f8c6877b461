package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;

/** A body without an end. */
final class Endless extends InputStream {

  private final byte[] again;
  long read;

  Endless(String again) {
    this.again = again.getBytes(UTF_8);
  }

  @Override
  public int read() {
    return again[(int) (read++ % again.length)];
  }
}
