package dev.chirograph.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.chirograph.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The reading half of an S3 server with one bucket, whose answers a test can bend: it lists as S3
 * does, page by page, and counts what it is asked.
 */
final class StubS3 implements AutoCloseable {

  static final String BUCKET = "photos";
  private static final Instant T = Instant.ofEpochSecond(1_000_000);

  /** One version; a marker has no entity tag. */
  record Line(String id, String etag, Instant time) {
    static Line version(String id, int second) {
      return new Line(id, "e" + id, T.plusSeconds(second));
    }

    static Line marker(String id, int second) {
      return new Line(id, "", T.plusSeconds(second));
    }

    boolean marker() {
      return etag.isEmpty();
    }
  }

  /** What is answered instead; a negative status is an answer that is cut. */
  record Bent(int status, String code) {}

  private final HttpServer server;
  private final TreeMap<Key, List<Line>> objects = new TreeMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Function<String, @Nullable Bent> bend = request -> null;

  StubS3() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  S3Client client() {
    return S3Client.builder()
        .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "testsecret")))
        .forcePathStyle(true)
        .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
        .build();
  }

  /** Adds versions of a key, newest first. */
  synchronized StubS3 put(String key, Line... versions) {
    objects.computeIfAbsent(Key.utf8(key), k -> new ArrayList<>()).addAll(List.of(versions));
    return this;
  }

  /** Adds an object without versions. */
  StubS3 put(String key) {
    return put(key, new Line("null", "e-" + key.hashCode(), T));
  }

  synchronized void remove(String key) {
    objects.remove(Key.utf8(key));
  }

  /**
   * Answers requests differently; a request is named by method and operation, see {@link
   * #requests}.
   */
  void bend(Function<String, @Nullable Bent> answers) {
    bend = answers;
  }

  long count(String prefix) {
    return requests.stream().filter(request -> request.startsWith(prefix)).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      String path = exchange.getRequestURI().getPath();
      String key = path.length() > BUCKET.length() + 2 ? path.substring(BUCKET.length() + 2) : "";
      String name = name(exchange.getRequestMethod(), key, query);
      requests.add(name);
      Bent bent = bend.apply(name);
      if (bent != null) {
        fail(exchange, bent);
      } else {
        answer(exchange, name, key, query);
      }
    }
  }

  private static String name(String method, String key, Map<String, String> query) {
    if (key.isEmpty()) {
      return query.containsKey("versions") ? "VERSIONS" : "LIST";
    }
    return method + (query.containsKey("tagging") ? " tags of " : " ") + key;
  }

  private synchronized void answer(
      HttpExchange exchange, String name, String key, Map<String, String> query)
      throws IOException {
    if (name.equals("LIST")) {
      send(exchange, 200, list(query));
    } else if (name.equals("VERSIONS")) {
      send(exchange, 200, versions(query));
    } else if (name.contains(" tags of ")) {
      send(
          exchange,
          200,
          "<Tagging><TagSet><Tag><Key>of</Key><Value>"
              + query.get("versionId")
              + "</Value></Tag></TagSet></Tagging>");
    } else {
      head(exchange, key, query.get("versionId"));
    }
  }

  private void head(HttpExchange exchange, String key, @Nullable String versionId)
      throws IOException {
    List<Line> lines = objects.getOrDefault(Key.utf8(key), List.of());
    Line line =
        lines.stream()
            .filter(l -> versionId == null || l.id().equals(versionId))
            .findFirst()
            .orElse(null);
    if (line == null || line.marker()) {
      if (line != null) {
        exchange.getResponseHeaders().add("x-amz-delete-marker", "true");
        exchange.getResponseHeaders().add("x-amz-version-id", line.id());
      }
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    exchange.getResponseHeaders().add("ETag", '"' + line.etag() + '"');
    exchange.getResponseHeaders().add("Content-Type", "text/plain");
    exchange
        .getResponseHeaders()
        .add(
            "Last-Modified",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(line.time().atOffset(ZoneOffset.UTC)));
    if (!line.id().equals("null")) {
      exchange.getResponseHeaders().add("x-amz-version-id", line.id());
    }
    exchange.getResponseHeaders().add("Content-Length", "5");
    exchange.sendResponseHeaders(200, -1);
  }

  private String list(Map<String, String> query) {
    int max = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    String token = query.get("continuation-token");
    String after =
        token == null
            ? query.getOrDefault("start-after", "")
            : URLDecoder.decode(token, StandardCharsets.UTF_8);
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    int given = 0;
    String last = "";
    boolean truncated = false;
    for (Map.Entry<Key, List<Line>> object :
        objects.tailMap(Key.utf8(after), after.isEmpty()).entrySet()) {
      String key = object.getKey().text();
      Line line = object.getValue().get(0);
      if (!key.startsWith(query.getOrDefault("prefix", "")) || line.marker()) {
        continue;
      }
      if (given == max) {
        truncated = true;
        break;
      }
      given++;
      last = key;
      xml.append("<Contents><Key>")
          .append(encode(key))
          .append("</Key>")
          .append(facts(line))
          .append("</Contents>");
    }
    if (truncated) {
      xml.append("<NextContinuationToken>").append(encode(last)).append("</NextContinuationToken>");
    }
    return xml.append("<EncodingType>url</EncodingType><IsTruncated>")
        .append(truncated)
        .append("</IsTruncated></ListBucketResult>")
        .toString();
  }

  private String versions(Map<String, String> query) {
    int max = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    String keyMarker = query.getOrDefault("key-marker", "");
    String idMarker = query.get("version-id-marker");
    StringBuilder xml = new StringBuilder("<ListVersionsResult>");
    int given = 0;
    String next = null;
    String lastKey = "";
    String lastId = "";
    for (Map.Entry<Key, List<Line>> object : objects.entrySet()) {
      String key = object.getKey().text();
      int order = object.getKey().compareTo(Key.utf8(keyMarker));
      if (!key.startsWith(query.getOrDefault("prefix", ""))
          || order < 0
          || (order == 0 && idMarker == null && !keyMarker.isEmpty())) {
        continue;
      }
      boolean skipping = order == 0 && idMarker != null;
      for (int i = 0; i < object.getValue().size(); i++) {
        Line line = object.getValue().get(i);
        if (skipping) {
          skipping = !line.id().equals(idMarker);
          continue;
        }
        if (given == max) {
          next =
              "<NextKeyMarker>"
                  + encode(lastKey)
                  + "</NextKeyMarker><NextVersionIdMarker>"
                  + lastId
                  + "</NextVersionIdMarker>";
          break;
        }
        given++;
        lastKey = key;
        lastId = line.id();
        String element = line.marker() ? "DeleteMarker" : "Version";
        xml.append('<')
            .append(element)
            .append("><Key>")
            .append(encode(key))
            .append("</Key><VersionId>")
            .append(line.id())
            .append("</VersionId><IsLatest>")
            .append(i == 0)
            .append("</IsLatest>")
            .append(facts(line))
            .append("</")
            .append(element)
            .append('>');
      }
      if (next != null) {
        break;
      }
    }
    return xml.append(next == null ? "" : next)
        .append("<EncodingType>url</EncodingType><IsTruncated>")
        .append(next != null)
        .append("</IsTruncated></ListVersionsResult>")
        .toString();
  }

  private static String facts(Line line) {
    return "<LastModified>"
        + line.time()
        + "</LastModified>"
        + (line.marker() ? "" : "<ETag>&quot;" + line.etag() + "&quot;</ETag><Size>5</Size>");
  }

  private static void fail(HttpExchange exchange, Bent bent) throws IOException {
    if (bent.status() < 0) {
      exchange.sendResponseHeaders(200, 1_000);
      exchange.getResponseBody().write("<Cut>".getBytes(StandardCharsets.UTF_8));
      return;
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    byte[] body =
        head || bent.code().isEmpty()
            ? new byte[0]
            : ("<Error><Code>" + bent.code() + "</Code><Message>no</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(bent.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String encode(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&")) {
        int at = pair.indexOf('=');
        query.put(
            at < 0 ? pair : pair.substring(0, at),
            at < 0 ? "" : URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
