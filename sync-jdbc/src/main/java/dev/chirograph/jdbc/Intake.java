package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns jobs that are enqueued into rows of different keys. */
final class Intake {

  private Intake() {}

  /** Refuses what cannot be enqueued, before anything is done. */
  static void check(List<Job> jobs, int maxBatch) {
    if (jobs.size() > maxBatch) {
      throw SyncException.invalid(
          "cannot enqueue: at most " + maxBatch + " jobs in one call, not " + jobs.size());
    }
    for (Job job : jobs) {
      if (job.key().isEmpty()) {
        throw SyncException.invalid("cannot enqueue: a job needs a key that is not empty: " + job);
      }
    }
  }

  /** A kind and a scope in it. */
  private record Place(String kind, String scope) {}

  /** Gives numbers to kinds and scopes that are new here, in a transaction of their own. */
  static void remember(Database database, QueueNames names, List<Job> jobs) {
    Set<Place> unknown = new HashSet<>();
    for (Job job : jobs) {
      boolean known =
          names
              .rememberedLane(job.kind())
              .flatMap(lane -> names.rememberedScope(lane, job.scope()))
              .isPresent();
      if (!known) {
        unknown.add(new Place(job.kind(), job.scope()));
      }
    }
    for (Place place : unknown) {
      int lane = database.transaction("naming a kind", c -> names.laneToFill(c, place.kind()));
      names.remember(place.kind(), lane);
      int scope =
          database.transaction("naming a scope", c -> names.scopeToFill(c, lane, place.scope()));
      names.remember(lane, place.scope(), scope);
    }
  }

  /** Adds jobs, as rows of different keys: of equal ones, the later upgrades the earlier. */
  static Enqueued put(Connection connection, QueueNames names, JobTable table, List<Job> jobs)
      throws SQLException {
    Map<Place, Map<Key, JobRow>> rows = new HashMap<>();
    List<JobRow> different = new ArrayList<>(jobs.size());
    int upgraded = 0;
    int already = 0;
    for (Job job : jobs) {
      Map<Key, JobRow> byKey =
          rows.computeIfAbsent(new Place(job.kind(), job.scope()), place -> new LinkedHashMap<>());
      JobRow present = byKey.get(job.key());
      if (present != null) {
        boolean changed = present.upgrade(JobRow.of(present.lane, present.scope, job));
        upgraded += changed ? 1 : 0;
        already += changed ? 0 : 1;
        continue;
      }
      int lane = names.laneToFill(connection, job.kind());
      JobRow row = JobRow.of(lane, names.scopeToFill(connection, lane, job.scope()), job);
      byKey.put(job.key(), row);
      different.add(row);
    }
    return table.put(connection, different).plus(new Enqueued(0, upgraded, already));
  }
}
