package dev.chirograph.relocate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Change;
import dev.chirograph.Environment;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * What is durable about runs, and whether there is a pause: small records that every process reads,
 * at most every two seconds.
 */
final class RunBook {

  private static final String SPACE = "relocation";
  private static final long FRESH_NANOS = 2_000_000_000L;
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final StateStore state;
  private final String name;
  private final Environment environment;
  private final Map<Key, Known> known = new ConcurrentHashMap<>();

  /**
   * A record.
   *
   * @param moves how many were asked for
   * @param begun in milliseconds since 1970
   * @param stopped whether it is cancelled; of the record of all runs: whether there is a pause
   */
  record Entry(long moves, long begun, boolean stopped) {
    Entry stop(boolean value) {
      return new Entry(moves, begun, value);
    }
  }

  private record Known(boolean stopped, long read) {}

  RunBook(StateStore state, String name, Environment environment) {
    this.state = state;
    this.name = name;
    this.environment = environment;
  }

  private Key key(String run) {
    return Key.utf8(name.length() + "/" + name + "/" + run);
  }

  /** A new run of about so many moves; its id is larger than those before. */
  long begin(long moves) {
    long now = environment.clock().millis();
    long id = (now << 16) | (environment.random().nextInt() & 0xffff);
    Entry entry = new Entry(moves, now, false);
    while (!write(key(String.valueOf(id)), entry, Expect.absent())) {
      id++;
    }
    return id;
  }

  /** So many moves were asked for. */
  void moves(long run, long number) {
    change(key(String.valueOf(run)), old -> new Entry(number, old.begun(), old.stopped()));
  }

  Entry entry(long run) {
    return read(key(String.valueOf(run)))
        .map(RunBook::parsed)
        .orElseThrow(
            () -> new SyncException(Kind.NOT_FOUND, "there is no run " + run + " of " + name));
  }

  void cancel(long run) {
    entry(run);
    change(key(String.valueOf(run)), old -> old.stop(true));
  }

  /** Whether a run is cancelled; 0 is none. */
  boolean isCancelled(long run) {
    return run != 0 && isStopped(key(String.valueOf(run)));
  }

  void pause(boolean value) {
    change(key("pause"), old -> old.stop(value));
  }

  boolean isPaused() {
    return isStopped(key("pause"));
  }

  private boolean isStopped(Key key) {
    long now = environment.pacing().nanoTime();
    Known last = known.get(key);
    if (last != null && now - last.read() < FRESH_NANOS) {
      return last.stopped();
    }
    boolean stopped = read(key).map(RunBook::parsed).filter(Entry::stopped).isPresent();
    known.put(key, new Known(stopped, now));
    return stopped;
  }

  private Optional<Stored> read(Key key) {
    return state.read(SPACE, List.of(key)).get(0);
  }

  private void change(Key key, UnaryOperator<Entry> how) {
    boolean written = false;
    while (!written) {
      Optional<Stored> old = read(key);
      Entry entry = old.map(RunBook::parsed).orElse(new Entry(0, 0, false));
      Expect expect = old.map(one -> Expect.at(one.version())).orElse(Expect.absent());
      written = write(key, how.apply(entry), expect);
    }
    known.remove(key);
  }

  /** Answers false when somebody else has written meanwhile. */
  private boolean write(Key key, Entry entry, Expect expect) {
    try {
      byte[] value = JSON.writeValueAsBytes(entry);
      Outcome outcome = state.write(SPACE, List.of(Change.put(key, value, expect))).get(0);
      if (outcome instanceof Outcome.Rejected rejected) {
        throw rejected.why();
      }
      if (outcome instanceof Outcome.Unsure unsure) {
        throw unsure.why();
      }
      return !(outcome instanceof Outcome.Conflict);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Entry parsed(Stored stored) {
    try {
      return JSON.readValue(stored.value(), Entry.class);
    } catch (IOException e) {
      throw new SyncException(Kind.CORRUPT, "the record " + stored.key() + " cannot be read", e);
    }
  }
}
