package dev.chirograph.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Change;
import dev.chirograph.Digest;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.TableInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What passes over a table remember of each other: a record of the state store, written by whoever
 * holds the lease of the table. Losing it costs a comparison of everything, and nothing else.
 *
 * @param source what the source was like after the last pass that ended well
 * @param replica the same of the replica
 * @param behind whether the source had rows beyond its horizon
 * @param compared when a comparison of everything ended, in milliseconds since 1970; 0 for never
 * @param surplus how many rows more the source was said to have than the replica then
 * @param batchRows how many rows the last batch had; 0 for none
 * @param retry when rows that were not taken are due again, in milliseconds; 0 when there are none
 * @param round the comparison that is under way
 * @param certificate what the last comparison has proven
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TableMemory(
    @Nullable Facts source,
    @Nullable Facts replica,
    boolean behind,
    long compared,
    long surplus,
    int batchRows,
    long retry,
    @Nullable Round round,
    @Nullable Proof certificate) {

  static final TableMemory NOTHING = new TableMemory(null, null, false, 0, 0, 0, 0, null, null);

  private static final String SPACE = "table-memory";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** What {@link TableInfo} says. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Facts(long rows, @Nullable Long last, String fingerprint, String incarnation) {

    Facts {
      Objects.requireNonNull(fingerprint, "fingerprint");
      Objects.requireNonNull(incarnation, "incarnation");
    }

    static Facts of(TableInfo info) {
      return new Facts(
          info.rows(),
          info.last().map(Mark::value).orElse(null),
          info.fingerprint(),
          info.incarnation());
    }

    TableInfo info(String table) {
      return new TableInfo(
          table, rows, Optional.ofNullable(last).map(Mark::new), fingerprint, incarnation);
    }
  }

  /** A {@link Certificate}. */
  record Proof(String incarnation, long horizon, String salt, List<Part> ranges) {

    /** A range of it. */
    record Part(String part, Digest digest, long at) {
      Part {
        Objects.requireNonNull(part, "part");
        Objects.requireNonNull(digest, "digest");
      }
    }

    Proof {
      Objects.requireNonNull(incarnation, "incarnation");
      Objects.requireNonNull(salt, "salt");
      ranges = List.copyOf(ranges);
    }

    static Proof of(Certificate certificate) {
      return new Proof(
          certificate.incarnation(),
          certificate.horizon().value(),
          certificate.salt(),
          certificate.ranges().stream()
              .map(range -> new Part(range.part(), range.digest(), range.at().toEpochMilli()))
              .toList());
    }

    Certificate certificate() {
      return new Certificate(
          incarnation,
          new Mark(horizon),
          salt,
          ranges.stream()
              .map(
                  part ->
                      new Certificate.Range(
                          part.part(), part.digest(), Instant.ofEpochMilli(part.at())))
              .toList());
    }
  }

  TableMemory withFacts(TableInfo here, TableInfo there, boolean isBehind) {
    return new TableMemory(
        Facts.of(here),
        Facts.of(there),
        isBehind,
        compared,
        surplus,
        batchRows,
        retry,
        round,
        certificate);
  }

  TableMemory withRound(Round now) {
    return new TableMemory(
        source, replica, behind, compared, surplus, batchRows, retry, now, certificate);
  }

  /** The round has ended. */
  TableMemory withEnd(long now, long more, @Nullable Proof proof) {
    return new TableMemory(source, replica, behind, now, more, batchRows, retry, null, proof);
  }

  TableMemory withWork(int rows, long due) {
    return new TableMemory(
        source, replica, behind, compared, surplus, rows, due, round, certificate);
  }

  /** What is proven; nothing while a row is held that the replica does not take. */
  Optional<Certificate> proven() {
    return Optional.ofNullable(certificate).filter(one -> retry == 0).map(Proof::certificate);
  }

  // ---- in the store

  private static Key key(String name, String table) {
    return Key.utf8(record(name, table));
  }

  /** What the records of a table begin with, whatever characters the names have. */
  static String record(String engine, String table) {
    return engine.length() + "/" + engine + "/" + table.length() + "/" + table;
  }

  /** What is remembered of tables, by position. */
  static List<TableMemory> read(StateStore state, String name, List<String> tables) {
    return state.read(SPACE, tables.stream().map(table -> key(name, table)).toList()).stream()
        .map(TableMemory::of)
        .toList();
  }

  /** The record of a table; empty when there is none. */
  static Optional<Stored> stored(TableSettings settings, String name, String table) {
    return settings.call(() -> settings.state().read(SPACE, List.of(key(name, table)))).get(0);
  }

  /** What a record says; one that another version wrote, or that is damaged, says nothing. */
  static TableMemory of(Optional<Stored> stored) {
    if (stored.isEmpty()) {
      return NOTHING;
    }
    try {
      TableMemory memory = JSON.readValue(stored.get().value(), TableMemory.class);
      return memory == null ? NOTHING : memory;
    } catch (IOException e) {
      return NOTHING;
    }
  }

  /**
   * Writes the record, unless another agent has.
   *
   * @param before the version that is written over; empty when there is no record
   * @return the version it has now
   * @throws SyncException of kind CONFLICT when there is another one
   */
  Optional<Version> write(
      TableSettings settings, String name, String table, Optional<Version> before) {
    byte[] value = bytes(table);
    Expect expect = before.map(Expect::at).orElse(Expect.absent());
    if (settings.keep(SPACE, List.of(Change.put(key(name, table), value, expect))).get(0)
            instanceof Outcome.Applied applied
        && applied.now().isPresent()) {
      return applied.now();
    }
    return stored(settings, name, table)
        .filter(one -> Arrays.equals(one.value(), value)) // an answer may have been lost
        .map(one -> Optional.of(one.version()))
        .orElseThrow(
            () ->
                new SyncException(
                    SyncException.Kind.CONFLICT,
                    SyncException.Advice.NEVER,
                    table + ": another agent has written down what it did meanwhile",
                    null));
  }

  private byte[] bytes(String table) {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new SyncException(
          SyncException.Kind.UNEXPECTED, "what is known of " + table + " is no JSON", e);
    }
  }
}
