package dev.chirograph.relocate;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryHandles;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.Vacated;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two movers of one job, a user who edits, and what is left behind: one small world, step by step.
 */
final class RelocateWorld {

  private static final Throttle FREE = new Throttle(0, 0, Environment.system());

  static final String OLD = "old";
  static final String NEW = "new";
  static final String OTHER = "other";
  static final Key FILE = Key.utf8("file");
  static final Key ONE = Key.utf8("1");
  static final Key TWO = Key.utf8("2");

  /** An edit of somebody else. */
  enum Edit {
    NONE,
    DELETE_HANDLE,
    OVERWRITE,
    COPY_HANDLE,
    REASSIGN,
    TAKE_TARGET,
    /** An audit took a copy that is just being made for one that came to nothing. */
    CLEAN_UP
  }

  /** A guard that is left out. */
  enum Without {
    NOTHING,
    COMPARE_AND_SET,
    COUNT
  }

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  final MemoryHandles handles = MemoryHandles.of(Set.of(OLD, NEW, OTHER)).withClock(CLOCK);
  private final Map<String, BlobStore> buckets = new LinkedHashMap<>();
  private final Map<Key, String> contents = new LinkedHashMap<>();
  private final Edit edit;
  private final List<@Nullable Mover> movers = new ArrayList<>();
  private final List<@Nullable Step> steps = new ArrayList<>();
  private String bucket = NEW;
  private int holder;
  private Optional<Journal> note = Optional.empty();
  private boolean edited;
  private boolean crashed;
  private boolean taken;
  private @Nullable Departure departure;
  private @Nullable Location deletedAt;
  private final BlobStores stores =
      new BlobStores() {
        @Override
        public BlobStore open(String name) {
          return java.util.Objects.requireNonNull(buckets.get(name));
        }

        @Override
        public boolean create(String name) {
          return false;
        }
      };
  private final Handles guarded;
  private final Archiver archiver;

  RelocateWorld(Edit edit, Without without, long copyStepBytes) {
    this.edit = edit;
    this.guarded =
        switch (without) {
          case NOTHING -> handles;
          case COMPARE_AND_SET -> new WithoutCompareAndSet(handles);
          case COUNT -> new WithoutCount(handles);
        };
    this.archiver = new Archiver(guarded.vacated(), stores, new ArchiveRule.Delete(), FREE);
    for (String name : List.of(OLD, NEW, OTHER)) {
      buckets.put(
          name, MemoryBlobStore.builder(name).clock(CLOCK).copyStepBytes(copyStepBytes).build());
    }
    put(OLD, FILE, "content");
    handle(ONE, "content");
    start();
  }

  private void put(String into, Key key, String text) {
    ((MemoryBlobStore) buckets.get(into)).put(key, text.getBytes(StandardCharsets.UTF_8));
  }

  private void handle(Key id, String text) {
    Location at = Location.latest(OLD, FILE);
    handles.put(
        new FileHandle(
            id,
            new Version("new"),
            "owner",
            at,
            OptionalLong.of(text.length()),
            Optional.empty(),
            Optional.empty()));
    contents.put(id, text);
  }

  private void start() {
    int number = movers.size();
    Placements placements =
        new Placements() {
          @Override
          public Optional<Placement> placementFor(String owner) {
            return Optional.of(
                new Placement(owner, 1, Optional.empty(), bucket, "", Optional.empty()));
          }

          @Override
          public List<String> owners(Optional<String> after, int limit) {
            return List.of("owner");
          }
        };
    RelocateParts parts =
        new RelocateParts(
            guarded,
            placements,
            stores,
            KeyRule.sameKey(),
            new Verifier(stores, Verification.CHECKSUM, FREE),
            FREE,
            new ArchiveJobs(
                MemoryBackend.create(CLOCK).queue("tenant", "queue"), "scope", Duration.ZERO));
    movers.add(new Mover(parts, journal -> keep(number, journal)));
    steps.add(new Step.Find(ONE, note));
    holder = number;
  }

  private void keep(int number, Optional<Journal> journal) {
    if (holder != number) {
      throw new SyncException(SyncException.Kind.CONFLICT, "the job is somebody else's");
    }
    note = journal;
  }

  /** Handles that call others, with which something may be wrong. */
  private abstract static class HandlesAround implements Handles {
    final Handles right;

    HandlesAround(Handles right) {
      this.right = right;
    }

    @Override
    public List<FileHandle> misplaced(Placement placement, Optional<Key> after, int limit) {
      return right.misplaced(placement, after, limit);
    }

    @Override
    public List<Optional<FileHandle>> find(List<Key> ids) {
      return right.find(ids);
    }

    @Override
    public List<FileHandle> sharing(Location at, Optional<Key> after, int limit) {
      return right.sharing(at, after, limit);
    }

    @Override
    public List<Outcome> repoint(Switch change) {
      return right.repoint(change);
    }

    @Override
    public Vacated vacated() {
      return right.vacated();
    }
  }

  /** Points handles to the copy whatever has become of them. */
  private static final class WithoutCompareAndSet extends HandlesAround {
    WithoutCompareAndSet(Handles right) {
      super(right);
    }

    @Override
    public List<Outcome> repoint(Switch change) {
      List<FileHandle> now =
          change.handles().stream()
              .map(FileHandle::id)
              .flatMap(id -> right.find(List.of(id)).get(0).stream())
              .toList();
      return right.repoint(new Switch(change.from(), change.pin(), change.to(), now));
    }
  }

  /** Takes every location for one that nobody refers to. */
  private static final class WithoutCount extends HandlesAround {
    WithoutCount(Handles right) {
      super(right);
    }

    @Override
    public Vacated vacated() {
      Vacated all = right.vacated();
      return new Vacated() {
        @Override
        public List<Vacancy> pending(Optional<Location> after, int limit) {
          return all.pending(after, limit);
        }

        @Override
        public boolean retire(Location at) {
          all.retire(at);
          return true;
        }

        @Override
        public List<State> states(List<Location> locations) {
          return all.states(locations);
        }

        @Override
        public Optional<Vacancy> find(Location at) {
          return all.find(at);
        }

        @Override
        public void cleared(Location at) {
          all.cleared(at);
        }
      };
    }
  }

  /** What could happen next. */
  List<String> actions() {
    List<String> actions = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) != null) {
        actions.add("step " + i);
      }
    }
    if (!taken && steps.get(0) != null) {
      actions.add("take");
    }
    if (!crashed && steps.get(holder) != null) {
      actions.add("crash");
    }
    if (!edited && edit != Edit.NONE) {
      actions.add("edit");
    }
    if (departure != null || !handles.vacated().pending(Optional.empty(), 10).isEmpty()) {
      actions.add("archive");
    }
    return actions;
  }

  void act(String action) {
    switch (action) {
      case "take" -> { // the lease ran out although its worker lives
        taken = true;
        start();
      }
      case "crash" -> {
        crashed = true;
        steps.set(holder, null);
        start();
      }
      case "edit" -> {
        edited = true;
        edit();
      }
      case "archive" -> archive();
      default -> step(Integer.parseInt(action.substring(5)));
    }
  }

  private void step(int number) {
    Step at = steps.get(number);
    try {
      Step next = at.next(movers.get(number));
      steps.set(number, next instanceof Step.End ? ended(number, (Step.End) next) : next);
    } catch (SyncException e) {
      // a job that failed comes back, unless it is somebody else's
      steps.set(number, holder == number ? new Step.Find(ONE, note) : null);
    }
  }

  private @Nullable Step ended(int number, Step.End end) {
    return null;
  }

  private void edit() {
    switch (edit) {
      case DELETE_HANDLE -> {
        deletedAt = handles.find(List.of(ONE)).get(0).orElseThrow().at(); // is the host's to remove
        handles.remove(ONE);
        contents.remove(ONE);
      }
      case OVERWRITE -> {
        FileHandle now = handles.find(List.of(ONE)).get(0).orElseThrow();
        put(now.at().bucket(), now.at().key(), "CONTENT");
        handles.put(now);
        contents.put(ONE, "CONTENT");
      }
      case COPY_HANDLE -> {
        FileHandle now = handles.find(List.of(ONE)).get(0).orElseThrow();
        handles.put(
            new FileHandle(
                TWO, now.etag(), now.owner(), now.at(), now.size(), now.md5(), now.preview()));
        contents.put(TWO, "content");
      }
      case REASSIGN -> bucket = OTHER;
      case CLEAN_UP -> {
        if (departure == null) {
          departure = new Departure.Retire(Location.latest(NEW, FILE), Optional.empty());
        }
      }
      case TAKE_TARGET -> {
        if (((MemoryBlobStore) stores.open(NEW)).content(FILE).isEmpty()) {
          put(NEW, FILE, "foreign");
        }
      }
      default -> throw new IllegalStateException();
    }
  }

  private void archive() {
    try {
      if (departure == null) {
        Vacated.Vacancy one = handles.vacated().pending(Optional.empty(), 1).get(0);
        departure = new Departure.Retire(one.at(), one.pin());
      }
      Departure next = departure.next(archiver);
      departure = next instanceof Departure.End ? null : next;
    } catch (SyncException e) {
      departure = null;
    }
  }

  /** What is wrong in this state; empty when nothing is. */
  Optional<String> wrong() {
    for (FileHandle handle : handles.all()) {
      MemoryBlobStore store = (MemoryBlobStore) buckets.get(handle.at().bucket());
      Optional<String> there =
          store.content(handle.at().key()).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
      if (!there.equals(Optional.ofNullable(contents.get(handle.id())))) {
        return Optional.of("the handle " + handle + " refers to " + there);
      }
    }
    return Optional.empty();
  }

  /** What is wrong when nothing happens any more. */
  Optional<String> wrongInTheEnd() {
    if (taken) { // what a detained request wrote, an audit finds and a clean-up removes
      cleanUp();
      Optional<String> wrong = wrong();
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    for (FileHandle handle : handles.all()) {
      boolean mine = handle.id().equals(ONE);
      if (mine && !handle.at().bucket().equals(bucket) && edit != Edit.REASSIGN) {
        return Optional.of("not moved: " + handle);
      }
    }
    for (String name : List.of(OLD, NEW, OTHER)) {
      MemoryBlobStore store = (MemoryBlobStore) buckets.get(name);
      for (int i = 0; i < 5; i++) {
        Key key = KeyRule.sameKey().key(placementOf(name), FILE, i);
        boolean foreign =
            store
                .content(key)
                .filter(b -> new String(b, StandardCharsets.UTF_8).equals("foreign"))
                .isPresent();
        boolean referred =
            handles.all().stream().anyMatch(h -> h.at().equals(Location.latest(name, key)));
        boolean hosts = Location.latest(name, key).equals(deletedAt);
        boolean overwritten = edit == Edit.OVERWRITE && name.equals(OLD);
        if (store.content(key).isPresent() && !referred && !foreign && !hosts && !overwritten) {
          return Optional.of("orphan in " + name + "/" + key);
        }
      }
    }
    return Optional.empty();
  }

  private void cleanUp() {
    for (String name : List.of(OLD, NEW, OTHER)) {
      for (Key key : keys(name)) {
        Location at = Location.latest(name, key);
        boolean hosts = at.equals(deletedAt);
        if (!hosts && handles.sharing(at, Optional.empty(), 1).isEmpty()) {
          Departure step = new Departure.Retire(at, Optional.empty());
          while (!(step instanceof Departure.End)) {
            step = step.next(archiver);
          }
        }
      }
    }
  }

  private static List<Key> keys(String bucket) {
    return IntStream.range(0, 5)
        .mapToObj(i -> KeyRule.sameKey().key(placementOf(bucket), FILE, i))
        .toList();
  }

  private static Placement placementOf(String name) {
    return new Placement("owner", 1, Optional.empty(), name, "", Optional.empty());
  }

  /** All that decides what can happen from here on. */
  String fingerprint() {
    StringBuilder text = new StringBuilder();
    text.append(handles.all()).append(handles.vacated().pending(Optional.empty(), 10));
    for (BlobStore store : buckets.values()) {
      for (int i = 0; i < 5; i++) {
        Key key = KeyRule.sameKey().key(placementOf(store.name()), FILE, i);
        Location at = Location.latest(store.name(), key);
        text.append(store.head(at.ref())).append(handles.vacated().states(List.of(at)));
      }
    }
    return text.append(departure)
        .append(steps)
        .append(note)
        .append(holder)
        .append(edited)
        .append(crashed)
        .append(taken)
        .append(bucket)
        .toString();
  }
}
