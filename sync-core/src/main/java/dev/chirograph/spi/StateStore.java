package dev.chirograph.spi;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Small durable records with compare-and-set: runs, checkpoints, pointers, leases of agents,
 * certificates, sync records. A handle is bound to one tenant.
 *
 * <ul>
 *   <li><b>STA-1</b> A write whose expectation does not hold is not made and answers {@link
 *       Outcome.Conflict}; of two writers with the same expectation one is applied.
 *   <li><b>STA-2</b> Each write gives the record a version that it never had before, also after a
 *       delete.
 *   <li><b>STA-3</b> Outcomes and records come by position; each write stands alone.
 *   <li><b>STA-4</b> A scan gives the records of a range in key order, each once; one that is
 *       neither added nor removed meanwhile is never left out.
 *   <li><b>STA-5</b> Spaces and tenants never see each other's records.
 *   <li><b>STA-6</b> What was written is there after a crash and seen by every later read.
 *   <li><b>STA-7</b> A value over {@link #maxValueBytes} is rejected, and nothing is written.
 *   <li><b>STA-8</b> A lost reply answers {@link Outcome.Unsure}.
 * </ul>
 */
public interface StateStore {

  /** The largest value in bytes; at least 65,536. */
  int maxValueBytes();

  /**
   * Reads records.
   *
   * @param space a name for a kind of records, at most 100 characters
   * @return by position; empty where there is none
   */
  List<Optional<Stored>> read(String space, List<Key> keys);

  /**
   * Writes records, each under its own expectation.
   *
   * @param changes of different keys
   * @return what became of each, by position; deleting what is not there is {@link
   *     Outcome.Unchanged}, unless a version was expected
   * @throws dev.chirograph.SyncException of kind INVALID_ARGUMENT, and nothing is written, when a
   *     key appears twice or the name of the space is too long
   */
  List<Outcome> write(String space, List<Change<byte[]>> changes);

  /** The records of a range in key order. The caller closes the iterator. */
  CloseableIterator<Stored> scan(String space, KeyRange range);

  /** A record, as it was read. */
  final class Stored {
    private final Key key;
    private final byte[] value;
    private final Version version;

    /** A record; the bytes are not copied. */
    public Stored(Key key, byte[] value, Version version) {
      this.key = Objects.requireNonNull(key, "key");
      this.value = Objects.requireNonNull(value, "value");
      this.version = Objects.requireNonNull(version, "version");
    }

    /** Its key. */
    public Key key() {
      return key;
    }

    /** Its bytes; the reader's own. */
    public byte[] value() {
      return value;
    }

    /** For the next conditional write. */
    public Version version() {
      return version;
    }

    @Override
    public String toString() {
      return key + " at " + version + ", " + value.length + " bytes";
    }
  }
}
