package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Handles.Switch;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Vacated;
import dev.chirograph.spi.relocate.Vacated.State;
import dev.chirograph.spi.relocate.Vacated.Vacancy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of file handles share: a fresh store for each, and short words for its use. */
abstract class HandlesHarness {

  static final String OLD = "old";
  static final String NEW = "new";
  static final String FIXED = "fixed";
  static final String OWNER = "owner";
  static final Version PIN = new Version("\"pin\"");

  Handles handles;
  Vacated vacated;

  /**
   * Makes handles, of which there are none yet; once in a test.
   *
   * @param movable the buckets out of which files may be moved
   */
  protected abstract Handles newHandles(Set<String> movable) throws Exception;

  /** Another object for the same handles, as another JVM would have; or the same. */
  protected abstract Handles again();

  /**
   * Adds a handle or replaces the one of its id, as the host does; it gets a new etag.
   *
   * @return as it is kept
   * @throws dev.chirograph.SyncException CONFLICT when its location is retired; another kind may be
   *     thrown that says that trying again may help
   */
  protected abstract FileHandle put(FileHandle handle) throws Exception;

  /** Removes a handle, as the host does. */
  protected abstract void remove(Key id) throws Exception;

  /** Gives back what a test held. */
  protected void close() throws Exception {}

  /** The keys that objects may have; override where some cannot be kept. */
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  /** Whether handles may name versions of objects. */
  protected boolean keepsVersions() {
    return true;
  }

  @BeforeEach
  final void makeHandles() throws Exception {
    handles = newHandles(Set.of(OLD, NEW));
    vacated = handles.vacated();
  }

  @AfterEach
  final void closeAll() throws Exception {
    close();
  }

  // ---- short words

  static Location at(String bucket, String key) {
    return Location.latest(bucket, Key.utf8(key));
  }

  static Location at(String bucket, String key, String version) {
    return new Location(bucket, Key.utf8(key), Optional.of(version));
  }

  /**
   * The id of a handle; override where ids are of another form.
   *
   * @param number from 0 to 8,999; ids are in the order of their numbers
   */
  protected Key id(int number) {
    return Key.utf8(Integer.toString(1_000 + number));
  }

  static FileHandle handle(Key id, Location at) {
    return handle(id, OWNER, at);
  }

  static FileHandle handle(Key id, String owner, Location at) {
    return new FileHandle(
        id,
        new Version("none"),
        owner,
        at,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
  }

  FileHandle put(int number, Location at) throws Exception {
    return put(handle(id(number), at));
  }

  List<FileHandle> put(int first, int count, Location at) throws Exception {
    List<FileHandle> all = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      all.add(put(i, at));
    }
    return all;
  }

  static Placement placement(String bucket, String prefix) {
    return new Placement(OWNER, 1, Optional.empty(), bucket, prefix, Optional.empty());
  }

  FileHandle find(Key id) {
    return handles.find(List.of(id)).get(0).orElseThrow();
  }

  static List<Key> ids(List<FileHandle> handles) {
    return handles.stream().map(FileHandle::id).toList();
  }

  List<Outcome> repoint(Location from, Location to, List<FileHandle> expected) {
    return handles.repoint(new Switch(from, PIN, to, expected));
  }

  Outcome repoint(FileHandle expected, Location to) {
    return repoint(expected.at(), to, List.of(expected)).get(0);
  }

  /** The etag that a repointing left behind. */
  static Version applied(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    Outcome.Applied applied = (Outcome.Applied) outcome;
    assertThat(applied.guard()).isEqualTo(Guard.ATOMIC);
    return applied.now().orElseThrow();
  }

  boolean isRetired(Location at) {
    return areRetired(List.of(at)).get(0);
  }

  List<Boolean> areRetired(List<Location> locations) {
    return vacated.states(locations).stream().map(State.RETIRED::equals).toList();
  }

  /** Leaves a location with a handle of its own, which is gone then. */
  void leave(Location at) throws Exception {
    Key id = id(8_999);
    applied(repoint(put(handle(id, at)), at(NEW, "left")));
    remove(id);
  }

  List<Vacancy> pending() {
    List<Vacancy> all = new ArrayList<>();
    Optional<Location> after = Optional.empty();
    List<Vacancy> page;
    do {
      page = vacated.pending(after, 3);
      assertThat(page).hasSizeLessThanOrEqualTo(3);
      all.addAll(page);
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).at());
    } while (!page.isEmpty());
    return all;
  }

  List<Location> pendingAt() {
    return pending().stream().map(Vacancy::at).toList();
  }
}
