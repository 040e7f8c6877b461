package dev.chirograph.http;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.Permits.Permit;
import dev.chirograph.spi.table.ReplicaTenants;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the tables of many customers over HTTP, for whatever server receives the requests.
 *
 * <pre>{@code
 * TableHandler handler =
 *     TableHandler.builder(tenants, BearerTokens.of(callers)).build();
 * server.createContext("/sync", JdkHttpHandler.of(handler));
 * }</pre>
 *
 * <p>Whose tables a request is about stands in its path and is compared with the caller that {@link
 * TableAccess} has found out: nothing in the body, the query or another header has a say in it. A
 * database that is not there and one that is somebody else's give the same answer.
 *
 * <p>What is checked comes in this order: sizes, address and form, who calls, whether it may use
 * the database, and then the body, which is read within its limits. Limits are announced with every
 * table. All that is kept in memory are the rows of the requests that are being answered: with the
 * standard limits 16 MiB each, or one row of 48 MiB, of at most 32 requests.
 *
 * <p>What goes over the wire is written down in {@code docs/spec/tables.openapi.yaml}.
 *
 * <p>Safe for use by several threads.
 */
public final class TableHandler implements HttpEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(TableHandler.class);

  private final TableAccess access;
  private final TableService service;
  private final TableBodies bodies;
  private final int mostHeaders;
  private final Duration bodyTime;
  private final Pacing pacing;
  private final Permits permits;
  private final ReplyForm form;
  private final Refusals refusals = new Refusals();

  private TableHandler(Builder builder) {
    this.access = builder.access;
    this.mostHeaders = builder.mostHeaders;
    this.bodyTime = builder.bodyTime;
    this.pacing = builder.pacing;
    this.permits = new Permits(builder.atOnce, builder.perCustomer);
    this.form = new ReplyForm(builder.gzip, "Bearer");
    this.bodies = new TableBodies(builder.limits(), form);
    this.service = new TableService(builder.tenants, bodies, builder.random);
  }

  /**
   * A builder of a handler.
   *
   * @param tenants whose tables are offered
   * @param access finds out who makes a request
   */
  public static Builder builder(ReplicaTenants tenants, TableAccess access) {
    return new Builder(tenants, access);
  }

  /** How many requests were refused since this handler was made, by the reason. */
  public Map<Refusal, Long> refusals() {
    return refusals.counts();
  }

  @Override
  public HttpReply handle(HttpCall call) throws IOException {
    try {
      return answered(call);
    } catch (RefusedException e) {
      return refused(call, e);
    } catch (SyncException e) {
      return failed(e);
    } catch (RuntimeException e) { // a fault of this side, which tells the caller nothing
      return failed(new SyncException(Kind.UNEXPECTED, "a request could not be answered", e));
    }
  }

  private HttpReply answered(HttpCall call) throws IOException, RefusedException {
    CallBody.checkSizes(call, mostHeaders);
    TablePath path = TablePath.of(call.path());
    List<TableRoute> there = TableRoute.at(path);
    if (there.isEmpty()) {
      return form.nothingThere();
    }
    Optional<TableRoute> route =
        there.stream().filter(one -> one.method().equals(call.method())).findFirst();
    if (route.isEmpty()) {
      return form.otherMethod(there.stream().map(TableRoute::method).toList());
    }
    if (route.get() == TableRoute.HEALTH) {
      return service.health(call);
    }
    bodies.checkHeaders(route.get(), call);
    TableCaller caller = caller(call);
    Permit permit = permits.begin(caller.customer());
    HttpCall timed = call.with(new TimedInput(call.body(), pacing, bodyTime));
    boolean handedOn = false;
    try {
      HttpReply reply = service.answer(route.get(), path, caller, timed);
      handedOn = true;
      return reply.ending(permit::end);
    } catch (RefusedException e) {
      if (e.refusal() != Refusal.UNKNOWN_DATABASE) { // nothing is taken from strangers
        bodies.takeRest(timed);
      }
      throw e;
    } catch (RuntimeException e) {
      bodies.takeRest(timed);
      throw e;
    } finally {
      if (!handedOn) {
        permit.end();
      }
    }
  }

  private TableCaller caller(HttpCall call) throws RefusedException {
    Optional<TableCaller> caller;
    try {
      caller = access.caller(call);
    } catch (SyncException e) { // of whoever keeps the tokens
      if (e.kind() == Kind.PERMISSION_DENIED) {
        throw new RefusedException(Refusal.NOT_ADMITTED, 403, "the caller may nothing here");
      }
      throw new SyncException(Kind.UNAVAILABLE, "it could not be found out who calls", e);
    }
    return caller.orElseThrow(
        () ->
            new RefusedException(
                Refusal.UNKNOWN_CALLER, 401, "the request does not prove who makes it"));
  }

  private HttpReply refused(HttpCall call, RefusedException refused) {
    refusals.count(refused.refusal());
    LOG.debug(
        "refused {} of {}: {} ({})",
        call.method(),
        TableRoute.at(TablePath.of(call.path())),
        refused.refusal(),
        refused.detail());
    Optional<Duration> wait =
        refused.status() == 429 ? Optional.of(Duration.ofSeconds(1)) : Optional.empty();
    return form.problem(Problem.of(refused), wait);
  }

  private HttpReply failed(SyncException error) {
    Problem problem = Problem.of(error);
    if (problem.status() >= 500 && problem.kind() != Kind.UNSUPPORTED) {
      LOG.warn("a request to tables could not be answered: {}", error.summary(), error);
    }
    boolean slower = problem.status() == 429 || problem.status() == 503;
    return form.problem(problem, slower ? error.retryAfter() : Optional.empty());
  }

  /** Says what a handler offers to whom, and how much it takes. Not safe for several threads. */
  public static final class Builder {
    private final ReplicaTenants tenants;
    private final TableAccess access;
    private int mostRows = TableLimits.STANDARD.rows();
    private long mostBytes = TableLimits.STANDARD.bytes();
    private int mostRow = TableLimits.STANDARD.row();
    private int mostSlices = TableLimits.STANDARD.slices();
    private int mostKeys = TableLimits.STANDARD.keys();
    private int mostBody = TableLimits.STANDARD.body();
    private int mostHeaders = 16 << 10;
    private Duration bodyTime = Duration.ofMinutes(5);
    private Pacing pacing = Pacing.system();
    private int atOnce = 32;
    private int perCustomer = 8;
    private boolean gzip = true;
    private RandomGenerator random = new SecureRandom();

    private Builder(ReplicaTenants tenants, TableAccess access) {
      this.tenants = Objects.requireNonNull(tenants, "tenants");
      this.access = Objects.requireNonNull(access, "access");
    }

    /**
     * The largest write: 10,000 rows and 16 MiB of their texts by default; and the largest answer.
     *
     * @param rows put and deleted ones together
     * @param bytes about how many, as {@code Row.bytes} counts them
     */
    public Builder writeLimit(int rows, long bytes) {
      this.mostRows = positive(rows, "rows");
      this.mostBytes = positive(bytes, "bytes");
      return this;
    }

    /** The largest row, which is written alone; 48 MiB of its texts by default. */
    public Builder rowLimit(int bytes) {
      this.mostRow = positive(bytes, "bytes");
      return this;
    }

    /**
     * The largest request that compares or looks rows up: 1,024 slices, 10,000 keys or rows of a
     * manifest by default.
     */
    public Builder lookLimit(int slices, int keys) {
      this.mostSlices = positive(slices, "slices");
      this.mostKeys = positive(keys, "keys");
      return this;
    }

    /** The largest body that brings no rows, after decompression; 16 MiB by default. */
    public Builder bodyLimit(int bytes) {
      this.mostBody = positive(bytes, "bytes");
      return this;
    }

    /** The largest sum of the headers of a request; 16 KiB by default. */
    public Builder headerLimit(int characters) {
      this.mostHeaders = positive(characters, "characters");
      return this;
    }

    /**
     * How long a body may take to come; 5 minutes by default. How long nothing at all may come, and
     * what is left of a request that was refused, is a setting of the server; see {@link
     * JdkHttpHandler} for that of the JDK.
     */
    public Builder bodyTime(Duration atMost) {
      positive(atMost.toMillis(), "milliseconds");
      this.bodyTime = atMost;
      return this;
    }

    /**
     * How many requests are answered at once; further ones are asked to come back. 32 by default, 8
     * of one customer.
     */
    public Builder atOnce(int requests, int ofOneCustomer) {
      this.atOnce = positive(requests, "requests");
      this.perCustomer = positive(ofOneCustomer, "requests");
      return this;
    }

    /** Neither sends nor takes compressed bodies. */
    public Builder withoutGzip() {
      this.gzip = false;
      return this;
    }

    /** How time is measured; the machine's own by default. */
    public Builder pacing(Pacing value) {
      this.pacing = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Where names and salts of calls come from that bring none. */
    public Builder random(RandomGenerator value) {
      this.random = Objects.requireNonNull(value, "value");
      return this;
    }

    private TableLimits limits() {
      return new TableLimits(
          mostRows, mostBytes, mostRow, mostSlices, mostKeys, mostKeys, mostBody);
    }

    private static int positive(int number, String what) {
      return Math.toIntExact(positive((long) number, what));
    }

    private static long positive(long number, String what) {
      if (number < 1) {
        throw SyncException.invalid("a limit is at least 1 of " + what + ", not " + number);
      }
      return number;
    }

    /** The handler. */
    public TableHandler build() {
      return new TableHandler(this);
    }
  }
}
