package dev.chirograph.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that the replica does not take, each with the reason, so that the others need not wait for
 * them. A row is tried again when its time has come, and at once when it has changed.
 */
final class Quarantine {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPACE = "table-quarantine";

  /** At most so many bytes of an error are kept. */
  private static final int REASON = 2_000;

  private final String table;
  private final TableSettings settings;
  private long held;
  private final List<String> examples = new ArrayList<>();

  /**
   * A row that was not taken.
   *
   * @param digest of its text, which changes with it
   * @param next when it is tried again, in milliseconds
   */
  record Held(String key, String digest, int attempts, long next, String error) {}

  Quarantine(String table, TableSettings settings) {
    this.table = table;
    this.settings = settings;
  }

  /** How many rows were held back in this pass, tried or not. */
  long held() {
    return held;
  }

  /** Some of them, and why. */
  List<String> examples() {
    return List.copyOf(examples);
  }

  private Key name(RowKey key) {
    return Key.utf8(table + "/" + Texts.digest(key.text()));
  }

  /** The rows that are to be tried now. */
  List<Row> admitted(List<Row> rows) {
    if (rows.isEmpty()) {
      return rows;
    }
    Map<Row, Key> names = new LinkedHashMap<>();
    rows.forEach(row -> names.put(row, name(row.key())));
    List<Optional<Stored>> known =
        settings.call(() -> state().read(SPACE, List.copyOf(names.values())));
    List<Row> admitted = new ArrayList<>();
    int i = 0;
    for (Row row : names.keySet()) {
      Optional<Held> entry = known.get(i++).map(Quarantine::parsed);
      boolean waits =
          entry
              .filter(one -> one.digest().equals(digest(row)))
              .filter(one -> one.next() > settings.environment().clock().millis())
              .isPresent();
      if (waits) {
        count(row.key(), entry.get().error());
      } else {
        admitted.add(row);
      }
    }
    return admitted;
  }

  private void count(RowKey key, String error) {
    held++;
    if (examples.size() < 10) {
      examples.add(key + ": " + error);
    }
  }

  private StateStore state() {
    return settings.state();
  }

  private static String digest(Row row) {
    return Texts.digest(String.valueOf(row.cells()));
  }

  /** Takes a row in, or keeps it for longer. */
  void hold(Row row, SyncException why) {
    Key name = name(row.key());
    Optional<Held> before =
        settings.call(() -> state().read(SPACE, List.of(name))).get(0).map(Quarantine::parsed);
    int attempts =
        before.filter(one -> one.digest().equals(digest(row))).map(Held::attempts).orElse(0) + 1;
    String error = why.summary();
    Held now =
        new Held(
            row.key().text().substring(0, Math.min(200, row.key().text().length())),
            digest(row),
            attempts,
            settings.environment().clock().millis()
                + settings.quarantine().pause(attempts, settings.environment().random()).toMillis(),
            error.substring(0, Math.min(REASON, error.length())));
    settings.call(
        () -> state().write(SPACE, List.of(Change.put(name, bytes(now), new Expect.Anything()))));
    count(row.key(), now.error());
  }

  /** Lets rows go that were taken after all. */
  void release(List<Row> rows) {
    List<Key> names = rows.stream().map(row -> name(row.key())).toList();
    List<Optional<Stored>> known = settings.call(() -> state().read(SPACE, names));
    List<Change<byte[]>> gone = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (known.get(i).isPresent()) {
        gone.add(Change.delete(names.get(i), new Expect.Anything()));
      }
    }
    if (!gone.isEmpty()) {
      settings.call(() -> state().write(SPACE, gone));
    }
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
      return JSON.readValue(stored.value(), Held.class);
    } catch (IOException e) {
      throw new SyncException(
          SyncException.Kind.CORRUPT, "the record " + stored.key() + " of a row is unreadable", e);
    }
  }
}
