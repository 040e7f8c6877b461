package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of state stores share: a fresh store for each, and short words for its use. */
abstract class StateHarness {

  static final String SPACE = "space";

  private static final int FIRST = 2_000_000;

  String tenant;
  StateStore store;

  /**
   * Opens a tenant's store. The same tenant always means the same records; each call may give
   * another handle, as another JVM would have.
   *
   * @param tenant a short name of letters, digits, {@code -} and {@code _}
   */
  protected abstract StateStore open(String tenant);

  @BeforeEach
  final void openFreshStore() {
    // Not from a seed: the store may keep the records of earlier runs.
    tenant = "tenant-" + UUID.randomUUID().toString().substring(0, 13);
    store = open(tenant);
  }

  Outcome put(String key, String value, Expect expect) {
    return put(Key.utf8(key), value, expect);
  }

  Outcome put(Key key, String value, Expect expect) {
    return store.write(SPACE, List.of(Change.put(key, bytes(value), expect))).get(0);
  }

  Outcome delete(String key, Expect expect) {
    return store.write(SPACE, List.of(Change.delete(Key.utf8(key), expect))).get(0);
  }

  Optional<Stored> stored(String key) {
    return store.read(SPACE, keys(key)).get(0);
  }

  Optional<String> value(String key) {
    return stored(key).map(StateHarness::text);
  }

  List<Stored> scan(KeyRange range) {
    return scan(store, SPACE, range);
  }

  static List<Stored> scan(StateStore store, String space, KeyRange range) {
    List<Stored> records = new ArrayList<>();
    try (CloseableIterator<Stored> scan = store.scan(space, range)) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }

  void writeNumbered(IntStream numbers) {
    List<Change<byte[]>> changes = new ArrayList<>();
    numbers.forEach(i -> changes.add(Change.put(numbered(i), bytes("v" + i), Expect.anything())));
    assertThat(store.write(SPACE, changes)).allMatch(outcome -> outcome instanceof Outcome.Applied);
  }

  /** Keys whose order is that of their numbers, above minus a million. */
  static Key numbered(int number) {
    return Key.utf8(Integer.toString(FIRST + number));
  }

  static int number(Key numbered) {
    return Integer.parseInt(numbered.text()) - FIRST;
  }

  /** The version that a write left behind, which must have been applied by the store itself. */
  static Version applied(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    Outcome.Applied applied = (Outcome.Applied) outcome;
    assertThat(applied.guard()).isEqualTo(Guard.ATOMIC);
    return applied.now().orElseThrow();
  }

  static List<Key> keys(String... texts) {
    return Stream.of(texts).map(Key::utf8).toList();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(Stored stored) {
    return new String(stored.value(), StandardCharsets.UTF_8);
  }

  static void assertRefused(ThrowingCallable call) {
    SyncException refusal = catchThrowableOfType(SyncException.class, call);
    assertThat(refusal).as("the refusal").isNotNull();
    assertThat(refusal.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT);
  }
}
