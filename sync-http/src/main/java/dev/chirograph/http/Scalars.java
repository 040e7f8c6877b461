package dev.chirograph.http;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Small values as texts of their own form. */
final class Scalars {

  private static final Pattern SLICE = Pattern.compile("([0-9]{1,2})/([0-9a-f]{1,4})");

  private Scalars() {}

  /** A bucket: how many bits, and their value in hexadecimal, as in {@code 12/0af}. */
  static String slice(Slice.Bucket slice) {
    int digits = Math.max(1, (slice.bits() + 3) / 4);
    return slice.bits() + "/" + HexFormat.of().toHexDigits(slice.prefix(), digits);
  }

  static Slice.Bucket slice(JsonIn in) throws IOException {
    Matcher parts = SLICE.matcher(in.text());
    if (!parts.matches()) {
      throw in.wrong("a slice is not of the form bits/prefix");
    }
    return new Slice.Bucket(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2), 16));
  }

  /** 64-bit numbers as base64 of their bytes, the most significant first. */
  static String hashes(List<Long> hashes) {
    ByteBuffer bytes = ByteBuffer.allocate(hashes.size() * Long.BYTES);
    hashes.forEach(bytes::putLong);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  static List<Long> hashes(JsonIn in) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(in.base64());
    if (bytes.remaining() % Long.BYTES != 0) {
      throw in.wrong("hashes do not have 8 bytes each");
    }
    List<Long> hashes = new ArrayList<>(bytes.remaining() / Long.BYTES);
    while (bytes.hasRemaining()) {
      hashes.add(bytes.getLong());
    }
    return hashes;
  }

  /** Count, sum and exclusive or, as {@link #hashes}. */
  static String digest(Digest digest) {
    return hashes(List.of(digest.count(), digest.sum(), digest.xor()));
  }

  static Digest digest(JsonIn in) throws IOException {
    List<Long> numbers = hashes(in);
    if (numbers.size() != 3) {
      throw in.wrong("a digest does not have 24 bytes");
    }
    return new Digest(numbers.get(0), numbers.get(1), numbers.get(2));
  }
}
