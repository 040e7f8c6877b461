package dev.chirograph.spi;

/**
 * A queue that knows which jobs belong to which run, and can hold jobs back until their run is
 * released.
 *
 * <ul>
 *   <li><b>RUN-1</b> A release is all or nothing: either every held job of the run becomes ready
 *       and may delete, or, when there are more than the limit, none does.
 *   <li><b>RUN-2</b> Discarding removes the held jobs of the run and no others.
 *   <li><b>RUN-3</b> Cancelling removes the waiting jobs of the run, delayed and held ones
 *       included; running ones end as they do.
 *   <li><b>RUN-4</b> {@link #remaining} is zero only when no job of the run waits, is delayed or
 *       runs.
 * </ul>
 */
public interface SupportsRuns {

  /**
   * Makes the held jobs of a run ready at once and lets them delete, if they are at most so many.
   *
   * @param run a run's id; as everywhere here, 0 or less is refused with INVALID_ARGUMENT, because
   *     it would mean the jobs of no run
   */
  Release release(long run, long limit);

  /** Removes the held jobs of a run; answers how many there were. */
  long discard(long run);

  /** Removes the waiting jobs of a run; answers how many there were. */
  long cancel(long run);

  /**
   * How many jobs of a run are left to do: ready, delayed or running; held ones do not count.
   *
   * @param atMost where counting may stop
   */
  long remaining(long run, long atMost);

  /**
   * The answer to a release.
   *
   * @param held how many jobs of the run were held
   * @param released whether they are ready now
   */
  record Release(long held, boolean released) {}
}
