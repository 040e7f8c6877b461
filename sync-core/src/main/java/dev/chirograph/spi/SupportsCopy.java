package dev.chirograph.spi;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.Objects;
import java.util.Optional;

/**
 * A blob store that copies from another without the bytes passing through this machine, one
 * resumable step at a time.
 */
public interface SupportsCopy {

  /** Whether it can copy from that store: same provider, reachable under the same credentials. */
  boolean copiesFrom(BlobStore source);

  /**
   * Does one step of a copy.
   *
   * @param pin the state of the source that is copied; another state answers conflict
   * @param attributes what the copy carries: content type, metadata, tags and storage class,
   *     usually those of the source as {@link BlobStore#head} gave them; parts that are not known
   *     come along from the source where the store can, else are left at its default
   * @param expect what the destination is expected to be
   * @param resume what the step before answered; empty for the first
   */
  Step copy(
      BlobStore source,
      BlobRef from,
      Version pin,
      ObjectVersion attributes,
      Key to,
      Expect expect,
      Optional<String> resume);

  /**
   * Gives up a copy that has begun, and frees what the store holds for it. Harmless when the copy
   * has ended or is not known any more.
   *
   * @param to where it was copied to
   * @param resume what its last step answered
   * @throws dev.chirograph.SyncException when the store refuses or cannot be asked
   */
  void abandon(Key to, String resume);

  /** Where a copy stands. */
  sealed interface Step permits Finished, Going {}

  /** The copy has ended, one way or the other. */
  record Finished(Outcome outcome) implements Step {
    public Finished {
      Objects.requireNonNull(outcome, "outcome");
    }
  }

  /** There is more to do: call again with this token, from any machine. */
  record Going(String resume) implements Step {
    public Going {
      Objects.requireNonNull(resume, "resume");
    }
  }
}
