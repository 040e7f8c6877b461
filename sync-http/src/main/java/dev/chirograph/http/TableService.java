package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Tenant;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Does what callers ask for, once it is known who they are. Safe for use by several threads. */
final class TableService {

  private final ReplicaTenants tenants;
  private final TableBodies bodies;
  private final TableLooks looks;
  private final TableWrites writes;

  TableService(ReplicaTenants tenants, TableBodies bodies, RandomGenerator random) {
    this.tenants = tenants;
    this.bodies = bodies;
    this.looks = new TableLooks(bodies);
    this.writes = new TableWrites(bodies, random);
  }

  HttpReply health(HttpCall call) throws IOException {
    return bodies.json(call, 0, TableAnswers::health);
  }

  HttpReply answer(TableRoute route, TablePath path, TableCaller caller, HttpCall call)
      throws IOException, RefusedException {
    return switch (route) {
      case HEALTH -> health(call);
      case DATABASES -> databases(call, path.customer(), caller);
      case REGISTER -> register(own(path.tenant(), caller));
      case TABLES -> tables(call, database(path, caller));
      case ABOUT -> looks.about(call, table(path, caller));
      case WRITE -> writes.write(call, table(path, caller));
      case DELETE ->
          call.query().isEmpty()
              ? writes.deleteRows(call, table(path, caller))
              : writes.clear(call, table(path, caller));
      case LIST -> looks.list(call, table(path, caller));
      case MANIFEST -> looks.manifest(call, table(path, caller));
      case DIGEST -> looks.digest(call, table(path, caller));
      case FIND -> looks.find(call, table(path, caller));
      case ROWS -> looks.rows(call, table(path, caller));
      case SPLIT -> looks.split(call, table(path, caller));
      case LEASE -> writes.lease(call, table(path, caller));
      case RELEASE -> writes.release(call, table(path, caller));
    };
  }

  // ---- whose

  /** A tenant that the caller is. Nobody learns whether there is one that it is not. */
  private static Tenant own(Tenant tenant, TableCaller caller) throws RefusedException {
    if (!caller.mayUse(tenant)) {
      throw unknownDatabase();
    }
    return tenant;
  }

  private static RefusedException unknownDatabase() {
    return new RefusedException(
        Refusal.UNKNOWN_DATABASE,
        404,
        "there is no such database, or the caller may not use it; register it first");
  }

  private ReplicaDatabase database(TablePath path, TableCaller caller) throws RefusedException {
    Tenant tenant = own(path.tenant(), caller);
    try {
      return tenants.database(tenant);
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw unknownDatabase();
      }
      throw e;
    }
  }

  private ReplicaTable table(TablePath path, TableCaller caller) throws RefusedException {
    ReplicaDatabase database = database(path, caller);
    try {
      return database.table(path.table());
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw new RefusedException(
            Refusal.UNKNOWN_TABLE, 404, "there is no such table in the database");
      }
      throw e;
    }
  }

  // ---- databases

  private HttpReply databases(HttpCall call, String customer, TableCaller caller)
      throws IOException, RefusedException {
    if (!caller.customer().equals(customer)) {
      throw unknownDatabase();
    }
    List<String> names =
        tenants.databases(customer).stream()
            .filter(name -> caller.mayUse(new Tenant(customer, name)))
            .toList();
    return bodies.json(call, 40L * names.size(), out -> TableAnswers.databases(out, names));
  }

  private HttpReply register(Tenant tenant) {
    tenants.register(tenant);
    return bodies.form().empty(204, Map.of());
  }

  private HttpReply tables(HttpCall call, ReplicaDatabase database) throws IOException {
    Tags known = Tags.of(call.headers().allValues("If-None-Match"));
    Optional<State> state = database.state(known.only());
    Optional<String> now = state.isPresent() ? state.map(State::tag) : known.only();
    String tag = now.orElseThrow();
    if (state.isEmpty() || known.have(tag)) {
      return bodies.form().empty(304, Map.of("ETag", Tags.header(tag)));
    }
    State told = new State(tag, state.get().tables().stream().map(TableBodies::told).toList());
    Map<String, String> headers = bodies.form().headers(Json.TYPE);
    headers.put("ETag", Tags.header(tag));
    return bodies
        .form()
        .json(
            call,
            headers,
            200L * state.get().tables().size(),
            TableBodies.body(out -> TableAnswers.write(out, told)));
  }
}
