package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** JSON as it goes over the wire. */
final class Json {

  static final String TYPE = "application/json";

  private static final JsonFactory FACTORY = factory(StreamReadConstraints.DEFAULT_MAX_STRING_LEN);

  private Json() {}

  /**
   * Reads texts that are longer or shorter than usual.
   *
   * @param mostText how many characters a text may have
   */
  static JsonFactory factory(int mostText) {
    return new JsonFactoryBuilder()
        // Names come from elsewhere: none of them may stay in memory for good.
        .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
        .configure(StreamWriteFeature.AUTO_CLOSE_TARGET, false)
        .configure(StreamWriteFeature.AUTO_CLOSE_CONTENT, false)
        .configure(StreamWriteFeature.FLUSH_PASSED_TO_STREAM, false)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(32)
                .maxNameLength(256)
                .maxNumberLength(64)
                .maxStringLength(mostText)
                .build())
        .build();
  }

  /** Writes UTF-8; does not close what it writes to. */
  static JsonGenerator writer(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out);
  }

  /** Reads UTF-8. Closing it closes the stream. */
  static JsonIn reader(InputStream in) throws IOException {
    return reader(FACTORY, in);
  }

  /** Reads UTF-8 with the limits of a factory. Closing it closes the stream. */
  static JsonIn reader(JsonFactory factory, InputStream in) throws IOException {
    return new JsonIn(factory.createParser(in));
  }

  /**
   * Whether a text can be written. A lone surrogate is no character: it has no form in UTF-8, and
   * no two programs agree on it.
   */
  static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isSurrogate(unit)) {
        boolean pair =
            Character.isHighSurrogate(unit)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
