package dev.chirograph.benchmarks;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Entries as a catalogue of modules would have them. */
final class Entries {

  static final int BATCH = 1_000;

  private Entries() {}

  /** The same in batches. */
  static List<List<Body>> batches(int entries, boolean contents) {
    List<Body> bodies = bodies(entries, contents);
    List<List<Body>> batches = new ArrayList<>();
    for (int start = 0; start < entries; start += BATCH) {
      batches.add(bodies.subList(start, Math.min(entries, start + BATCH)));
    }
    return batches;
  }

  /** Entries of random keys. */
  static List<Body> bodies(int count, boolean contents) {
    List<Body> bodies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      bodies.add(body(contents));
    }
    return bodies;
  }

  private static Body body(boolean contents) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    UUID id = new UUID(random.nextLong(), random.nextLong());
    String name = "module-" + id;
    Content content =
        contents
            ? new Content(
                (id + "" + new UUID(random.nextLong(), random.nextLong())).replace("-", ""),
                random.nextInt(1 << 20),
                "https://here.example/" + name)
            : Content.NONE;
    String payload = "{\"module\":\"" + name + "\",\"license\":\"Apache-2.0\",\"stars\":17}";
    return new Body(id, Operation.ADD, Key.utf8(name), "1.0.0", content, payload);
  }
}
