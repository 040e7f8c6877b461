package dev.chirograph.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/** The content coding of larger bodies. */
final class Gzip {

  static final String NAME = "gzip";

  /** Smaller bodies are sent as they are. */
  static final int WORTHWHILE = 1_024;

  private static final int BUFFER = 1 << 14;

  private Gzip() {}

  static InputStream in(InputStream in) throws IOException {
    return new Unzipped(in);
  }

  /** Of pieces, of which only so many are empty: the JDK reads what follows one a call deeper. */
  private static final class Unzipped extends GZIPInputStream {
    private static final int MOST_EMPTY = 100;

    private int deep;

    Unzipped(InputStream in) throws IOException {
      super(in, BUFFER);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (deep > MOST_EMPTY) {
        throw new ZipException("too many pieces of it are empty");
      }
      deep++;
      try {
        return super.read(bytes, offset, length);
      } finally {
        deep--;
      }
    }
  }

  /** Quick rather than small: what is sent is mostly ids, which no level makes much smaller. */
  static final class Stream extends GZIPOutputStream {
    Stream(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }

    /** Gives up what is held outside the heap, which nobody else does for a long time. */
    void end() {
      def.end();
    }
  }

  /** Compresses what is written; does not close what it writes to. */
  static void write(OutputStream to, HttpReply.Body body) throws IOException {
    Stream zipped = new Stream(to);
    try {
      body.writeTo(zipped);
      zipped.finish();
    } finally {
      zipped.end();
    }
  }

  static byte[] zipped(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(bytes, out -> out.write(plain));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** Whether a header of accepted codings names it. */
  static boolean isAccepted(List<String> acceptEncoding) {
    for (String header : acceptEncoding) {
      for (String coding : header.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = coding.replace(" ", "").split(";", 2);
        if (parts[0].equals(NAME)) {
          return parts.length == 1 || !parts[1].matches("q=0(\\.0{0,3})?");
        }
      }
    }
    return false;
  }
}
