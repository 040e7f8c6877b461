package dev.chirograph;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run found and did. Immutable.
 *
 * <p>Counts are exact; lists of single items are cut at {@value #MAX_ITEMS} entries, the counts
 * beside them are not.
 */
public final class Report {

  /** The longest list of single items in a report. */
  public static final int MAX_ITEMS = 1_000;

  /**
   * Something that went wrong.
   *
   * @param where the pair of stores and the key or range
   * @param error what happened
   */
  public record Trouble(String where, String error) {
    public Trouble {
      Objects.requireNonNull(where, "where");
      Objects.requireNonNull(error, "error");
    }
  }

  /**
   * A prefix that exists on one side only, seen in a complete run over folders.
   *
   * @param pair the pair of stores
   * @param prefix ends with the delimiter
   * @param vanished whether it is the source that lacks it; otherwise the replica does
   */
  public record Folder(String pair, Key prefix, boolean vanished) {
    public Folder {
      Objects.requireNonNull(pair, "pair");
      Objects.requireNonNull(prefix, "prefix");
    }
  }

  private final long run;
  private final RunPhase phase;
  private final Instant requested;
  private final Optional<Instant> ended;
  private final Tally tally;
  private final List<Trouble> incomplete;
  private final List<Trouble> failures;
  private final List<Folder> folders;
  private final Optional<String> heldBack;

  /** A report of its facts; lists longer than {@value #MAX_ITEMS} are cut. */
  public Report(
      long run,
      RunPhase phase,
      Instant requested,
      Optional<Instant> ended,
      Tally tally,
      List<Trouble> incomplete,
      List<Trouble> failures,
      List<Folder> folders,
      Optional<String> heldBack) {
    this.run = run;
    this.phase = phase;
    this.requested = requested;
    this.ended = ended;
    this.tally = Tally.of(tally.toMap());
    this.incomplete = cut(incomplete);
    this.failures = cut(failures);
    this.folders = cut(folders);
    this.heldBack = heldBack;
  }

  private static <T> List<T> cut(List<T> items) {
    return List.copyOf(items.size() > MAX_ITEMS ? items.subList(0, MAX_ITEMS) : items);
  }

  /** The id of the run. */
  public long run() {
    return run;
  }

  /** How far the run has come. */
  public RunPhase phase() {
    return phase;
  }

  /** When the run was asked for. */
  public Instant requested() {
    return requested;
  }

  /** When it ended; empty while it goes on. */
  public Optional<Instant> ended() {
    return ended;
  }

  /** How long it took; empty while it goes on. */
  public Optional<Duration> took() {
    return ended.map(end -> Duration.between(requested, end));
  }

  /** What was counted. */
  public long count(Tally.Count count) {
    return tally.get(count);
  }

  /** All counts. */
  public Tally tally() {
    return Tally.of(tally.toMap());
  }

  /** Ranges whose listing did not end as complete; nothing was deleted then. */
  public List<Trouble> incomplete() {
    return incomplete;
  }

  /**
   * Items that failed for good, of which a part could not be read, or that were dealt with in
   * another way than was wished for.
   */
  public List<Trouble> failures() {
    return failures;
  }

  /**
   * Prefixes that came or went, when the run was asked to tell; {@link Tally.Count#FOLDERS} says
   * how many there are.
   */
  public List<Folder> folders() {
    return folders;
  }

  /** Why deletes that were due were not made; empty when none was held back. */
  public Optional<String> heldBack() {
    return heldBack;
  }

  /**
   * Whether the sides agree now, as far as the run could see: it ended, every listing was complete,
   * nothing failed, nothing was held back, and no other run took over.
   */
  public boolean agreed() {
    return phase == RunPhase.DONE
        && incomplete.isEmpty()
        && heldBack.isEmpty()
        && takenOver() == 0
        && count(Tally.Count.FAILED) == 0
        && count(Tally.Count.PARTIAL) == 0;
  }

  /**
   * How many items this run has found and not dealt with, at least: each still waited when a later
   * run found it, too, and belongs to that run since, whose report tells what became of it. Zero
   * before the run is done.
   */
  public long takenOver() {
    long dealtWith =
        Stream.of(
                Tally.Count.UNCHANGED,
                Tally.Count.WRITTEN,
                Tally.Count.DELETED,
                Tally.Count.NOT_DELETED,
                Tally.Count.PARTIAL,
                Tally.Count.FAILED)
            .mapToLong(this::count)
            .sum();
    return phase == RunPhase.DONE ? Math.max(0, count(Tally.Count.FOUND) - dealtWith) : 0;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("run ").append(run).append(' ').append(phase.text());
    took().ifPresent(time -> text.append(" in ").append(time.toMillis() / 1000.0).append(" s"));
    text.append(": ").append(tally);
    if (takenOver() > 0) {
      text.append("\n  taken over by later runs: ").append(takenOver());
    }
    heldBack.ifPresent(why -> text.append("\n  no deletes: ").append(why));
    incomplete.forEach(
        t -> text.append("\n  incomplete: ").append(t.where()).append(": ").append(t.error()));
    failures.forEach(
        t -> text.append("\n  failed: ").append(t.where()).append(": ").append(t.error()));
    folders.forEach(
        f ->
            text.append(f.vanished() ? "\n  vanished: " : "\n  new: ")
                .append(f.pair())
                .append(' ')
                .append(f.prefix()));
    return text.toString();
  }
}
