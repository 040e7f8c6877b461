package dev.chirograph.s3;

import dev.chirograph.ObjectVersion;
import dev.chirograph.Version;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Version} of an object of S3 says: its entity tag, and its version id where the
 * bucket keeps versions.
 *
 * @param etag without quotes; {@value #MARKER} for a delete marker
 * @param versionId null without versions, and for the version with the id "null"
 */
record S3Version(String etag, @Nullable String versionId) {

  private static final String MARKER = "marker";

  static S3Version of(@Nullable String etag, @Nullable String versionId) {
    String id = ObjectVersion.NULL_VERSION.equals(versionId) ? null : versionId;
    return new S3Version(unquoted(etag == null ? "" : etag), id);
  }

  static S3Version of(ObjectVersion version) {
    return version.deleteMarker()
        ? marker(version.versionId())
        : of(version.etag(), version.versionId());
  }

  static S3Version marker(@Nullable String versionId) {
    return of(MARKER, versionId);
  }

  static S3Version parse(Version version) {
    String token = version.token();
    int at = token.indexOf('@');
    return at < 0 ? of(token, null) : of(token.substring(0, at), token.substring(at + 1));
  }

  boolean isMarker() {
    return etag.equals(MARKER);
  }

  Version toVersion() {
    return new Version(versionId == null ? etag : etag + '@' + versionId);
  }

  private static String unquoted(String etag) {
    return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")
        ? etag.substring(1, etag.length() - 1)
        : etag;
  }
}
