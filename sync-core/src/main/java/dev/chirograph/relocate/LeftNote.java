package dev.chirograph.relocate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Location;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was left behind; the note of the job that deals with it.
 *
 * @param pin the state that was copied; null for a copy that came to nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LeftNote(LocationText at, @Nullable String pin) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static String of(Location at, Optional<Version> pin) {
    try {
      return JSON.writeValueAsString(
          new LeftNote(LocationText.of(at), pin.map(Version::token).orElse(null)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Empty where it makes no sense. */
  static Optional<LeftNote> of(String note) {
    try {
      LeftNote read = JSON.readValue(note, LeftNote.class);
      read.at().location();
      return Optional.of(read);
    } catch (JsonProcessingException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
