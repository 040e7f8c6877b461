package dev.chirograph.jobs;

/** What a job that is being done may ask of its queue. Used by the thread that does the job. */
public interface JobContext {

  /**
   * Whether the job is still held; what takes long asks it now and then, above all before it
   * writes, and ends when it is not.
   */
  boolean stillMine();

  /**
   * Gives the job another note, which outlives the worker.
   *
   * @param note at most {@link dev.chirograph.spi.Job#MAX_NOTE_BYTES} bytes
   * @return false: the job is somebody else's now, and nothing was kept
   */
  boolean keep(String note);
}
