package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.StubContent.Stretch;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An object of a {@link KeepingS3}.
 *
 * @param etag without quotes
 * @param headers that were stated when it was written, with names in small letters
 * @param modified in whole seconds
 */
record StubObject(StubContent content, String etag, Map<String, String> headers, Instant modified) {

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final Set<String> KEPT =
      Set.of(
          "content-type",
          "cache-control",
          "content-disposition",
          "content-language",
          "x-amz-storage-class");

  /** Far more than an object has bytes, so that each number has a stretch of its own. */
  private static final int BITS_OF_PLACE = 40;

  private static final Map<String, String> JPEG = Map.of("content-type", "image/jpeg");

  /** One that was generated. */
  static StubObject generated(long number, long size) {
    StubContent content = new Stretch(number << BITS_OF_PLACE, size);
    return new StubObject(content, content.digest(), JPEG, Instant.ofEpochSecond(1_770_000_000L));
  }

  /** One that was written in one request. */
  static StubObject of(StubContent content, Map<String, String> headers) {
    return new StubObject(content, content.digest(), kept(headers), now());
  }

  static Instant now() {
    return InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
  }

  /** What is kept of the headers of a request. */
  static Map<String, String> kept(Map<String, String> headers) {
    return headers.entrySet().stream()
        .filter(one -> KEPT.contains(one.getKey()) || one.getKey().startsWith("x-amz-meta-"))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The same, written now. */
  StubObject again() {
    return new StubObject(content, etag, headers, now());
  }

  String quotedEtag() {
    return '"' + etag + '"';
  }

  String httpDate() {
    return HTTP_DATE.format(modified);
  }

  /** Whether conditions on what is there hold; an empty one always does. */
  static boolean isFit(@Nullable StubObject there, String ifMatch, String ifNoneMatch) {
    return there == null ? ifMatch.isEmpty() : there.holds(ifMatch, ifNoneMatch);
  }

  boolean holds(String ifMatch, String ifNoneMatch) {
    boolean matches = ifMatch.isEmpty() || ifMatch.replace("\"", "").equals(etag);
    return matches && ifNoneMatch.isEmpty();
  }

  /** Its line of a listing. */
  String line(String key) {
    return "<Contents><Key>"
        + key.replace("/", "%2F")
        + "</Key><LastModified>"
        + modified
        + "</LastModified><ETag>&quot;"
        + etag
        + "&quot;</ETag><Size>"
        + content.size()
        + "</Size><StorageClass>STANDARD</StorageClass></Contents>";
  }
}
