package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.LimitedInput.TooLongException;
import dev.chirograph.http.ReplyStream.Deadline;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.LogEntry;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Another node, reached over HTTP; it answers through a {@link LogHandler}.
 *
 * <pre>{@code
 * LogPeer bergen =
 *     HttpLogPeer.builder("oslo", "bergen", URI.create("https://bergen.example/log"))
 *         .key(SigningKey.of("oslo-2026", secret))
 *         .build();
 * }</pre>
 *
 * <p>Every request is signed with the key of this node, unless the transport authenticates it.
 * Nothing is asked but the address of the node and further bases that were registered for its
 * contents; redirects are followed for contents only, at most three, and only to those. Wherever an
 * entry or a redirect leads but to a content of the node itself, no request is signed.
 *
 * <p>Answers are not signed: use https, unless the connection is safe otherwise.
 *
 * <p>Safe for use by several threads. There is nothing to close: the client that was given is the
 * host's, and one that was made for this peer ends with it.
 */
public final class HttpLogPeer implements LogPeer {

  private final Connection connection;
  private final Bases bases;
  private final ContentFetch contents;
  private final Duration timeout;
  private final long mostAnswer;
  private final boolean gzip;

  /** Whether the peer has said that it takes compressed requests (RFC 7694). */
  private volatile boolean peerTakesGzip;

  private HttpLogPeer(Builder builder, Bases bases) {
    this.bases = bases;
    this.connection =
        new Connection(
            builder.node,
            builder.peer,
            builder.key,
            builder.options.sender(builder.peer, builder.bases.get(0)),
            builder.clock,
            builder.random);
    this.contents = new ContentFetch(connection, bases, builder.options.timeout());
    this.timeout = builder.options.timeout();
    this.mostAnswer = builder.options.mostAnswer();
    this.gzip = builder.options.gzip();
  }

  /**
   * A builder of a peer.
   *
   * @param node the name of this node, as the peer knows it
   * @param peer the name of the peer, as it calls itself
   * @param base where its handler is, such as {@code https://bergen.example/log}
   */
  public static Builder builder(String node, String peer, URI base) {
    return new Builder(node, peer, base);
  }

  @Override
  public LogAnswer call(LogRequest request) {
    Duration wait = request instanceof Pull pull ? timeout.plus(pull.patience()) : timeout;
    Deadline deadline = Deadline.in(wait);
    HttpRequest sent = request(request).timeout(wait).build();
    HttpResponse<InputStream> response = connection.send(sent, deadline);
    try (InputStream body = response.body()) {
      peerTakesGzip = Gzip.isAccepted(response.headers().allValues("Accept-Encoding"));
      if (response.statusCode() != 200) {
        throw connection.problem(sent, response);
      }
      return Answers.read(request, connection.content(sent, response, body, mostAnswer));
    } catch (WireException | JsonProcessingException | ZipException | EOFException e) {
      throw new SyncException(
          Kind.CORRUPT, connection.named(sent) + " gave an unusable answer: " + unusable(e), e);
    } catch (TooLongException e) {
      throw new SyncException(
          Kind.UNEXPECTED,
          connection.named(sent)
              + " gave an answer of more than "
              + mostAnswer
              + " bytes; allow more, or ask for smaller pages",
          e);
    } catch (IOException e) {
      throw connection.broken(sent, e);
    }
  }

  private static String unusable(IOException why) {
    return why instanceof WireException ? String.valueOf(why.getMessage()) : "it ends early";
  }

  private HttpRequest.Builder request(LogRequest request) {
    Route route = Route.of(request);
    String address = bases.node() + route.path();
    HttpRequest.Builder sent;
    if (request instanceof Pull pull) {
      URI uri = URI.create(address + "?" + PullQuery.write(pull));
      sent = connection.signed(route.method(), uri, new byte[0]);
    } else {
      byte[] plain = body(request);
      boolean zipped = gzip && peerTakesGzip && plain.length >= Gzip.WORTHWHILE;
      sent =
          connection
              .signed(route.method(), URI.create(address), zipped ? Gzip.zipped(plain) : plain)
              .header("Content-Type", Json.TYPE);
      if (zipped) {
        sent.header("Content-Encoding", Gzip.NAME);
      }
    }
    return sent.header("Accept-Encoding", gzip ? Gzip.NAME : "identity");
  }

  private static byte[] body(LogRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      Requests.write(request, bytes);
    } catch (JsonProcessingException e) {
      throw SyncException.invalid("the request holds a text that is none: a lone surrogate", e);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public InputStream content(LogEntry.Content content, long from) {
    return contents.open(content, from);
  }

  @Override
  public String toString() {
    return "HttpLogPeer[" + bases.node() + "]";
  }

  /** Says how a peer is reached. Not safe for use by several threads. */
  public static final class Builder {
    private final String node;
    private final String peer;
    private final List<URI> bases = new ArrayList<>();
    private @Nullable Supplier<SigningKey> key;
    private boolean unsigned;
    private final ClientOptions options = new ClientOptions(Duration.ofSeconds(30), 64L << 20);
    private InstantSource clock = InstantSource.system();
    private RandomGenerator random = new SecureRandom();

    private Builder(String node, String peer, URI base) {
      this.node = Objects.requireNonNull(node, "node");
      this.peer = Objects.requireNonNull(peer, "peer");
      this.bases.add(Objects.requireNonNull(base, "base"));
    }

    /** Signs every request with this key. */
    public Builder key(SigningKey value) {
      Objects.requireNonNull(value, "value");
      return key(() -> value);
    }

    /** Signs every request with the key that is current then, so that it can be replaced. */
    public Builder key(Supplier<SigningKey> current) {
      this.key = Objects.requireNonNull(current, "current");
      return this;
    }

    /** Signs nothing: the client proves who this node is, by a certificate of its own. */
    public Builder unsigned() {
      this.unsigned = true;
      return this;
    }

    /**
     * A further address under which the peer offers contents, such as that of a cache. May be given
     * several times. Locations in entries are only asked when they are under one of these or the
     * base of the node.
     */
    public Builder contentsUnder(URI base) {
      this.bases.add(Objects.requireNonNull(base, "base"));
      return this;
    }

    /**
     * The client to use, which is never closed here. It must not follow redirects by itself. By
     * default the peer has one of its own.
     */
    public Builder client(HttpClient value) {
      options.client(value);
      return this;
    }

    /** How long connecting may take with a client of its own; 10 seconds by default. */
    public Builder connectTimeout(Duration atMost) {
      options.connectTimeout(atMost);
      return this;
    }

    /**
     * How long an answer may take, to its end, beyond what a pull waits for; 30 seconds by default.
     * For contents it is how long the beginning and each piece may take.
     */
    public Builder timeout(Duration atMost) {
      options.timeout(atMost);
      return this;
    }

    /** The largest answer, after decompression; 64 MiB by default. Contents have no limit. */
    public Builder answerLimit(long bytes) {
      options.answerLimit(bytes);
      return this;
    }

    /** The largest sum of the headers of an answer; 16 KiB by default. */
    public Builder headerLimit(int characters) {
      options.headerLimit(characters);
      return this;
    }

    /** Neither sends nor wants compressed bodies, as in one data center. */
    public Builder withoutGzip() {
      options.withoutGzip();
      return this;
    }

    /** The clock by which requests are dated; the system's by default. */
    public Builder clock(InstantSource value) {
      this.clock = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Where nonces come from; nobody should be able to guess them. */
    public Builder random(RandomGenerator value) {
      this.random = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * The peer, which has not been asked anything yet.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when a base is not usable, the client follows
     *     redirects, or not exactly one of {@link #key} and {@link #unsigned} was given
     */
    public HttpLogPeer build() {
      if (unsigned == (key != null)) {
        throw SyncException.invalid(
            "requests to " + peer + " are either signed with a key or declared unsigned");
      }
      return new HttpLogPeer(this, Bases.of(bases));
    }
  }
}
