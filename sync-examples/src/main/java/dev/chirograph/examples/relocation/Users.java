package dev.chirograph.examples.relocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Users who go on working with the files of a project while these are moved. */
final class Users {

  private static final int UPLOADS = 3;

  private final Host host;
  private final String project;
  private final Deque<String> files;
  private final Map<String, Integer> uploads = new TreeMap<>();
  private int overwritten;
  private int deleted;
  private int shared;
  private int uploaded;

  /**
   * @param files that nobody shares: they are overwritten and deleted, each once
   */
  Users(Host host, String project, List<String> files, long seed) {
    this.host = host;
    this.project = project;
    List<String> shuffled = new ArrayList<>(files);
    Collections.shuffle(shuffled, new Random(seed));
    this.files = new ArrayDeque<>(shuffled);
  }

  /** Overwrites a file, deletes one, copies one and uploads some. */
  void work() {
    String file = files.remove();
    host.overwrite(file, "overwritten by %s, whatever it was".formatted(file).getBytes(UTF_8));
    overwritten++;
    host.delete(files.remove());
    deleted++;
    String original = files.remove();
    host.share(original, "another-" + original, project);
    shared++;
    for (int i = 0; i < UPLOADS; i++) {
      uploaded++;
      String id = "upload-%03d".formatted(uploaded);
      String bucket =
          host.upload(id, project, "new/" + id, ("the content of " + id).getBytes(UTF_8), null);
      uploads.merge(bucket, 1, Integer::sum);
    }
  }

  /** What they have done since this was asked last, for people. */
  String done() {
    String where =
        uploads.entrySet().stream()
            .map(entry -> entry.getValue() + " to " + entry.getKey())
            .collect(Collectors.joining(", "));
    String done =
        "%d overwritten, %d deleted, %d copied, and new ones uploaded: %s"
            .formatted(overwritten, deleted, shared, where);
    overwritten = 0;
    deleted = 0;
    shared = 0;
    uploads.clear();
    return done;
  }
}
