package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.CallerCheck.Caller;
import dev.chirograph.http.LimitedInput.TooLongException;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of other nodes over HTTP, for whatever server receives them.
 *
 * <p>Every request has to prove who makes it: by a signature ({@link Builder#keys}), or because the
 * transport has made sure of it ({@link Builder#trustTransport}). A request that does not is
 * refused and counted, and nothing of its body is read. What is checked comes in this order: sizes
 * and form, the node that is meant, the time, the signature over the announced body by a key of the
 * caller, the nonce, whether the caller may ask, and then the body, which is read within its limit
 * and has to be what was announced.
 *
 * <p>Answers are not signed: who listens or writes between the nodes is kept out by TLS.
 *
 * <p>A pull that waits keeps its thread, at most as long as the patience of the node. Each request
 * keeps its body in memory, once, within the limit.
 *
 * <p>Safe for use by several threads.
 */
public final class LogHandler implements HttpEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(LogHandler.class);

  private final LogReplicator node;
  private final CallerCheck callers;
  private final CallBody bodies;
  private final int mostHeaders;
  private final Replies replies;
  private final ReplyForm form;
  private final Refusals refusals = new Refusals();

  private LogHandler(Builder builder, CallerCheck callers) {
    this.node = builder.node;
    this.callers = callers;
    this.bodies = new CallBody(builder.mostBody);
    this.mostHeaders = builder.mostHeaders;
    this.form = new ReplyForm(builder.gzip, "Signature");
    this.replies = new Replies(builder.node, form);
  }

  /** A builder of a handler that answers for a node. */
  public static Builder builder(LogReplicator node) {
    return new Builder(node);
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
    List<Route> there = Route.at(call.path());
    if (there.isEmpty()) {
      return form.nothingThere();
    }
    Optional<Route> route =
        there.stream().filter(one -> one.method().equals(call.method())).findFirst();
    if (route.isEmpty()) {
      return form.otherMethod(there.stream().map(Route::method).toList());
    }
    boolean posted = route.get().method().equals("POST");
    bodies.checkHeaders(call, posted ? Optional.of(Json.TYPE) : Optional.empty());
    Caller caller = caller(call);
    byte[] body = bodies.read(call, caller.body());
    if (route.get() == Route.CONTENT) {
      return replies.content(call, caller.node(), Route.contentOf(call.path()));
    }
    LogAnswer answer = node.answer(caller.node(), request(call, route.get(), body));
    return replies.answer(call, answer);
  }

  private Caller caller(HttpCall call) throws RefusedException {
    Caller caller;
    try {
      caller = callers.check(call);
    } catch (SyncException e) { // of whoever keeps the keys, or the nonces
      throw new SyncException(Kind.UNAVAILABLE, "it could not be found out who calls", e);
    }
    if (!node.admits(caller.node())) {
      throw new RefusedException(
          Refusal.NOT_ADMITTED, 403, "the caller is neither a peer nor a reader of this node");
    }
    return caller;
  }

  private LogRequest request(HttpCall call, Route route, byte[] body)
      throws IOException, RefusedException {
    try {
      return route == Route.PULL
          ? PullQuery.read(call.query())
          : Requests.read(route, bodies.content(call, body), node.limits().items());
    } catch (TooLongException e) {
      throw bodies.tooLong();
    } catch (IOException e) { // the body is in memory: it is its form
      String why = e instanceof WireException ? e.getMessage() : "the body is no whole gzip";
      throw new RefusedException(Refusal.MALFORMED, 400, String.valueOf(why));
    }
  }

  private HttpReply refused(HttpCall call, RefusedException refused) {
    refusals.count(refused.refusal());
    LOG.debug(
        "refused {} {}: {} ({})",
        call.method(),
        Route.at(call.path()),
        refused.refusal(),
        refused.detail());
    return form.problem(Problem.of(refused));
  }

  private HttpReply failed(SyncException error) {
    Problem problem = Problem.of(error);
    if (problem.status() >= 500) {
      LOG.warn("{} could not answer a request: {}", node.node(), error.summary(), error);
    }
    return form.problem(problem);
  }

  /** Says whom a handler believes, and how much it takes. Not safe for use by several threads. */
  public static final class Builder {
    private final LogReplicator node;
    private @Nullable LogKeys keys;
    private @Nullable Function<HttpCall, Optional<String>> authenticated;
    private Nonces nonces = Nonces.inMemory(1_000_000);
    private Duration skew = Duration.ofMinutes(5);
    private @Nullable String publicBase;
    private long mostBody = 32L << 20;
    private int mostHeaders = 16 << 10;
    private boolean gzip = true;
    private InstantSource clock = InstantSource.system();

    private Builder(LogReplicator node) {
      this.node = Objects.requireNonNull(node, "node");
    }

    /** Believes requests that are signed with one of these keys. */
    public Builder keys(LogKeys value) {
      this.keys = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Believes the transport instead of signatures, as with mutual TLS. Nothing else keeps a
     * stranger out: what the function reads must not be up to the caller, as a header is unless a
     * proxy overwrites it.
     *
     * @param caller the name of the node that the transport has authenticated, by its certificate
     *     say; empty when that is nobody who is known
     */
    public Builder trustTransport(Function<HttpCall, Optional<String>> caller) {
      this.authenticated = Objects.requireNonNull(caller, "caller");
      return this;
    }

    /**
     * Remembers which requests were made; in memory by default, 1,000,000 for each node. Processes
     * that answer for one node should share one.
     */
    public Builder nonces(Nonces value) {
      this.nonces = Objects.requireNonNull(value, "value");
      return this;
    }

    /** By how much the clock of a caller may differ; 5 minutes by default, a second at least. */
    public Builder skew(Duration atMost) {
      if (atMost.compareTo(Duration.ofSeconds(1)) < 0) {
        throw SyncException.invalid(
            "clocks have to be allowed to differ by a second at least, not " + atMost);
      }
      this.skew = atMost;
      return this;
    }

    /**
     * The path under which callers reach the node, where a proxy in between changes it: callers
     * sign the path that they ask for. By default it is the one under which the server does.
     *
     * @param path not decoded, without a slash at its end; empty for the root
     */
    public Builder publicBase(String path) {
      if (!path.matches("(/[!-~&&[^/?#]]+)*")) {
        throw SyncException.invalid(
            "a base is a path without a slash at its end, or empty, not '" + path + "'");
      }
      this.publicBase = path;
      return this;
    }

    /** The largest body of a request, as sent and after decompression; 32 MiB by default. */
    public Builder bodyLimit(long bytes) {
      if (bytes < 1) {
        throw SyncException.invalid("a body has to be allowed 1 byte at least, not " + bytes);
      }
      this.mostBody = Math.min(bytes, Integer.MAX_VALUE - 64);
      return this;
    }

    /** The largest sum of the headers of a request; 16 KiB by default. */
    public Builder headerLimit(int characters) {
      if (characters < 1) {
        throw SyncException.invalid("headers have to be allowed some room, not " + characters);
      }
      this.mostHeaders = characters;
      return this;
    }

    /** Neither sends nor takes compressed bodies. */
    public Builder withoutGzip() {
      this.gzip = false;
      return this;
    }

    /** The clock by which requests are late; the system's by default. */
    public Builder clock(InstantSource value) {
      this.clock = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * The handler.
     *
     * @throws SyncException of kind INVALID_ARGUMENT unless exactly one of {@link #keys} and {@link
     *     #trustTransport} was given
     */
    public LogHandler build() {
      return new LogHandler(this, callers());
    }

    private CallerCheck callers() {
      if (keys != null && authenticated == null) {
        return new SignatureCheck(
            node.node(), keys, nonces, skew, clock, Optional.ofNullable(publicBase));
      }
      if (keys == null && authenticated != null) {
        return new TransportCheck(node.node(), authenticated);
      }
      throw SyncException.invalid(
          "the handler of "
              + node.node()
              + " needs either keys or an authenticated transport, and not both");
    }
  }
}
