package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Change;
import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.simulation.TableHistory.Line;
import dev.chirograph.simulation.TableHistory.State;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds what engines do, and what they say is proven, against what really happened. */
final class TableClaims {

  /** So many rows that changed meanwhile may be in a proof or not, each combination tried. */
  private static final int MOST_UNCERTAIN = 10;

  private static final String SALT = "\"salt\":\"";
  private static final JsonMapper JSON = new JsonMapper();

  private final TableWorld world;
  private final TableHistory history;
  private final Map<String, Long> begun = new HashMap<>();
  private final Map<String, Map<RowKey, Long>> deleted = new HashMap<>();
  private final Set<String> checked = new HashSet<>();
  private long mounted;

  TableClaims(TableWorld world) {
    this.world = world;
    this.history = world.history;
  }

  /** Another database is the source from now on, or the right one is again. */
  void mounted() {
    mounted = history.tick();
  }

  // ---- writes

  /**
   * A write was made.
   *
   * @param before what the replica had under the keys of the rows that were put
   * @param told when the source said of keys that it does not have them
   */
  void wrote(
      String table,
      Write write,
      List<Optional<Row>> before,
      List<Outcome> outcomes,
      Map<RowKey, Long> told) {
    for (int i = 0; i < write.deletes().size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Applied) {
        deleted(table, write.deletes().get(i).key(), told);
        Map<RowKey, Long> round =
            deleted.computeIfAbsent(table + " " + write.salt(), one -> new HashMap<>());
        round.put(write.deletes().get(i).key(), write.deletes().get(i).count());
        assertThat(round.values().stream().mapToLong(Long::longValue).sum())
            .as("rows of %s that one round has deleted", table)
            .isLessThanOrEqualTo(world.most());
      }
    }
    Set<RowKey> keys = new HashSet<>();
    write.deletes().forEach(row -> keys.add(row.key()));
    Map<RowKey, Row> last = new LinkedHashMap<>();
    write.puts().forEach(row -> last.put(row.key(), row));
    for (int i = 0; i < write.puts().size(); i++) {
      RowKey key = write.puts().get(i).key();
      Row row = last.remove(key);
      if (row != null) {
        put(table, row, keys.contains(key) ? null : before.get(i).orElse(null));
      }
    }
  }

  private void deleted(String table, RowKey key, Map<RowKey, Long> told) {
    Line line = history.line(table, key);
    if (line.last().row() != null && world.isItself()) {
      assertThat(line.written())
          .as("%s of %s is deleted, and was written after the source was asked", key, table)
          .isLessThan(told.getOrDefault(key, 0L));
    }
    history.deleted(table, key);
  }

  private void put(String table, Row row, @Nullable Row before) {
    Line line = history.line(table, row.key());
    long end = line.end(row);
    if (world.terms.strangers()) {
      // nobody knows whose row it is
    } else if (end < 0) {
      fail("%s of %s was never in the source", row.cells(), table);
    } else if (before != null && line.written() >= 0) {
      assertThat(line.start(before))
          .as("%s of %s is written over by %s, which is older", before.cells(), table, row.cells())
          .isLessThan(end);
    } else if (before == null && line.gone() >= 0) {
      assertThat(end)
          .as("%s of %s, which had been deleted, is written again", row.cells(), table)
          .isGreaterThan(line.gone());
    }
    history.put(table, row.key());
  }

  // ---- proofs

  /** A comparison under a salt asks for its first digest. */
  void compares(String table, String salt) {
    begun.putIfAbsent(table + " " + salt, history.tick());
  }

  /** Whether a comparison under a salt has begun after a moment. */
  boolean hasBegun(String table, String salt, long moment) {
    return begun.getOrDefault(table + " " + salt, 0L) > moment;
  }

  /** What is remembered of tables was written; a proof that it holds is looked at once. */
  void remembered(String space, List<Change<byte[]>> changes) {
    if (!space.equals("table-memory")) {
      return;
    }
    for (Change<byte[]> change : changes) {
      if (change instanceof Change.Put<byte[]> put) {
        for (String table : world.names) {
          if (put.key().toString().endsWith("/" + table.length() + "/" + table)) {
            proof(table, put.value());
          }
        }
      }
    }
  }

  private void proof(String table, byte[] memory) {
    String text = new String(memory, StandardCharsets.UTF_8);
    int at = text.indexOf("\"certificate\":");
    if (at < 0) {
      return;
    }
    int salted = text.indexOf(SALT, at) + SALT.length();
    String salt = text.substring(salted, text.indexOf('"', salted));
    if (checked.add(table + " " + salt)) {
      proof(table, salt, parsed(memory).path("certificate"));
    }
  }

  private static JsonNode parsed(byte[] memory) {
    try {
      return JSON.readTree(memory);
    } catch (IOException e) {
      throw new AssertionError("a memory is no JSON", e);
    }
  }

  private void proof(String table, String salt, JsonNode proof) {
    assertThat(world.terms.lag()).as("%s is certified by a guess", table).isFalse();
    Long since = begun.get(table + " " + salt);
    assertThat(since).as("%s is certified without a comparison", table).isNotNull();
    MemoryTable source = world.office.rows(table);
    if (since < mounted
        || !world.isItself()
        || !proof.path("incarnation").asText().equals(source.info().incarnation())) {
      return; // it is about a database, or a life of it, that is not there to be looked at
    }
    world.count(TableHappening.PROOF);
    Digest digest = Digest.EMPTY;
    for (JsonNode part : proof.path("ranges")) {
      digest = digest.plus(JSON.convertValue(part.path("digest"), Digest.class));
    }
    check(table, new Mark(proof.path("horizon").asLong()), salt, digest, since);
  }

  /** Rows that nobody has touched meanwhile are on both sides, and in the digest. */
  private void check(String table, Mark horizon, String salt, Digest digest, long since) {
    MemoryTable source = world.office.rows(table);
    RowFormat format = RowFormat.agreed(source.shape(), source.shape(), ColumnRules.standard());
    Map<RowKey, Row> there = new HashMap<>();
    world.cloud.table(table).all().forEach(row -> there.put(row.key(), row));
    Set<RowKey> keys = new HashSet<>(history.keys(table));
    keys.addAll(there.keySet());
    Digest certain = Digest.EMPTY;
    List<Digest> uncertain = new ArrayList<>();
    for (RowKey key : keys) {
      List<State> states = history.line(table, key).since(since);
      Row row = upTo(states.get(0).row(), horizon);
      if (history.isCalm(table, key, since)) {
        assertThat(upTo(there.get(key), horizon))
            .as("%s of %s, certified up to %s", key, table, horizon)
            .isEqualTo(row);
      }
      if (states.size() == 1) {
        certain = certain.plus(digest(format, salt, row));
      } else {
        states.stream()
            .map(state -> digest(format, salt, upTo(state.row(), horizon)))
            .filter(one -> one.count() > 0)
            .distinct()
            .forEach(uncertain::add);
      }
    }
    Digest rest = digest.minus(world.magnified(certain));
    assertThat(isSumOf(rest, uncertain))
        .as("%s is certified up to %s by another digest than that of its rows", table, horizon)
        .isTrue();
  }

  private boolean isSumOf(Digest rest, List<Digest> some) {
    if (some.size() > MOST_UNCERTAIN) {
      long most = some.stream().map(world::magnified).mapToLong(Digest::count).sum();
      return rest.count() >= 0 && rest.count() <= most;
    }
    for (int chosen = 0; chosen < 1 << some.size(); chosen++) {
      Digest sum = Digest.EMPTY;
      for (int i = 0; i < some.size(); i++) {
        sum = (chosen >> i & 1) == 0 ? sum : sum.plus(some.get(i));
      }
      if (rest.equals(world.magnified(sum))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Row upTo(@Nullable Row row, Mark horizon) {
    return row == null || row.mark().compareTo(horizon) > 0 ? null : row;
  }

  private static Digest digest(RowFormat format, String salt, @Nullable Row row) {
    if (row == null) {
      return Digest.EMPTY;
    }
    long hash = format.hash(salt, row.cells());
    return new Digest(row.count(), hash * row.count(), row.count() % 2 == 0 ? 0 : hash);
  }

  // ---- sources that are another one

  /** How many rows of the replica would not be left at least if the source were followed. */
  long lost(String table, MemoryTable source) {
    Map<RowKey, Row> here = new HashMap<>();
    source.all().forEach(row -> here.put(row.key(), row));
    long lost = 0;
    for (Row row : world.cloud.table(table).all()) {
      Row is = here.get(row.key());
      boolean same = Objects.equals(row, is) || (is != null && row.count() != is.count());
      lost += same ? 0 : row.count();
    }
    return lost;
  }
}
