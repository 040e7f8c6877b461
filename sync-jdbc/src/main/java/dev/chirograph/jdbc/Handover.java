package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.Lease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the batch that was taken, and committed, a lease for the worker. What cannot be handed over
 * is not left until the lease expires: it waits again at once. Safe for use by several threads.
 */
final class Handover {

  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  private final Database database;
  private final QueueNames names;
  private final Settling settling;

  Handover(Database database, QueueNames names, Settling settling) {
    this.database = database;
    this.names = names;
    this.settling = settling;
  }

  /**
   * The lease; empty when jobs of it could not be read, which are dead letters now, while the
   * others wait again.
   */
  Optional<Lease> lease(String kind, int lane, Duration duration, JobTable.Batch batch) {
    List<Lease.LeasedJob> leased = new ArrayList<>(batch.rows().size());
    Map<Integer, String> unfit = new TreeMap<>();
    try {
      Map<Integer, String> scopes = names(batch);
      int slot = 0;
      for (JobRow row : batch.rows()) {
        try {
          leased.add(leased(kind, scopes, slot, row));
        } catch (SyncException e) {
          unfit.put(slot, String.valueOf(e.getMessage()));
        }
        slot++;
      }
    } catch (RuntimeException e) { // a pool may throw what it likes
      Afterwards.failed(e, () -> undo(lane, batch, Map.of()));
      throw e;
    }
    if (unfit.isEmpty()) {
      return Optional.of(new Lease(kind, batch.fence(), duration, leased));
    }
    undo(lane, batch, unfit);
    LOG.error(
        "{} jobs of kind {} cannot be read and are rows of {} now; the first: {}",
        unfit.size(),
        kind,
        database.sql("${dead}"),
        unfit.values().iterator().next());
    return Optional.empty();
  }

  /** The names of a batch's scopes, as far as they exist; seldom asks the database. */
  private Map<Integer, String> names(JobTable.Batch batch) {
    Map<Integer, String> found = new TreeMap<>();
    Set<Integer> unknown = new TreeSet<>();
    for (JobRow row : batch.rows()) {
      names
          .rememberedName(row.scope)
          .ifPresentOrElse(name -> found.put(row.scope, name), () -> unknown.add(row.scope));
    }
    if (!unknown.isEmpty()) {
      found.putAll(
          database.read("naming the scopes of jobs", c -> names.namesOfScopes(c, unknown)));
    }
    return found;
  }

  private static Lease.LeasedJob leased(
      String kind, Map<Integer, String> scopes, int slot, JobRow row) {
    String scope = scopes.get(row.scope);
    if (scope == null) {
      throw QueueNames.missingScope(row.scope);
    }
    Optional<String> error =
        row.error.length == 0
            ? Optional.empty()
            : Optional.of(new String(row.error, StandardCharsets.UTF_8));
    return new Lease.LeasedJob(
        slot, row.job(kind, scope), row.attempts, (row.flags & JobRow.MAY_DELETE) != 0, error);
  }

  private void undo(int lane, JobTable.Batch batch, Map<Integer, String> unfit) {
    database.transaction(
        "giving back jobs that no worker got", c -> settling.undo(c, lane, batch.fence(), unfit));
  }
}
