package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.relocate.RelocationReport.Fate;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says what became of each handle of a plan, from what handles and queue say now: so nothing has to
 * be written while files are moved, and no crash makes a report untrue.
 */
final class Reporter {

  private static final int PAGE = 1_000;

  private final Handles handles;
  private final DeadMoves dead;

  Reporter(Handles handles, DeadMoves dead) {
    this.handles = handles;
    this.dead = dead;
  }

  RelocationReport report(Reader plan, ReportFormat format, Appendable lines) {
    RelocationReport.Sum sum = new RelocationReport.Sum();
    try {
      PlanReader planned = new PlanReader(new BufferedReader(plan));
      lines.append(ReportLine.head(format));
      List<PlanLine> page = planned.page(PAGE);
      while (!page.isEmpty()) {
        report(page, format, lines, sum);
        page = planned.page(PAGE);
      }
      return sum.report();
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "the plan or its report broke off: " + e, e);
    }
  }

  private void report(
      List<PlanLine> page, ReportFormat format, Appendable lines, RelocationReport.Sum sum)
      throws IOException {
    Map<Location, String> failures = failures(page);
    List<Optional<FileHandle>> found = handles.find(page.stream().map(PlanLine::handle).toList());
    for (int i = 0; i < page.size(); i++) {
      PlanLine planned = page.get(i);
      Optional<Location> now = found.get(i).map(FileHandle::at);
      Optional<String> failure = Optional.ofNullable(failures.get(planned.from()));
      Fate fate = fate(planned, now, failure.isPresent());
      sum.add(fate, planned.size().orElse(0));
      Optional<String> reason = fate == Fate.FAILED ? failure : Optional.empty();
      lines.append(new ReportLine(planned, fate, now, reason).text(format));
    }
  }

  private static Fate fate(PlanLine planned, Optional<Location> now, boolean failed) {
    if (now.isEmpty()) {
      return Fate.GONE;
    }
    if (now.get().equals(planned.from())) {
      return failed ? Fate.FAILED : Fate.WAITING;
    }
    return now.get().bucket().equals(planned.to().bucket()) ? Fate.MOVED : Fate.ELSEWHERE;
  }

  /** Of handles that share an object one has a job, whose failure is that of all. */
  private Map<Location, String> failures(List<PlanLine> page) {
    Map<Key, String> reasons = dead.reasons(page.stream().map(PlanLine::handle).toList());
    Map<Location, String> failures = new HashMap<>();
    for (PlanLine line : page) {
      Optional.ofNullable(reasons.get(line.handle()))
          .ifPresent(why -> failures.put(line.from(), why));
    }
    return failures;
  }
}
