package dev.chirograph.benchmarks;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** The uploads in parts of a {@link KeepingS3}. */
final class StubUploads {

  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final AtomicLong begun = new AtomicLong();

  /**
   * One of them.
   *
   * @param headers of the request that began it
   * @param parts in their order
   */
  record Upload(Map<String, String> headers, ConcurrentSkipListMap<Integer, StubContent> parts) {

    /** Its parts as one object; empty where they do not follow each other. */
    Optional<StubObject> whole() {
      Optional<StubContent> whole = Optional.empty();
      for (StubContent part : parts.values()) {
        boolean first = whole.isEmpty();
        whole = first ? Optional.of(part) : whole.get().with(part);
        if (whole.isEmpty()) {
          return Optional.empty();
        }
      }
      return whole.map(
          content ->
              new StubObject(
                  content,
                  content.digest() + '-' + parts.size(),
                  StubObject.kept(headers),
                  StubObject.now()));
    }
  }

  String begin(Map<String, String> headers) {
    String id = "upload-" + begun.incrementAndGet();
    uploads.put(id, new Upload(headers, new ConcurrentSkipListMap<>()));
    return id;
  }

  Optional<Upload> find(String id) {
    return Optional.ofNullable(uploads.get(id));
  }

  void end(String id) {
    uploads.remove(id);
  }
}
