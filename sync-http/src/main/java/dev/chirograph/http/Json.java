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

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
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
                  .build())
          .build();

  private Json() {}

  /** Writes UTF-8; does not close what it writes to. */
  static JsonGenerator writer(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out);
  }

  /** Reads UTF-8. Closing it closes the stream. */
  static JsonIn reader(InputStream in) throws IOException {
    return new JsonIn(FACTORY.createParser(in));
  }
}
