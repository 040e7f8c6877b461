package dev.chirograph.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The objects of a synthetic bucket, in key order, each with its line of a listing rendered ahead:
 * a page is one cut out of one array. Immutable.
 */
final class StubObjects {

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final long FIRST_SECOND = 1_770_000_000L;
  private static final int IN_A_FOLDER = 2_500;
  private static final Pattern NUMBER = Pattern.compile("-(\\d{8})\\.");

  private final int number;
  private final int changedEach;
  private final byte[] lines;
  private final int[] starts;

  /**
   * @param changedEach every how many an object has another content than it would have with 0
   */
  StubObjects(int number, int changedEach) {
    this.number = number;
    this.changedEach = changedEach;
    this.starts = new int[number + 1];
    ByteArrayOutputStream text = new ByteArrayOutputStream(number * 256 + 16);
    for (int i = 0; i < number; i++) {
      text.writeBytes(line(i).getBytes(StandardCharsets.US_ASCII));
      starts[i + 1] = text.size();
    }
    this.lines = text.toByteArray();
  }

  private String line(int i) {
    return "<Contents><Key>"
        + key(i).replace("/", "%2F")
        + "</Key><LastModified>"
        + Instant.ofEpochSecond(modified(i)).toString().replace("Z", ".000Z")
        + "</LastModified><ETag>&quot;"
        + etag(i)
        + "&quot;</ETag><Size>"
        + size(i)
        + "</Size><StorageClass>STANDARD</StorageClass></Contents>";
  }

  int number() {
    return number;
  }

  /**
   * Keys of one length that need no escaping but of the slash, so that their order is that of i.
   */
  String key(int i) {
    return "photos/%04d/img-%08d.jpg".formatted(i / IN_A_FOLDER, i);
  }

  String etag(int i) {
    return "%08x%024x".formatted(changed(i) ? 1 : 0, i + 1);
  }

  long size(int i) {
    return 1_000L + i % 5_000_000;
  }

  private long modified(int i) {
    return FIRST_SECOND + i % 10_000_000 + (changed(i) ? 20_000_000 : 0);
  }

  Instant lastModified(int i) {
    return Instant.ofEpochSecond(modified(i));
  }

  String httpDate(int i) {
    return HTTP_DATE.format(lastModified(i));
  }

  private boolean changed(int i) {
    return changedEach > 0 && i % changedEach == changedEach / 2;
  }

  /** The index of an object; negative when there is none of this key. */
  int find(String key) {
    Matcher matcher = NUMBER.matcher(key);
    int index = matcher.find() ? Integer.parseInt(matcher.group(1)) : number;
    return index < number && key(index).equals(key) ? index : -1;
  }

  /** The index of the first object that is not below a key. */
  int firstFrom(String key) {
    int low = 0;
    int high = number;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(middle).compareTo(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Where the lines of some objects are in {@link #lines}. */
  int start(int index) {
    return starts[index];
  }

  byte[] lines() {
    return lines;
  }
}
