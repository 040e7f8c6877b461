package dev.chirograph.spi;

/**
 * A queue that knows which jobs belong to which run, and can hold jobs back until their run is
 * released.
 *
 * <ul>
 *   <li><b>RUN-1</b> A release is all or nothing: either every held job of the run in the scope
 *       becomes ready and may delete, or, when that would be more than the limit together with all
 *       that was released of the run in the scope before, none does. So a release may be repeated
 *       after a lost reply, and be made by several at once.
 *   <li><b>RUN-2</b> Discarding removes the held jobs of the run in the scope and no others.
 *   <li><b>RUN-3</b> Cancelling removes the waiting jobs of the run, delayed and held ones
 *       included; running ones end as they do.
 *   <li><b>RUN-4</b> {@link #remaining} is zero only when no job of the run waits, is delayed or
 *       runs.
 *   <li><b>RUN-5</b> Forgetting a run removes its held jobs and the count of what was released.
 * </ul>
 */
public interface SupportsRuns {

  /**
   * Makes the held jobs of a run in one scope ready at once and lets them delete, if that keeps
   * within the limit.
   *
   * @param run a run's id; as everywhere here, 0 or less is refused with INVALID_ARGUMENT, because
   *     it would mean the jobs of no run
   * @param scope the scope of the jobs, of whatever kind
   * @param limit how many jobs all releases of the run in the scope together may let delete; 0 only
   *     counts
   */
  Release release(long run, String scope, long limit);

  /** Removes the held jobs of a run in one scope; answers how many there were. */
  long discard(long run, String scope);

  /** Removes the waiting jobs of a run; answers how many there were. */
  long cancel(long run);

  /**
   * Removes what is kept of a run that has ended; answers how many jobs it held. A run that goes on
   * must not be forgotten: what it released would be counted anew.
   */
  long forget(long run);

  /**
   * How many jobs of a run are left to do: ready, delayed or running; held ones do not count.
   *
   * @param atMost where counting may stop
   */
  long remaining(long run, long atMost);

  /**
   * The answer to a release.
   *
   * @param held how many jobs of the run were held in the scope
   * @param released whether they are ready now; true also when none was held
   */
  record Release(long held, boolean released) {}
}
