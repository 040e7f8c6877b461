package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Parts of a table as JSON. */
final class SliceWire {

  private SliceWire() {}

  static void write(JsonGenerator out, List<? extends Slice> slices) throws IOException {
    out.writeStartArray();
    for (Slice slice : slices) {
      write(out, slice);
    }
    out.writeEndArray();
  }

  static void write(JsonGenerator out, Slice slice) throws IOException {
    out.writeStartObject();
    if (slice instanceof Slice.Marks marks) {
      marks(out, marks);
    } else if (slice instanceof Slice.Bucket bucket) {
      out.writeStringField("bucket", Scalars.slice(bucket));
    } else if (slice instanceof Slice.Part part) {
      marks(out, part.marks());
      out.writeStringField("bucket", Scalars.slice(part.bucket()));
    } else {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED, "rows of a table are not found by ranges of keys");
    }
    out.writeEndObject();
  }

  private static void marks(JsonGenerator out, Slice.Marks marks) throws IOException {
    if (marks.after() != Long.MIN_VALUE) {
      out.writeNumberField("after", marks.after());
    }
    out.writeNumberField("through", marks.through());
  }

  static List<Slice> slices(JsonIn in, int most) throws IOException {
    return in.array(most, SliceWire::slice);
  }

  /** Through some version, in some bucket, or both. */
  static Slice slice(JsonIn in) throws IOException {
    Member<Long> after = Member.whole("after");
    Member<Long> through = Member.whole("through");
    Member<Slice.Bucket> bucket = Member.of("bucket", Scalars::slice);
    in.object(after, through, bucket);
    Optional<Slice.Bucket> some = bucket.optional();
    if (some.isPresent() && through.optional().isEmpty() && after.optional().isEmpty()) {
      return some.get();
    }
    Slice.Marks marks = new Slice.Marks(after.or(Long.MIN_VALUE), through.required(in));
    return some.isPresent() ? new Slice.Part(marks, some.get()) : marks;
  }

  /** A range of versions. */
  static Slice.Marks range(JsonIn in) throws IOException {
    if (slice(in) instanceof Slice.Marks marks) {
      return marks;
    }
    throw in.wrong("a range of versions has a bucket");
  }
}
