package dev.chirograph.spi;

/**
 * The facts and limits of a {@link WorkQueue}.
 *
 * @param uniqueness among which jobs a key is unique
 * @param fenced whether a worker that lost its lease is refused
 * @param serialPerKey whether jobs of one key never run at the same time
 * @param durable whether jobs outlive the process
 * @param maxBatch the largest number of jobs in one call
 */
public record QueueCapabilities(
    Uniqueness uniqueness, boolean fenced, boolean serialPerKey, boolean durable, int maxBatch) {

  /** Among which jobs a key is unique. */
  public enum Uniqueness {
    /** Among the waiting ones; a running one has at most one follow-up. */
    WAITING_AND_RUNNING,
    /** Nowhere: a key can wait any number of times. */
    NONE
  }
}
