package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.StubUploads.Upload;
import dev.chirograph.servers.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * An S3 server that keeps what it is given, in memory and without the bytes of what is large, see
 * {@link StubContent}: listings, heads, tags, gets, puts, uploads in parts, copies of whole objects
 * and deletes, under conditions. It counts what it is asked, checks no signature and refuses what
 * it does not know.
 */
final class KeepingS3 implements S3Server {

  /** What a request asks for. */
  enum Kind {
    LIST,
    HEAD,
    TAGS,
    GET,
    PUT,
    COPY,
    UPLOAD,
    DELETE,
    OTHER
  }

  private static final int MAX_KEYS = 1_000;

  /** Whoever opens a bucket finds out first what the server can do. */
  private static final String PROBES = ".chirograph/";

  private static final String XML = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

  private final Map<String, ConcurrentNavigableMap<String, StubObject>> buckets =
      new ConcurrentHashMap<>();
  private final StubUploads uploads = new StubUploads();
  private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Connections connections;
  private volatile boolean holding;
  private volatile long delayNanos;

  private KeepingS3() throws IOException {
    for (Kind kind : Kind.values()) {
      counts.put(kind, new LongAdder());
    }
    this.connections = Connections.start(this::talk);
  }

  /** Starts on a free port of the loopback interface. */
  static KeepingS3 start() throws IOException {
    return new KeepingS3();
  }

  @Override
  public URI endpoint() {
    return connections.endpoint();
  }

  /** Makes a bucket where there is none. */
  void create(String bucket) {
    bucket(bucket);
  }

  private ConcurrentNavigableMap<String, StubObject> bucket(String name) {
    return buckets.computeIfAbsent(name, key -> new ConcurrentSkipListMap<>());
  }

  /** Puts an object. */
  void put(String bucket, String key, StubObject object) {
    bucket(bucket).put(key, object);
  }

  /** How many objects a bucket has. */
  int size(String bucket) {
    return bucket(bucket).size();
  }

  /** How many requests were answered so far. */
  Map<Kind, Long> counts() {
    Map<Kind, Long> now = new EnumMap<>(Kind.class);
    counts.forEach((kind, count) -> now.put(kind, count.sum()));
    return now;
  }

  /** From now on every answer is so late. */
  void delay(Duration each) {
    delayNanos = each.toNanos();
  }

  /** From now on copies are made only after {@link #release}. */
  void holdCopies() {
    holding = true;
  }

  /** The keys of the objects that are copied as soon as they are released. */
  List<String> held() {
    return List.copyOf(held.keySet());
  }

  /** Makes the copies that were held, whether their clients still wait for them or not. */
  void release() {
    holding = false;
    held.values().forEach(CountDownLatch::countDown);
    held.clear();
  }

  // ---- requests

  private void talk(InputStream in, OutputStream out) throws IOException {
    for (Optional<HttpRequest> next = HttpRequest.read(in, out);
        next.isPresent();
        next = HttpRequest.read(in, out)) {
      HttpRequest request = next.get();
      StubReply reply = reply(request);
      request.drain();
      if (delayNanos > 0) {
        LockSupport.parkNanos(delayNanos);
      }
      reply.write(request.method(), out);
    }
  }

  private StubReply reply(HttpRequest request) throws IOException {
    Kind kind = kind(request);
    LongAdder count = counts.get(kind);
    if (count != null) {
      count.increment();
    }
    ConcurrentNavigableMap<String, StubObject> bucket = buckets.get(request.bucket());
    if (request.key().isEmpty() && request.method().equals("PUT")) {
      create(request.bucket());
      return StubReply.of(200);
    }
    if (bucket == null) {
      return StubReply.error(404, "NoSuchBucket");
    }
    return switch (kind) {
      case LIST -> list(request, bucket);
      case HEAD, GET -> get(request, bucket);
      case TAGS -> tags(bucket.containsKey(request.key()));
      case PUT -> put(request, bucket);
      case COPY -> copy(request, bucket);
      case UPLOAD -> upload(request, bucket);
      case DELETE -> delete(request, bucket);
      case OTHER ->
          request.method().equals("HEAD")
              ? StubReply.of(200)
              : StubReply.error(501, "NotImplemented");
    };
  }

  private static Kind kind(HttpRequest request) {
    Map<String, String> query = request.query();
    if (request.key().isEmpty()) {
      return "2".equals(query.get("list-type")) ? Kind.LIST : Kind.OTHER;
    }
    if (query.containsKey("uploads") || query.containsKey("uploadId")) {
      return Kind.UPLOAD;
    }
    return switch (request.method()) {
      case "HEAD" -> Kind.HEAD;
      case "GET" -> query.containsKey("tagging") ? Kind.TAGS : Kind.GET;
      case "PUT" ->
          query.containsKey("tagging")
              ? Kind.OTHER
              : request.headers().containsKey("x-amz-copy-source") ? Kind.COPY : Kind.PUT;
      case "DELETE" -> Kind.DELETE;
      default -> Kind.OTHER;
    };
  }

  private static StubReply list(
      HttpRequest request, ConcurrentNavigableMap<String, StubObject> bucket) {
    Map<String, String> query = request.query();
    String prefix = query.getOrDefault("prefix", "");
    String behind = query.getOrDefault("start-after", "");
    String after = query.getOrDefault("continuation-token", behind);
    int most = Math.min(MAX_KEYS, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
    Map<String, StubObject> rest =
        after.compareTo(prefix) < 0 ? bucket.tailMap(prefix, true) : bucket.tailMap(after, false);
    StringBuilder lines = new StringBuilder();
    String last = "";
    int number = 0;
    boolean more = false;
    for (Map.Entry<String, StubObject> one : rest.entrySet()) {
      more = one.getKey().startsWith(prefix) && number == most;
      if (more || !one.getKey().startsWith(prefix)) {
        break;
      }
      number++;
      last = one.getKey();
      lines.append(one.getValue().line(last));
    }
    return StubReply.xml(
        XML
            + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>"
            + request.bucket()
            + "</Name><EncodingType>url</EncodingType><KeyCount>"
            + number
            + "</KeyCount><IsTruncated>"
            + more
            + "</IsTruncated>"
            + (more ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "")
            + lines
            + "</ListBucketResult>");
  }

  private static StubReply get(HttpRequest request, Map<String, StubObject> bucket) {
    StubObject object = bucket.get(request.key());
    if (object == null) {
      return StubReply.error(404, "NoSuchKey");
    }
    if (!object.holds(request.header("if-match"), "")) {
      return StubReply.error(412, "PreconditionFailed");
    }
    String range = request.header("range");
    long from = range.isEmpty() ? 0 : Long.parseLong(range.replaceAll("bytes=(\\d+)-.*", "$1"));
    return StubReply.content(object, from);
  }

  private static StubReply tags(boolean there) {
    return there
        ? StubReply.xml(XML + "<Tagging><TagSet></TagSet></Tagging>")
        : StubReply.error(404, "NoSuchKey");
  }

  private static StubReply put(HttpRequest request, Map<String, StubObject> bucket)
      throws IOException {
    Optional<StubContent> content = StubContent.read(request.body());
    return content.isEmpty()
        ? StubReply.error(400, "UnknownContent")
        : store(request, bucket, StubObject.of(content.get(), request.headers()));
  }

  private static StubReply store(
      HttpRequest request, Map<String, StubObject> bucket, StubObject object) {
    return isStored(request, bucket, object)
        ? StubReply.of(200).header("ETag", object.quotedEtag())
        : StubReply.error(412, "PreconditionFailed");
  }

  private static boolean isStored(
      HttpRequest request, Map<String, StubObject> bucket, StubObject object) {
    boolean[] stored = new boolean[1];
    bucket.compute(
        request.key(),
        (key, old) -> {
          stored[0] =
              StubObject.isFit(old, request.header("if-match"), request.header("if-none-match"));
          return stored[0] ? object : old;
        });
    return stored[0];
  }

  private StubReply copy(HttpRequest request, Map<String, StubObject> bucket) {
    String path = HttpRequest.decodedPath(request.header("x-amz-copy-source"));
    String from = path.startsWith("/") ? path.substring(1) : path;
    int slash = from.indexOf('/');
    Map<String, StubObject> other = buckets.get(from.substring(0, slash));
    StubObject source = other == null ? null : other.get(from.substring(slash + 1));
    if (source == null) {
      return StubReply.error(404, "NoSuchKey");
    }
    if (!source.holds(request.header("x-amz-copy-source-if-match"), "")) {
      return StubReply.error(412, "PreconditionFailed");
    }
    if (holding && !request.key().startsWith(PROBES)) {
      hold(request.key());
    }
    boolean replaced = request.header("x-amz-metadata-directive").equals("REPLACE");
    StubObject copy =
        replaced ? StubObject.of(source.content(), request.headers()) : source.again();
    return isStored(request, bucket, copy)
        ? StubReply.xml(
            XML
                + "<CopyObjectResult><ETag>"
                + copy.quotedEtag().replace("\"", "&quot;")
                + "</ETag><LastModified>"
                + copy.modified()
                + "</LastModified></CopyObjectResult>")
        : StubReply.error(412, "PreconditionFailed");
  }

  private void hold(String key) {
    CountDownLatch latch = new CountDownLatch(1);
    held.put(key, latch);
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private StubReply upload(HttpRequest request, Map<String, StubObject> bucket) throws IOException {
    String id = request.query().getOrDefault("uploadId", "");
    if (request.query().containsKey("uploads")) {
      return StubReply.xml(
          XML
              + "<InitiateMultipartUploadResult><Bucket>"
              + request.bucket()
              + "</Bucket><UploadId>"
              + uploads.begin(request.headers())
              + "</UploadId></InitiateMultipartUploadResult>");
    }
    Optional<Upload> known = uploads.find(id);
    if (known.isEmpty()) {
      return StubReply.error(404, "NoSuchUpload");
    }
    return switch (request.method()) {
      case "PUT" -> part(request, known.get());
      case "POST" -> complete(request, bucket, id, known.get());
      case "DELETE" -> {
        uploads.end(id);
        yield StubReply.of(204);
      }
      default -> StubReply.error(501, "NotImplemented");
    };
  }

  private static StubReply part(HttpRequest request, Upload upload) throws IOException {
    Optional<StubContent> content = StubContent.read(request.body());
    if (content.isEmpty()) {
      return StubReply.error(400, "UnknownContent");
    }
    int number = Integer.parseInt(request.query().getOrDefault("partNumber", "0"));
    upload.parts().put(number, content.get());
    return StubReply.of(200).header("ETag", '"' + content.get().digest() + '"');
  }

  private StubReply complete(
      HttpRequest request, Map<String, StubObject> bucket, String id, Upload upload) {
    Optional<StubObject> whole = upload.whole();
    if (whole.isEmpty()) {
      return StubReply.error(400, "InvalidPart");
    }
    if (!isStored(request, bucket, whole.get())) {
      return StubReply.error(412, "PreconditionFailed");
    }
    uploads.end(id);
    return StubReply.xml(
        XML
            + "<CompleteMultipartUploadResult><ETag>"
            + whole.get().quotedEtag().replace("\"", "&quot;")
            + "</ETag></CompleteMultipartUploadResult>");
  }

  private static StubReply delete(HttpRequest request, Map<String, StubObject> bucket) {
    boolean[] refused = new boolean[1];
    bucket.computeIfPresent(
        request.key(),
        (key, old) -> {
          refused[0] = !old.holds(request.header("if-match"), "");
          return refused[0] ? old : null;
        });
    return refused[0] ? StubReply.error(412, "PreconditionFailed") : StubReply.of(204);
  }

  @Override
  public void close() {
    release();
    connections.close();
  }
}
