package dev.chirograph.table;

import dev.chirograph.Version;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.TableInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a pass finds out, so that a later one goes on from there. An agent that has lost its
 * lease without knowing it writes over nothing that another one has kept since.
 */
final class TableJournal {

  private final String engine;
  private final TableContext context;
  private final BatchSize size;
  private final Quarantine quarantine;
  private TableMemory memory;
  private Optional<Version> version = Optional.empty();

  /**
   * A journal.
   *
   * @param engine the name of the engine's records
   * @param memory what passes before have left
   */
  TableJournal(
      String engine,
      TableContext context,
      BatchSize size,
      Quarantine quarantine,
      TableMemory memory) {
    this.engine = engine;
    this.context = context;
    this.size = size;
    this.quarantine = quarantine;
    this.memory = memory;
  }

  TableMemory memory() {
    return memory;
  }

  /** Reads what whoever had the lease until now has left; from now on nobody else may write it. */
  void open() {
    Optional<Stored> stored = TableMemory.stored(context.settings(), engine, context.name());
    version = stored.map(Stored::version);
    memory = TableMemory.of(stored);
    quarantine.open(memory.retry());
  }

  /** The comparison has come so far. */
  void round(Round round) {
    memory = memory.withRound(round).withWork(size.rows(), quarantine.retry());
    write();
  }

  /**
   * The comparison has ended, and both sides are equal.
   *
   * @param surplus how many rows more the source is said to have
   * @param proof null when nothing is proven
   */
  void ended(long surplus, TableMemory.@Nullable Proof proof) {
    memory =
        memory.withEnd(context.now(), surplus, proof).withWork(size.rows(), quarantine.retry());
    write();
  }

  /** Both sides are like this now; the source has rows beyond its horizon, or has not. */
  void facts(TableInfo here, TableInfo there, boolean behind) {
    memory = memory.withFacts(here, there, behind).withWork(size.rows(), quarantine.retry());
    write();
  }

  /** The pass has failed; how large batches may be is worth knowing all the same. */
  void failed() {
    memory = memory.withWork(size.rows(), quarantine.retry());
    write();
  }

  private void write() {
    version = memory.write(context.settings(), engine, context.name(), version);
  }
}
