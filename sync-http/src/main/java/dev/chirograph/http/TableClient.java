package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.LimitedInput.TooLongException;
import dev.chirograph.http.ReplyStream.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.ZipException;

/** Asks a handler of tables. Safe for use by several threads. */
final class TableClient {

  private static final JsonFactory LONG_TEXTS = Json.factory(Integer.MAX_VALUE);

  private static final String REFUSED_BY_TABLE = Words.word(Kind.INVALID_ARGUMENT);

  private final String base;
  private final Sender sender;
  private final Optional<Supplier<String>> token;
  private final Duration timeout;
  private final long mostAnswer;
  private final boolean gzip;

  /** Whether the server has said that it takes compressed requests (RFC 7694). */
  private volatile boolean serverTakesGzip;

  /**
   * @param base the address of the database, without a slash at its end
   * @param token proves who asks; empty when the transport does
   */
  TableClient(
      String base,
      Sender sender,
      Optional<Supplier<String>> token,
      Duration timeout,
      long mostAnswer,
      boolean gzip) {
    this.base = base;
    this.sender = sender;
    this.token = token;
    this.timeout = timeout;
    this.mostAnswer = mostAnswer;
    this.gzip = gzip;
  }

  /** An answer whose body has to be closed. */
  record Answer(HttpRequest request, HttpResponse<InputStream> response) {
    int status() {
      return response.statusCode();
    }
  }

  // ---- asking

  HttpRequest.Builder request(String place) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + place))
            .timeout(timeout)
            .header("Accept-Encoding", gzip ? Gzip.NAME : "identity");
    token.ifPresent(current -> request.header("Authorization", "Bearer " + checked(current.get())));
    return request;
  }

  /** What is not checked here ends up in a message of the client. */
  private static String checked(String token) {
    if (!BearerTokens.isToken(token)) {
      throw SyncException.invalid("a token has only letters, digits and '-._~+/', then '='");
    }
    return token;
  }

  /** Asks for something and reads it. */
  <T> T get(String place, JsonIn.Value<T> value) {
    return read(send(request(place).GET()), value);
  }

  /** Sends a message and reads what comes back. */
  <T> T send(String method, String place, TableRequests.Body message, JsonIn.Value<T> value) {
    return read(sent(method, place, message), value);
  }

  Answer sent(String method, String place, TableRequests.Body message) {
    byte[] plain = bytes(message);
    boolean zipped = compresses() && plain.length >= Gzip.WORTHWHILE;
    BodyPublisher body = BodyPublishers.ofByteArray(zipped ? Gzip.zipped(plain) : plain);
    return send(
        coded(request(place).method(method, body).header("Content-Type", Json.TYPE), zipped));
  }

  /** Sends what is made while it is sent, once: nothing is repeated here. */
  <T> T stream(String place, Supplier<InputStream> lines, boolean zipped, JsonIn.Value<T> value) {
    HttpRequest.Builder request =
        request(place)
            .POST(BodyPublishers.ofInputStream(lines))
            .header("Content-Type", RowStream.TYPE);
    return read(send(coded(request, zipped)), value);
  }

  /** Whether what is sent is compressed. */
  boolean compresses() {
    return gzip && serverTakesGzip;
  }

  private static HttpRequest.Builder coded(HttpRequest.Builder request, boolean zipped) {
    return zipped ? request.header("Content-Encoding", Gzip.NAME) : request;
  }

  private static byte[] bytes(TableRequests.Body message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = Json.writer(bytes)) {
      message.write(out);
    } catch (JsonProcessingException e) {
      throw SyncException.invalid("the request holds a text that is none: a lone surrogate", e);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  Answer send(HttpRequest.Builder building) {
    HttpRequest request = building.build();
    HttpResponse<InputStream> response = sender.send(request, Deadline.in(timeout));
    serverTakesGzip = Gzip.isAccepted(response.headers().allValues("Accept-Encoding"));
    return new Answer(request, response);
  }

  // ---- what comes back

  /** Reads an answer that has to be there. */
  <T> T read(Answer answer, JsonIn.Value<T> value) {
    return read(answer, value, Optional.empty()).orElseThrow();
  }

  /**
   * Reads an answer.
   *
   * @param reason why there may be none
   * @return empty when there is none for this reason
   */
  <T> Optional<T> read(Answer answer, JsonIn.Value<T> value, Optional<String> reason) {
    HttpRequest request = answer.request();
    try (InputStream body = answer.response().body()) {
      if (answer.status() != 200) {
        Problem problem = sender.problem(answer.response());
        if (reason.filter(problem.reason()::equals).isPresent()) {
          return Optional.empty();
        }
        throw failure(answer, problem);
      }
      try (JsonIn json =
          Json.reader(LONG_TEXTS, sender.content(request, answer.response(), body, mostAnswer))) {
        return Optional.of(JsonIn.document(json, value));
      }
    } catch (WireException | ZipException | EOFException e) {
      String why = e instanceof WireException ? String.valueOf(e.getMessage()) : "it ends early";
      throw new SyncException(
          Kind.CORRUPT, sender.named(request) + " gave an unusable answer: " + why, e);
    } catch (TooLongException e) {
      throw new SyncException(
          Kind.UNEXPECTED,
          Advice.NEVER,
          sender.named(request) + " gave an answer of more than " + mostAnswer + " bytes",
          e);
    } catch (IOException e) {
      throw sender.broken(request, e);
    }
  }

  /** Ends an answer that has no body. */
  void done(Answer answer, int status) {
    try (InputStream body = answer.response().body()) {
      if (answer.status() != status) {
        throw failure(answer, sender.problem(answer.response()));
      }
      body.skipNBytes(0);
    } catch (IOException e) {
      throw sender.broken(answer.request(), e);
    }
  }

  /**
   * What an answer that is none says. Only a table finds fault with rows; a proxy, or a handler
   * that does not understand a request, says nothing about them, and others would fare no better.
   */
  private SyncException failure(Answer answer, Problem problem) {
    SyncException failure = sender.failure(answer.request(), answer.response(), problem);
    String message = String.valueOf(failure.getMessage());
    return switch (failure.kind()) {
      // Whoever has lost a fence does not get it back by asking again.
      case CONFLICT -> new SyncException(Kind.CONFLICT, Advice.NEVER, message);
      case INVALID_ARGUMENT ->
          problem.reason().equals(REFUSED_BY_TABLE)
              ? ofRows(problem)
              : new SyncException(Kind.UNEXPECTED, Advice.NEVER, message);
      case ALREADY_EXISTS, TOO_LARGE -> ofRows(problem);
      default -> failure;
    };
  }

  /** Is kept with the row, for people who know the row and care for no addresses. */
  private SyncException ofRows(Problem problem) {
    String why = problem.detail().isEmpty() ? "status " + problem.status() : problem.detail();
    return new SyncException(problem.kind(), sender.name() + " does not take it: " + why);
  }
}
