package dev.chirograph.examples.mainjob;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.examples.tools.Crowd;
import dev.chirograph.examples.tools.LocalFiles.LocalFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes the bucket behind the catalogue's back; the same for the same files and seed. */
final class Meddler {

  private final Bucket bucket;
  private final List<LocalFile> left;
  private final Random random;

  Meddler(Bucket bucket, List<LocalFile> files, long seed) {
    this.bucket = bucket;
    this.random = new Random(seed);
    this.left = new ArrayList<>(files);
    Collections.shuffle(left, random);
  }

  /**
   * What was done: so many objects each, no object twice.
   *
   * @param added new objects, strange keys among them
   * @param rewritten overwritten by other content
   * @param sameSize overwritten by other content of the same length
   * @param described written again with the same content and other metadata
   * @param retagged given other tags, and nothing else
   * @param deleted deleted
   */
  record Changes(int added, int rewritten, int sameSize, int described, int retagged, int deleted) {

    /** What listings show, without a look at every single object. */
    int updatesInListings() {
      return rewritten + sameSize + described;
    }
  }

  Changes meddle() {
    int share = Math.max(1, left.size() / 50);
    List<LocalFile> deleted = take(share);
    List<LocalFile> rewritten = take(share);
    List<LocalFile> sameSize = take(share);
    List<LocalFile> described = take(share);
    List<LocalFile> retagged = take(share);
    List<String> added = new ArrayList<>(StrangeKeys.all());
    for (int i = 0; i < share; i++) {
      added.add("added/" + Integer.toHexString(random.nextInt()) + "-" + i + ".txt");
    }
    Crowd.each(deleted, file -> bucket.delete(file.key()));
    Crowd.each(rewritten, file -> put(file.key(), file.content().length + 1));
    Crowd.each(sameSize, file -> put(file.key(), file.content().length));
    // S3 has no other way to change metadata than to write the object once more.
    Crowd.each(
        described,
        file -> bucket.put(file.key(), file.content(), Map.of("checked", "yes"), Map.of()));
    Crowd.each(retagged, file -> bucket.retag(file.key(), Map.of("owner", "somebody else")));
    Crowd.each(added, key -> put(key, 100 + key.length()));
    return new Changes(
        added.size(),
        rewritten.size(),
        sameSize.size(),
        described.size(),
        retagged.size(),
        deleted.size());
  }

  private List<LocalFile> take(int number) {
    List<LocalFile> taken = left.subList(0, Math.min(number, left.size()));
    List<LocalFile> copy = List.copyOf(taken);
    taken.clear();
    return copy;
  }

  /** Text that no file of a repository begins with, and that differs from key to key. */
  private void put(String key, int length) {
    StringBuilder text = new StringBuilder("meddled with: ").append(key).append('\n');
    while (text.length() < length) {
      text.append(text.length()).append('\n');
    }
    byte[] content = text.toString().getBytes(UTF_8);
    bucket.put(key, Arrays.copyOf(content, length), Map.of(), Map.of());
  }
}
