package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Small durable records with compare-and-set, in a table of the host's database.
 *
 * <p>{@link JdbcSchema} creates the table. A write is one short transaction of at most {@value
 * #MAX_CHANGES} records or {@value #MAX_BYTES} bytes; larger lists take several. A scan reads pages
 * of bounded size, and holds neither a connection nor a transaction between them. Versions come
 * from a counter in the database and are never used twice, also after a delete.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JdbcState implements StateStore {

  private static final int MAX_VALUE_BYTES = 1 << 20;
  private static final int MAX_CHANGES = 1_000;
  private static final int MAX_BYTES = 4 << 20;
  private static final int MAX_SPACE = 100;

  private final StateTable table;

  private JdbcState(StateTable table) {
    this.table = table;
  }

  /**
   * The records of the default tenant, in the tables of {@link JdbcSchema#of(DataSource)}.
   *
   * @throws SyncException of kind NOT_FOUND when the tables are missing, UNSUPPORTED when they or
   *     the database have another version, UNAVAILABLE when the database cannot be reached
   */
  public static JdbcState of(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** A builder with the default tenant, prefix and schema. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(dataSource);
  }

  @Override
  public int maxValueBytes() {
    return MAX_VALUE_BYTES;
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the space is empty or too long, or as the
   *     database fails
   */
  @Override
  public List<Optional<Stored>> read(String space, List<Key> keys) {
    checkSpace(space);
    List<Optional<Stored>> found = new ArrayList<>(keys.size());
    for (int start = 0; start < keys.size(); start += MAX_CHANGES) {
      found.addAll(
          table.read(space, keys.subList(start, Math.min(keys.size(), start + MAX_CHANGES))));
    }
    return found;
  }

  /**
   * {@inheritDoc}
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the space is empty or too long or a key
   *     comes twice; nothing is written then
   */
  @Override
  public List<Outcome> write(String space, List<Change<byte[]>> changes) {
    checkSpace(space);
    BatchWriter<byte[]> writer = table.writer(space, MAX_VALUE_BYTES);
    BatchWriter.requireDifferentKeys(changes);
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    for (int start = 0; start < changes.size(); ) {
      int end = endOfBatch(changes, start);
      outcomes.addAll(writer.write(changes.subList(start, end)));
      start = end;
    }
    return outcomes;
  }

  private static int endOfBatch(List<Change<byte[]>> changes, int start) {
    long bytes = 0;
    int end = start;
    while (end < changes.size() && end - start < MAX_CHANGES) {
      bytes += changes.get(end) instanceof Change.Put<byte[]> put ? put.value().length : 0;
      if (bytes > MAX_BYTES && end > start) {
        break;
      }
      end++;
    }
    return end;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The iterator throws a {@link SyncException} when a page cannot be read.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the space is empty or too long
   */
  @Override
  public CloseableIterator<Stored> scan(String space, KeyRange range) {
    checkSpace(space);
    return new StateScan(table, space, range);
  }

  private static void checkSpace(String space) {
    if (space.isEmpty() || space.length() > MAX_SPACE || Names.fault(space).isPresent()) {
      throw SyncException.invalid(
          "a space has 1 to "
              + MAX_SPACE
              + " characters of Unicode text without NUL: '"
              + space
              + "'");
    }
  }

  /** Collects the settings of a handle. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private String tenant = Names.DEFAULT_TENANT;

    private Builder(DataSource dataSource) {
      this.settings = new Settings(dataSource);
    }

    /**
     * The tenant whose records these are.
     *
     * @param name 1 to 100 characters; {@code default} unless set
     */
    public Builder tenant(String name) {
      this.tenant = Names.tenant(name);
      return this;
    }

    /** The schema of the tables, as given to {@link JdbcSchema#schema}. */
    public Builder schema(String name) {
      settings.schema(name);
      return this;
    }

    /** The prefix of the tables, as given to {@link JdbcSchema#prefix}. */
    public Builder prefix(String text) {
      settings.prefix(text);
      return this;
    }

    /**
     * The handle.
     *
     * @throws SyncException of kind NOT_FOUND when the tables are missing, UNSUPPORTED when they or
     *     the database have another version, UNAVAILABLE when the database cannot be reached
     */
    public JdbcState build() {
      return new JdbcState(new StateTable(settings.open(JdbcSchema.Component.STATE), tenant));
    }
  }
}
