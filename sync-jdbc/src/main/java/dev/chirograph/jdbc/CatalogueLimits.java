package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.SyncException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the catalogue's columns hold, checked before a change costs its batch a transaction. */
final class CatalogueLimits {

  /** The longest version id and the longest name of a tag or of metadata, in bytes of UTF-8. */
  private static final int NAME_BYTES = 1_024;

  /** The longest entity tag, storage class and content type, in characters. */
  private static final int FACT_CHARACTERS = 1_024;

  /** The longest value of a tag or of metadata, in characters. */
  private static final int VALUE_CHARACTERS = 65_535;

  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private CatalogueLimits() {}

  /**
   * Whether a text is a UUID in small letters: other forms would not be read as they were written.
   */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Why a change cannot be stored; empty when it can. */
  static Optional<SyncException> fault(Change<ObjectState> change) {
    if (change.key().isEmpty()) {
      return Optional.of(emptyKey());
    }
    if (!(change instanceof Change.Put<ObjectState> put)) {
      return Optional.empty();
    }
    return fault(put.value())
        .map(
            fault ->
                SyncException.invalid(
                    "the object " + change.key() + " cannot be catalogued: " + fault));
  }

  static SyncException emptyKey() {
    return SyncException.invalid("the empty key names no object");
  }

  private static Optional<String> fault(ObjectState state) {
    Optional<String> fault =
        state
            .id()
            .filter(id -> !isId(id))
            .map(id -> "its id '" + id + "' is no UUID in small letters");
    for (ObjectVersion version : state.versions()) {
      fault =
          fault.or(
              () -> fault(version).map(text -> "in version '" + version.versionId() + "' " + text));
    }
    return fault;
  }

  private static Optional<String> fault(ObjectVersion version) {
    return name("the version id", version.versionId())
        .or(() -> text("the entity tag", version.etag(), FACT_CHARACTERS))
        .or(
            () ->
                version
                    .storageClass()
                    .flatMap(value -> text("the storage class", value, FACT_CHARACTERS)))
        .or(
            () ->
                version
                    .contentType()
                    .optional()
                    .flatMap(value -> text("the content type", value, FACT_CHARACTERS)))
        .or(() -> version.tags().optional().flatMap(tags -> attributes("tag", tags)))
        .or(
            () ->
                version
                    .metadata()
                    .optional()
                    .flatMap(metadata -> attributes("metadata entry", metadata)));
  }

  private static Optional<String> attributes(String what, Map<String, String> attributes) {
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      Optional<String> fault =
          name("the name of a " + what, attribute.getKey())
              .or(
                  () ->
                      text(
                          "the value of the " + what + " '" + attribute.getKey() + "'",
                          attribute.getValue(),
                          VALUE_CHARACTERS));
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> name(String what, String name) {
    Optional<String> fault = Names.fault(name).map(text -> what + " " + text);
    if (fault.isPresent() || name.length() * 3 <= NAME_BYTES) {
      return fault;
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    return bytes <= NAME_BYTES
        ? Optional.empty()
        : Optional.of(what + " has " + bytes + " bytes, at most " + NAME_BYTES + " are stored");
  }

  private static Optional<String> text(String what, String text, int most) {
    if (text.length() > most) {
      return Optional.of(
          what + " has " + text.length() + " characters, at most " + most + " are stored");
    }
    return Names.fault(text).map(fault -> what + " " + fault);
  }
}
