package dev.chirograph.jdbc;

import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** States of objects for tests. */
final class States {

  private States() {}

  /** A version with two tags and two entries of metadata. */
  static ObjectVersion.Builder version(String id, int content) {
    return ObjectVersion.builder()
        .versionId(id)
        .etag("e" + content)
        .size(content)
        .lastModified(Instant.ofEpochSecond(1_700_000_000L + content))
        .storageClass("STANDARD")
        .contentType(Part.known("text/plain; v=" + content))
        .tags(Part.known(Map.of("project", "p" + content, "Project", "other")))
        .metadata(Part.known(Map.of("author", "é\uD83D\uDE00" + content, "empty", "")));
  }

  static ObjectVersion marker(String id, int content) {
    return ObjectVersion.builder()
        .versionId(id)
        .deleteMarker()
        .lastModified(Instant.ofEpochSecond(1_700_000_000L + content))
        .build();
  }

  /** An object of a bucket without versions. */
  static ObjectState simple(int content) {
    return ObjectState.of(version(ObjectVersion.NULL_VERSION, content).build());
  }

  /** Any state over a few versions, some of whose parts are not known. */
  static ObjectState random(RandomGenerator random) {
    List<String> ids = new ArrayList<>(List.of("null", "v1", "v2", "V1", "v1 ", "v3"));
    List<ObjectVersion> versions = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String id = ids.remove(random.nextInt(ids.size()));
      versions.add(random.nextInt(5) == 0 ? marker(id, i) : version(id, random));
    }
    return new ObjectState(
        Optional.empty(), versions, part(random, random.nextBoolean()), random.nextBoolean());
  }

  private static ObjectVersion version(String id, RandomGenerator random) {
    ObjectVersion.Builder version =
        version(id, random.nextInt(3))
            .contentType(part(random, random.nextBoolean() ? "text/plain" : ""))
            .tags(part(random, attributes(random)))
            .metadata(part(random, attributes(random)));
    return random.nextInt(4) == 0 ? version.storageClass(null).build() : version.build();
  }

  private static <T> Part<T> part(RandomGenerator random, T value) {
    return switch (random.nextInt(5)) {
      case 0 -> Part.omitted();
      case 1 ->
          Part.unread(new SyncException(SyncException.Kind.PERMISSION_DENIED, "refused in a test"));
      default -> Part.known(value);
    };
  }

  private static Map<String, String> attributes(RandomGenerator random) {
    Map<String, String> attributes = new HashMap<>();
    for (String name : List.of("a", "A", "a ", "ä", "\uD83D\uDE00", "%")) {
      if (random.nextInt(3) == 0) {
        attributes.put(name, "value " + random.nextInt(3));
      }
    }
    return attributes;
  }
}
