package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.http.TableClient.Answer;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Tenant;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A database of a customer, reached over HTTP; it answers through a {@link TableHandler}.
 *
 * <pre>{@code
 * HttpReplica cloud =
 *     HttpReplica.builder(URI.create("https://sync.example/api"), new Tenant("acme", "office-7"))
 *         .token(token)
 *         .build();
 * cloud.register();
 * }</pre>
 *
 * <p>Each call is one request and is never repeated here, except that {@link ReplicaTable#find} and
 * {@link ReplicaTable#manifest} ask several times for more than the server gives at once. A request
 * that was not answered is an error of kind UNAVAILABLE, and may have been carried out. What the
 * server asks for in a {@code Retry-After} stands in {@link SyncException#retryAfter}.
 *
 * <p>Rows are compressed and sent while they are written out, so a write takes no memory of its
 * own. Tokens go wherever the address leads: use https.
 *
 * <p>Safe for use by several threads. There is nothing to close: the client that was given is the
 * host's, and one that was made here ends with it.
 */
public final class HttpReplica implements ReplicaDatabase {

  private static final String TABLES = "/tables";

  private final TableClient client;
  private final String address;

  private HttpReplica(TableClient client, String address) {
    this.client = client;
    this.address = address;
  }

  /**
   * A builder of a database.
   *
   * @param base where the handler is, such as {@code https://sync.example/api}
   * @param tenant whose database it is, as the token says, too
   */
  public static Builder builder(URI base, Tenant tenant) {
    return new Builder(base, tenant);
  }

  /**
   * Registers the database with the server; nothing happens when it is there already.
   *
   * @throws SyncException of kind NOT_FOUND when the token is not one for this database
   */
  public void register() {
    client.done(client.send(client.request("").PUT(BodyPublishers.noBody())), 204);
  }

  @Override
  public Optional<State> state(Optional<String> known) {
    HttpRequest.Builder request = client.request(TABLES).GET();
    known.ifPresent(tag -> request.header("If-None-Match", Tags.header(tag)));
    Answer answer = client.send(request);
    if (known.isPresent() && answer.status() == 304) {
      client.done(answer, 304);
      return Optional.empty();
    }
    return Optional.of(client.read(answer, TableAnswers::state));
  }

  @Override
  public ReplicaTable table(String name) {
    if (!TablePath.isAddressable(name)) {
      throw new SyncException(
          SyncException.Kind.NOT_FOUND,
          "a table whose name is empty, dots, longer than 255 characters, or holds one of / \\ % ;"
              + " or a control character has no address");
    }
    return HttpTable.open(client, TABLES + "/" + HeaderText.encode(name));
  }

  @Override
  public String toString() {
    return "HttpReplica[" + address + "]";
  }

  /** Says how a database is reached. Not safe for use by several threads. */
  public static final class Builder {
    private final URI base;
    private final Tenant tenant;
    private @Nullable Supplier<String> token;
    private boolean withoutToken;
    private final ClientOptions options = new ClientOptions(Duration.ofSeconds(60), 256L << 20);

    private Builder(URI base, Tenant tenant) {
      this.base = Objects.requireNonNull(base, "base");
      this.tenant = Objects.requireNonNull(tenant, "tenant");
    }

    /** Proves who asks by this token (RFC 6750). */
    public Builder token(String value) {
      Objects.requireNonNull(value, "value");
      return token(() -> value);
    }

    /** Proves who asks by the token that is current then, so that it can be replaced. */
    public Builder token(Supplier<String> current) {
      this.token = Objects.requireNonNull(current, "current");
      return this;
    }

    /** Sends no token: the client proves who asks, by a certificate of its own. */
    public Builder withoutToken() {
      this.withoutToken = true;
      return this;
    }

    /**
     * The client to use, which is never closed here. It must not follow redirects by itself. By
     * default the database has one of its own.
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

    /** How long a request may take, to the end of its answer; 60 seconds by default. */
    public Builder timeout(Duration atMost) {
      options.timeout(atMost);
      return this;
    }

    /** The largest answer, after decompression; 256 MiB by default. */
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

    /**
     * The database, which has not been asked anything yet.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when the base is not usable, the client
     *     follows redirects, or not exactly one of {@link #token} and {@link #withoutToken} was
     *     given
     */
    public HttpReplica build() {
      if (withoutToken == (token != null)) {
        throw SyncException.invalid(
            "requests for " + tenant + " either have a token or are declared to have none");
      }
      String address =
          Bases.of(List.of(base)).node()
              + "/"
              + TableRoute.VERSION
              + "/customers/"
              + tenant.customer()
              + "/databases/"
              + tenant.database();
      return new HttpReplica(
          new TableClient(
              address,
              options.sender(tenant.toString(), base),
              Optional.ofNullable(token),
              options.timeout(),
              options.mostAnswer(),
              options.gzip()),
          address);
    }
  }
}
