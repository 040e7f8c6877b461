package dev.chirograph.http;

import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.TableAnswers.Cleared;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.http.TableRequests.Lease;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Writes to tables, under a fence always. Safe for use by several threads. */
final class TableWrites {

  /** The reason of a problem that says that there is no lease to be had. */
  static final String LEASED = "leased";

  private static final Duration CALL = Duration.ofMinutes(1);

  private final TableBodies bodies;
  private final RandomGenerator random;

  TableWrites(TableBodies bodies, RandomGenerator random) {
    this.bodies = bodies;
    this.random = random;
  }

  HttpReply lease(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Lease asked = bodies.read(call, Lease::read);
    Optional<Long> fence = table.lease(asked.agent(), asked.duration());
    return fence.isPresent()
        ? bodies.json(call, 0, out -> TableAnswers.fence(out, fence.get()))
        : bodies.form().problem(leased());
  }

  private static Problem leased() {
    return new Problem(409, Kind.CONFLICT, LEASED, "another agent writes to the table now");
  }

  HttpReply release(HttpCall call, ReplicaTable table) throws RefusedException {
    long fence =
        TableQuery.of(call.query())
            .whole("fence")
            .orElseThrow(() -> new RefusedException(Refusal.MALFORMED, 400, "'fence' is missing"));
    table.release(fence);
    return bodies.form().empty(204, Map.of());
  }

  HttpReply write(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Write write = bodies.readWrite(call, table);
    List<Outcome> outcomes = table.write(write);
    return bodies.json(call, 40L * outcomes.size(), out -> TableAnswers.outcomes(out, outcomes));
  }

  HttpReply deleteRows(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Deletes asked = bodies.read(call, in -> Deletes.read(in, bodies.limits(table)));
    TableBodies.check(asked.format(), table);
    return underFence(
        table,
        asked.fence(),
        fence -> {
          List<Outcome> outcomes = delete(table, fence, asked.format(), asked.salt(), asked.rows());
          return bodies.json(
              call, 40L * outcomes.size(), out -> TableAnswers.outcomes(out, outcomes));
        });
  }

  /** Deletes a page of a range, or of all, each row as it is seen right before. */
  HttpReply clear(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    TableQuery query = TableQuery.of(call.query());
    query.only("after", "through", "all", "fence");
    boolean bounded = query.whole("after").isPresent() || query.whole("through").isPresent();
    if (query.flag("all") == bounded) {
      throw new RefusedException(
          Refusal.MALFORMED, 400, "what is deleted is either all=true, or a range, or a body");
    }
    RowFormat format = TableBodies.own(table);
    Slice slice = bounded ? TableBodies.range(query, format) : Slice.Bucket.ALL;
    int limit = Math.min(bodies.limits(table).rows(), bodies.limits().page());
    return underFence(
        table,
        query.whole("fence"),
        fence -> {
          String salt = name();
          List<RowVersion> rows =
              table.manifest(
                  new Selection(format, salt, Mark.LAST), List.of(slice), Optional.empty(), limit);
          List<Outcome> outcomes =
              rows.isEmpty() ? List.of() : delete(table, fence, format, salt, rows);
          long deleted =
              outcomes.stream().filter(outcome -> outcome instanceof Outcome.Applied).count();
          long stayed =
              outcomes.stream().filter(outcome -> !(outcome instanceof Outcome.Unchanged)).count()
                  - deleted;
          return bodies.json(call, 0, new Cleared(deleted, stayed, rows.size() == limit)::write);
        });
  }

  private static List<Outcome> delete(
      ReplicaTable table, long fence, RowFormat format, String salt, List<RowVersion> rows) {
    return table.write(new Write(fence, format, salt, List.of(), rows, Optional.empty()));
  }

  /** Does something under a fence. */
  private interface Fenced {
    HttpReply with(long fence) throws IOException;
  }

  /** Under the fence of an agent, or under a lease for this call alone. */
  private HttpReply underFence(ReplicaTable table, Optional<Long> given, Fenced work)
      throws IOException {
    if (given.isPresent()) {
      return work.with(given.get());
    }
    Optional<Long> fence = table.lease("call " + name(), CALL);
    if (fence.isEmpty()) {
      return bodies.form().problem(leased());
    }
    try {
      return work.with(fence.get());
    } finally {
      table.release(fence.get());
    }
  }

  private String name() {
    return Long.toHexString(random.nextLong());
  }
}
