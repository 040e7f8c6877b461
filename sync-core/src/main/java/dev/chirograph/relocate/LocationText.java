package dev.chirograph.relocate;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.chirograph.Key;
import dev.chirograph.spi.relocate.Location;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A location in JSON, readable where its key is plain text. Two of them fit into a note.
 *
 * @param key the text; null where it is not plain
 * @param bytes the key in Base64; null where it is plain text
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LocationText(
    String bucket, @Nullable String key, @Nullable String bytes, @Nullable String version) {

  static LocationText of(Location location) {
    byte[] key = location.key().toBytes();
    boolean plain = true;
    for (byte one : key) {
      plain &= one >= ' ' && one < 127 && one != '"' && one != '\\';
    }
    return new LocationText(
        location.bucket(),
        plain ? location.key().text() : null,
        plain ? null : Base64.getUrlEncoder().withoutPadding().encodeToString(key),
        location.versionId().orElse(null));
  }

  Location location() {
    Key at =
        bytes == null
            ? Key.utf8(Objects.requireNonNull(key, "key"))
            : Key.ofBytes(Base64.getUrlDecoder().decode(bytes));
    return new Location(bucket, at, Optional.ofNullable(version));
  }
}
