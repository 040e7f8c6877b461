package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Report;
import dev.chirograph.reconcile.Folders.Edges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FoldersTest {

  /** Keys with the sides that have them: {@code <} the source, {@code >} the replica. */
  private final TreeMap<Key, String> keys = new TreeMap<>();

  private void put(String key, String sides) {
    keys.put(Key.utf8(key), sides);
  }

  private List<String> found(KeyRange scope, Key... cuts) {
    List<Edges> edges = new ArrayList<>();
    KeyRange rest = scope;
    for (Key cut : cuts) {
      edges.add(walk(rest.before(cut)));
      rest = rest.startingAt(cut);
    }
    edges.add(walk(rest));
    Folders.Joined joined = Folders.joined("pair", scope, edges);
    assertThat(joined.folders()).hasSize((int) joined.number());
    return joined.folders().stream().map(FoldersTest::text).toList();
  }

  private static String text(Report.Folder folder) {
    return (folder.vanished() ? "-" : "+") + folder.prefix();
  }

  private Edges walk(KeyRange range) {
    Folders folders = new Folders(range, true);
    keys.forEach(
        (key, sides) -> {
          if (range.contains(key)) {
            Entry entry = FakeListing.entry(key.text());
            folders.seen(sides.contains("<") ? entry : null, sides.contains(">") ? entry : null);
          }
        });
    return folders.edges(range.to());
  }

  @Test
  void tellsNewAndVanishedFolders() {
    put("a/x", "<>");
    put("b/x", "<");
    put("c/x", ">");
    put("d", "<");

    assertThat(found(KeyRange.all())).containsExactly("+b/", "-c/");
  }

  @Test
  void aFolderThatHasOnlySubfoldersExists() {
    put("a/b/x", "<");
    put("a/x", ">");

    assertThat(found(KeyRange.all())).containsExactly("+a/b/");
  }

  @Test
  void theFolderOfTheScopeAndThoseAboveAreNeverTold() {
    put("a/b/x", ">");
    put("a/b/c/x", ">");

    assertThat(found(KeyRange.prefix(Key.utf8("a/b/")))).containsExactly("-a/b/c/");
  }

  @Test
  void aFolderThatReachesBeyondTheScopeIsNotTold() {
    put("a/m", ">");

    assertThat(found(KeyRange.of(Key.utf8("a/k"), Key.utf8("b")))).isEmpty();
  }

  @Test
  void siblingsAreNotConfused() {
    put("a/x", "<>");
    put("a0/x", "<");
    put("ab/x", ">");
    put("a//x", ">");
    put("/x", "<");

    assertThat(found(KeyRange.all())).containsExactly("+/", "-a//", "+a0/", "-ab/");
  }

  @Test
  void aFolderCutIntoRangesIsJoined() {
    put("a/1", "<");
    put("a/5", ">");
    put("b/1", "<");

    assertThat(found(KeyRange.all(), Key.utf8("a/3"))).containsExactly("+b/");
    assertThat(found(KeyRange.all(), Key.utf8("a/"), Key.utf8("a/5"), Key.utf8("b/")))
        .containsExactly("+b/");
  }

  @Test
  void cutsNeverChangeWhatIsFound() {
    SplittableRandom random = new SplittableRandom(42);
    for (int round = 0; round < 500; round++) {
      keys.clear();
      for (int i = 0; i < 12; i++) {
        put(path(random), List.of("<", ">", "<>").get(random.nextInt(3)));
      }
      Key[] cuts = new Key[random.nextInt(4)];
      for (int i = 0; i < cuts.length; i++) {
        cuts[i] = Key.utf8(path(random));
      }
      java.util.Arrays.sort(cuts);

      assertThat(found(KeyRange.all(), cuts))
          .as("%s cut at %s", keys, List.of(cuts))
          .isEqualTo(found(KeyRange.all()));
    }
    assertThat(Optional.of(keys)).isPresent();
  }

  private static String path(SplittableRandom random) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i <= random.nextInt(4); i++) {
      path.append(i == 0 ? "" : "/").append((char) ('a' + random.nextInt(3)));
    }
    return path.toString();
  }
}
