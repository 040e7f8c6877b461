package dev.chirograph.table;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.TableInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run over all tables: asks both databases what they are like, and does what follows. */
final class TableRun {

  private final Parts parts;
  private final TableSettings settings;
  private final Optional<TableNeed> asked;
  private final Pace.Keeper pace;

  /**
   * What runs are made of.
   *
   * @param tables that are kept in agreement; all of the source's when there is none
   */
  record Parts(
      String name,
      SourceDatabase source,
      ReplicaDatabase replica,
      Map<String, TableOptions> tables,
      TableSettings settings) {

    /** The names of the tables, parents before children. */
    List<String> names() {
      List<String> all = settings.call(source::tables);
      if (tables.isEmpty()) {
        return all;
      }
      for (String table : tables.keySet()) {
        if (!all.contains(table)) {
          throw new SyncException(
              SyncException.Kind.NOT_FOUND, "the source has no table '" + table + "', only " + all);
        }
      }
      return all.stream().filter(tables::containsKey).toList();
    }

    TableContext context(String table) {
      return new TableContext(
          table,
          settings.call(() -> source.table(table)),
          settings.call(() -> replica.table(table)), // which may ask a server
          tables.getOrDefault(table, TableOptions.standard()),
          settings);
    }
  }

  /** A table of this run, and how far it has come. */
  private static final class Turn {
    private final String table;
    private @Nullable TablePass pass;
    private @Nullable SyncException failure;

    Turn(String table) {
      this.table = table;
    }

    /** Does a step; trouble is kept, and ends this table's turn. */
    void step(Consumer<TablePass> step) {
      if (pass != null && failure == null) {
        attempt(() -> step.accept(pass));
      }
    }

    void attempt(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException e) {
        failure = SyncException.of(e);
      }
    }
  }

  /**
   * A run.
   *
   * @param asked what the host wants done; empty when facts decide
   */
  TableRun(Parts parts, Optional<TableNeed> asked) {
    this.parts = parts;
    this.settings = parts.settings();
    this.asked = asked;
    this.pace = new Pace.Keeper(settings.pace(), settings.environment());
  }

  Map<String, Certificate> certificates() {
    List<String> names = parts.names();
    List<TableMemory> memories = memories(names);
    Map<String, Certificate> certificates = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String table = names.get(i);
      memories.get(i).proven().ifPresent(proof -> certificates.put(table, proof));
    }
    return certificates;
  }

  private List<TableMemory> memories(List<String> names) {
    return settings.call(() -> TableMemory.read(settings.state(), parts.name(), names));
  }

  List<TableReport> run() {
    if (asked.isEmpty() && !pace.mayWork()) {
      return List.of();
    }
    List<String> names = parts.names();
    List<TableMemory> memories = memories(names);
    Tag tag = Tag.read(settings.state(), parts.name());
    Map<String, TableInfo> here = byName(settings.call(() -> parts.source().infos(names)));
    Map<String, TableInfo> there = there(names, memories, tag);
    List<Turn> turns = new ArrayList<>();
    List<TableReport> reports = new ArrayList<>();
    try {
      for (int i = 0; i < names.size(); i++) {
        turns.add(begin(names.get(i), memories.get(i), here, there));
      }
      List<Turn> childrenFirst = new ArrayList<>(turns);
      Collections.reverse(childrenFirst);
      childrenFirst.forEach(turn -> turn.step(TablePass::delete));
      turns.forEach(turn -> turn.step(TablePass::settle));
      conclude(turns, there, tag);
    } finally {
      turns.forEach(TableRun::close);
    }
    for (int i = 0; i < turns.size(); i++) {
      reports.add(report(turns.get(i), memories.get(i)));
    }
    return reports;
  }

  private Map<String, TableInfo> there(List<String> names, List<TableMemory> memories, Tag tag) {
    Map<String, TableInfo> known = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      TableMemory.Facts facts = memories.get(i).replica();
      if (facts != null) {
        known.put(names.get(i), facts.info(names.get(i)));
      }
    }
    Optional<String> last =
        known.size() == names.size() ? tag.value(facts(names, known)) : Optional.empty();
    return settings
        .call(() -> parts.replica().state(last))
        .map(state -> infos(names, state, tag))
        .orElse(known);
  }

  private static Map<String, TableInfo> infos(List<String> names, State state, Tag tag) {
    Map<String, TableInfo> infos = byName(state.tables());
    tag.set(state.tag(), facts(names, infos));
    return infos;
  }

  private static List<TableMemory.Facts> facts(List<String> names, Map<String, TableInfo> infos) {
    List<TableMemory.Facts> facts = new ArrayList<>();
    for (String name : names) {
      TableInfo info = infos.get(name);
      if (info != null) {
        facts.add(TableMemory.Facts.of(info));
      }
    }
    return facts;
  }

  private static Map<String, TableInfo> byName(List<TableInfo> infos) {
    return infos.stream().collect(Collectors.toMap(TableInfo::table, Function.identity()));
  }

  /** Parents go first, so each table is mended before the next one is begun. */
  private Turn begin(
      String table, TableMemory memory, Map<String, TableInfo> here, Map<String, TableInfo> there) {
    Turn turn = new Turn(table);
    TableInfo ours = here.get(table);
    TableInfo theirs = there.get(table);
    if (ours == null || theirs == null) {
      String side = ours == null ? "source" : "replica";
      turn.failure =
          new SyncException(
              SyncException.Kind.NOT_FOUND, "the " + side + " has no table '" + table + "'");
      return turn;
    }
    TableNeed need =
        asked.orElseGet(
            () ->
                TableNeed.of(
                    memory,
                    ours,
                    theirs,
                    settings.compareEvery(),
                    settings.environment().clock().millis()));
    if (need != TableNeed.NOTHING) {
      turn.attempt(
          () ->
              turn.pass =
                  new TablePass(
                      parts.name(), parts.context(table), need, memory, pace, ours, theirs));
      turn.step(TablePass::mend);
    }
    return turn;
  }

  /**
   * What was written is known, so that the next run does not take it for somebody else's work. When
   * the replica cannot be asked any more, the reports tell what was done all the same.
   */
  private void conclude(List<Turn> turns, Map<String, TableInfo> there, Tag tag) {
    Map<String, TableInfo> now = there;
    if (turns.stream().anyMatch(turn -> turn.pass != null && turn.pass.hasWritten())) {
      Optional<Map<String, TableInfo>> found = afterwards(turns, tag);
      if (found.isEmpty()) {
        return;
      }
      now = found.get();
    }
    for (Turn turn : turns) {
      TableInfo info = now.get(turn.table);
      if (info != null) {
        turn.step(pass -> pass.conclude(info));
      }
    }
    if (turns.stream().allMatch(turn -> turn.failure == null)) {
      tag.write(settings, parts.name());
    }
  }

  private Optional<Map<String, TableInfo>> afterwards(List<Turn> turns, Tag tag) {
    try {
      State state = settings.call(() -> parts.replica().state(Optional.empty())).orElseThrow();
      List<String> names = turns.stream().map(turn -> turn.table).toList();
      return Optional.of(infos(names, state, tag));
    } catch (SyncException e) {
      turns.stream()
          .filter(turn -> turn.pass != null && turn.failure == null)
          .forEach(turn -> turn.failure = e);
      return Optional.empty();
    }
  }

  private static void close(Turn turn) {
    TablePass pass = turn.pass;
    if (pass == null) {
      return;
    }
    SyncException failure = turn.failure;
    if (failure != null) {
      turn.attempt(pass::failed);
    }
    turn.attempt(pass::close);
    if (failure != null) {
      turn.failure = failure; // the first one says most
    }
  }

  private TableReport report(Turn turn, TableMemory memory) {
    Optional<SyncException> failure = Optional.ofNullable(turn.failure);
    return turn.pass != null
        ? turn.pass.report(failure)
        : TableReport.idle(turn.table, memory.proven(), failure);
  }
}
