package dev.chirograph.examples.relocation;

import dev.chirograph.examples.tools.Crowd;
import dev.chirograph.examples.tools.LocalFiles.LocalFile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The files of two projects in one bucket: some with a preview, some of which two handles of one
 * project share the object, and some that the neighbour refers to as well.
 */
final class Filling {

  private static final int PREVIEW_BYTES = 200;

  private final Host host;
  private final String project;
  private final String neighbour;
  private final List<LocalFile> files;

  Filling(Host host, String project, String neighbour, List<LocalFile> files) {
    this.host = host;
    this.project = project;
    this.neighbour = neighbour;
    this.files = files;
  }

  void upload() {
    Crowd.each(IntStream.range(0, files.size()).boxed().toList(), this::upload);
  }

  private void upload(int number) {
    LocalFile file = files.get(number);
    byte[] content = file.content();
    String id = id("file", number);
    String preview = null;
    if (hasPreview(number)) {
      preview = id("preview", number);
      byte[] start = Arrays.copyOf(content, Math.min(content.length, PREVIEW_BYTES));
      host.upload(preview, owner(number), file.key() + ".preview", start, null);
    }
    host.upload(id, owner(number), file.key(), content, preview);
    if (isCopied(number)) {
      host.share(id, id("copy", number), owner(number));
    }
    if (isLent(number)) {
      host.share(id, id("loan", number), neighbour);
    }
  }

  /** The files of the project whose object nobody shares, and that have no preview. */
  List<String> alone() {
    return IntStream.range(0, files.size())
        .filter(number -> owner(number).equals(project))
        .filter(number -> !hasPreview(number) && !isCopied(number) && !isLent(number))
        .mapToObj(number -> id("file", number))
        .toList();
  }

  private static String id(String kind, int number) {
    return "%s-%05d".formatted(kind, number);
  }

  private String owner(int number) {
    return number % 6 == 5 ? neighbour : project;
  }

  private static boolean hasPreview(int number) {
    return number % 4 == 0;
  }

  private static boolean isCopied(int number) {
    return number % 10 == 1;
  }

  private static boolean isLent(int number) {
    return number % 25 == 2;
  }
}
