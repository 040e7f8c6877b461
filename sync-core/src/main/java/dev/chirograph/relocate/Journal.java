package dev.chirograph.relocate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Location;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the move of an object is; the note of its job. It is written before anything is begun
 * that would have to be cleaned up, so that nothing begun is ever unknown.
 *
 * @param from what is copied
 * @param pin the state of it that is copied
 * @param to where to
 * @param ours whether the object there is made by this move, and may be removed when it comes to
 *     nothing
 * @param resume where a copy in steps goes on
 * @param verified the state of the copy that was found to be equal
 */
record Journal(
    Location from,
    Version pin,
    Location to,
    boolean ours,
    Optional<String> resume,
    Optional<Version> verified) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  Journal {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(pin, "pin");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(resume, "resume");
    Objects.requireNonNull(verified, "verified");
  }

  static Journal begun(Location from, Version pin, Location to, boolean ours) {
    return new Journal(from, pin, to, ours, Optional.empty(), Optional.empty());
  }

  Journal at(String token) {
    return new Journal(from, pin, to, ours, Optional.of(token), verified);
  }

  /** What is in its location is not its business. */
  Journal notOurs() {
    return new Journal(from, pin, to, false, resume, verified);
  }

  /**
   * The copy is right.
   *
   * @param at where it is; names its version where that of the original is named
   */
  Journal verified(Version copy, Location at) {
    return new Journal(from, pin, at, ours, Optional.empty(), Optional.of(copy));
  }

  // ---- as a note

  /** Names are short: two keys of 1,024 bytes have to fit into a note. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Note(
      LocationText from,
      String pin,
      LocationText to,
      boolean ours,
      @Nullable String resume,
      @Nullable String verified) {}

  String note() {
    try {
      return JSON.writeValueAsString(
          new Note(
              LocationText.of(from),
              pin.token(),
              LocationText.of(to),
              ours,
              resume.orElse(null),
              verified.map(Version::token).orElse(null)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Empty where there is none, or none that makes sense. */
  static Optional<Journal> of(String note) {
    if (note.isEmpty()) {
      return Optional.empty();
    }
    try {
      Note read = JSON.readValue(note, Note.class);
      return Optional.of(
          new Journal(
              read.from().location(),
              new Version(read.pin()),
              read.to().location(),
              read.ours(),
              Optional.ofNullable(read.resume()),
              Optional.ofNullable(read.verified()).map(Version::new)));
    } catch (JsonProcessingException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
