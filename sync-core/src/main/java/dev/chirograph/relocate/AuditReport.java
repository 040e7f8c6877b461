package dev.chirograph.relocate;

import java.util.List;
import java.util.Map;

/**
 * What an audit of a bucket found. Counts are exact; of the findings at most {@value #MOST} are
 * kept.
 *
 * @param bucket that was audited
 * @param handles how many refer to it
 * @param objects how many were listed in it
 * @param bytes of the handles whose size is known
 * @param reread how many objects were read again, as a sample
 * @param complete whether the listing gave every object; otherwise nothing is said of those behind
 *     where it ended
 * @param counts how many findings of each kind there are
 * @param findings the first of them
 */
public record AuditReport(
    String bucket,
    long handles,
    long objects,
    long bytes,
    long reread,
    boolean complete,
    Map<Finding.Kind, Long> counts,
    List<Finding> findings) {

  /** The longest list of findings. */
  public static final int MOST = 1_000;

  public AuditReport {
    counts = Map.copyOf(counts);
    findings = List.copyOf(findings.size() > MOST ? findings.subList(0, MOST) : findings);
  }

  /** How many findings of a kind there are. */
  public long count(Finding.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Whether every handle has its object, and every object its handle or a reason. */
  public boolean isSound() {
    return complete
        && count(Finding.Kind.DANGLING) == 0
        && count(Finding.Kind.DIFFERENT) == 0
        && count(Finding.Kind.LEFTOVER) == 0
        && count(Finding.Kind.ORPHAN) == 0
        && count(Finding.Kind.UNKNOWN) == 0;
  }
}
