package dev.chirograph.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Rows that the replica does not take, each with the reason, so that the others need not wait for
 * them. A row is tried again when its time has come, and at once when it has changed.
 */
final class Quarantine {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private static final String SPACE = "table-quarantine";

  /** At most so many characters of an error are kept. */
  private static final int REASON = 2_000;

  /**
   * A larger record is kept without the key; its row is tried again when the table is compared.
   * Every store takes as much.
   */
  private static final int MOST_BYTES = 60_000;

  private static final int EXAMPLES = 10;

  /** So many rows of a pass are told apart. */
  private static final int MOST = 10_000;

  /** So many at once are tried again. */
  private static final int AGAIN = 500;

  private final String name;
  private final TableContext context;
  private final RowFormat format;
  private final Map<RowKey, String> met = new LinkedHashMap<>();

  /** Which records this pass has read or written: another agent may have put others meanwhile. */
  private final Map<RowKey, Version> records = new HashMap<>();

  private boolean recount;
  private long retry;

  /**
   * A row that was not taken.
   *
   * @param key its identity; empty where it is too long to be kept
   * @param hash of its columns, which changes with it
   * @param attempts how often it was tried
   * @param next when it is tried again, in milliseconds
   */
  record Held(String key, long hash, int attempts, long next, String error) {

    /** What was kept about a row cannot be read: it is as if the row had never been tried. */
    static final Held UNREADABLE = new Held("", 0, 0, 0, "");

    Held {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(error, "error");
    }

    Held withoutKey() {
      return new Held("", hash, attempts, next, error);
    }
  }

  /**
   * The quarantine of a table.
   *
   * @param name of the engine's records
   * @param retry when the first row is due, in milliseconds; 0 when there is none
   */
  Quarantine(String name, TableContext context, RowFormat format, long retry) {
    this.name = name;
    this.context = context;
    this.format = format;
    this.retry = retry;
  }

  /** Begins anew with when the first row is due, in milliseconds; 0 when there is none. */
  void open(long due) {
    retry = due;
  }

  /** How many rows were held back in this pass, tried or not; at most 10,000 are counted. */
  long held() {
    return met.size();
  }

  /** When the first row is due, in milliseconds; 0 when there is none. */
  long retry() {
    return retry;
  }

  /** Some of them, and why. */
  List<String> examples() {
    return met.entrySet().stream()
        .limit(EXAMPLES)
        .map(row -> shortened(row.getKey().text()) + ": " + row.getValue())
        .toList();
  }

  private static String shortened(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }

  private String prefix() {
    return TableMemory.record(name, context.name()) + "/";
  }

  private Key name(RowKey key) {
    return Key.utf8(prefix() + key.digest());
  }

  /** The rows of some that are to be tried now. */
  List<Row> admitted(List<Row> rows) {
    if (retry == 0) {
      return rows;
    }
    List<Optional<Stored>> known = known(rows.stream().map(Row::key).toList());
    List<Row> admitted = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Optional<Held> waits =
          known
              .get(i)
              .map(Quarantine::parsed)
              .filter(one -> one.hash() == hash(row))
              .filter(one -> one.next() > context.now());
      if (waits.isPresent()) {
        count(row.key(), waits.get().error());
      } else {
        known.get(i).ifPresent(stored -> records.put(row.key(), stored.version()));
        admitted.add(row);
      }
    }
    return admitted;
  }

  private List<Optional<Stored>> known(List<RowKey> keys) {
    List<Key> names = keys.stream().map(this::name).toList();
    return context.call(() -> state().read(SPACE, names));
  }

  private void count(RowKey key, String error) {
    if (met.size() < MOST) {
      met.put(key, error);
    }
  }

  private StateStore state() {
    return context.settings().state();
  }

  private long hash(Row row) {
    return format.hash("", row.cells());
  }

  /** Takes a row in, or keeps it for longer. */
  void hold(Row row, SyncException why) {
    Key at = name(row.key());
    int attempts =
        known(List.of(row.key()))
                .get(0)
                .map(Quarantine::parsed)
                .filter(one -> one.hash() == hash(row))
                .map(Held::attempts)
                .orElse(0)
            + 1;
    String error = why.summary();
    String key = row.key().text();
    TableSettings settings = context.settings();
    Held now =
        new Held(
            key.equals(encoded(key)) ? key : "",
            hash(row),
            attempts,
            context.now()
                + settings.quarantine().pause(attempts, settings.environment().random()).toMillis(),
            encoded(error.substring(0, Math.min(REASON, error.length()))));
    byte[] record = bytes(now);
    byte[] value = record.length > MOST_BYTES ? bytes(now.withoutKey()) : record;
    if (write(List.of(Change.put(at, value, new Expect.Anything()))).get(0)
        instanceof Outcome.Applied written) {
      written.now().ifPresent(version -> records.put(row.key(), version));
    }
    retry = retry == 0 ? now.next() : Math.min(retry, now.next());
    count(row.key(), now.error());
  }

  /** Half a character has no form in UTF-8. */
  private static String encoded(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Lets rows go that were taken after all. */
  void release(List<Row> rows) {
    rows.forEach(row -> met.remove(row.key()));
    gone(rows.stream().map(Row::key).toList());
  }

  private List<Outcome> write(List<Change<byte[]>> changes) {
    return context.settings().keep(SPACE, changes);
  }

  /**
   * Gives the keys of rows whose time has come, and notes when the next ones are due. Where none is
   * known of, the records are looked at all the same: what is remembered of a table may be lost.
   *
   * @return at most some hundred
   */
  List<RowKey> takeDue() {
    return retry > context.now() ? List.of() : look();
  }

  /** When rows were let go, what is left is looked at. */
  void settle() {
    if (recount) {
      look();
    }
  }

  private List<RowKey> look() {
    List<RowKey> keys = new ArrayList<>();
    long first = 0;
    try (CloseableIterator<Stored> all =
        context.call(() -> state().scan(SPACE, KeyRange.prefix(Key.utf8(prefix()))))) {
      while (all.hasNext()) {
        Stored stored = all.next();
        Held one = parsed(stored);
        if (!one.key().isEmpty()) {
          first = first == 0 ? one.next() : Math.min(first, one.next());
          if (one.next() <= context.now() && keys.size() < AGAIN) {
            keys.add(new RowKey(one.key()));
            records.put(new RowKey(one.key()), stored.version());
          }
        }
      }
    }
    retry = first;
    recount = false;
    return keys;
  }

  /** Forgets rows that are no longer in the source, as far as nobody else has held them since. */
  void gone(List<RowKey> keys) {
    List<Change<byte[]>> changes = new ArrayList<>();
    for (RowKey key : keys) {
      Version version = records.remove(key);
      if (version != null) {
        changes.add(Change.delete(name(key), new Expect.At(version)));
      }
    }
    write(changes);
    recount |= !changes.isEmpty();
  }

  /** What is known of a row, as a sentence. */
  Optional<String> why(RowKey key) {
    return known(List.of(key))
        .get(0)
        .map(Quarantine::parsed)
        .map(one -> "the replica refused it " + one.attempts() + " times: " + one.error());
  }

  private static byte[] bytes(Held held) {
    try {
      return JSON.writeValueAsBytes(held);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Held parsed(Stored stored) {
    try {
      Held held = JSON.readValue(stored.value(), Held.class);
      return held == null ? Held.UNREADABLE : held;
    } catch (IOException e) {
      return Held.UNREADABLE;
    }
  }
}
