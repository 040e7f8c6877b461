package dev.chirograph.http;

import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as a server has received it, whatever server that is.
 *
 * <p>Holds a stream that is read once; not safe for use by several threads at once.
 */
public final class HttpCall {

  private final String method;
  private final String base;
  private final String path;
  private final String query;
  private final HttpHeaders headers;
  private final InputStream body;
  private final Optional<X509Certificate> certificate;

  private HttpCall(Builder builder) {
    this.method = builder.method;
    this.base = builder.base;
    this.path = builder.path;
    this.query = builder.query;
    this.headers = HttpHeaders.of(builder.headers, (name, value) -> true);
    this.body = builder.body;
    this.certificate = Optional.ofNullable(builder.certificate);
  }

  /**
   * A builder of a request.
   *
   * @param method as it was received
   * @param base the path under which the handler is reached, as it was received, without a slash at
   *     its end; empty for the root
   * @param path what follows in the path, as it was received: not decoded
   */
  public static Builder builder(String method, String base, String path) {
    return new Builder(method, base, path);
  }

  /** The method. */
  public String method() {
    return method;
  }

  /** The path under which the handler is reached, without a slash at its end. */
  public String base() {
    return base;
  }

  /** What follows in the path; not decoded. */
  public String path() {
    return path;
  }

  /** The query without its question mark, not decoded; empty when there is none. */
  public String query() {
    return query;
  }

  /** The headers. */
  public HttpHeaders headers() {
    return headers;
  }

  /** The body as it is sent, with its content coding; empty when there is none. */
  public InputStream body() {
    return body;
  }

  /** The certificate by which the transport has authenticated the caller; empty when by none. */
  public Optional<X509Certificate> certificate() {
    return certificate;
  }

  /** The same with another body. */
  HttpCall with(InputStream other) {
    return new Builder(method, base, path)
        .query(query)
        .headers(headers.map())
        .body(other)
        .certificate(certificate.orElse(null))
        .build();
  }

  /** Collects the parts of a request. Not safe for use by several threads. */
  public static final class Builder {
    private final String method;
    private final String base;
    private final String path;
    private String query = "";
    private Map<String, List<String>> headers = Map.of();
    private InputStream body = InputStream.nullInputStream();
    private @Nullable X509Certificate certificate;

    private Builder(String method, String base, String path) {
      this.method = Objects.requireNonNull(method, "method");
      this.base = Objects.requireNonNull(base, "base");
      this.path = Objects.requireNonNull(path, "path");
    }

    /**
     * The query as it was received, without its question mark; null or empty when there is none.
     */
    public Builder query(@Nullable String raw) {
      this.query = raw == null ? "" : raw;
      return this;
    }

    /** The headers, each with its values; names differ by more than case. */
    public Builder headers(Map<String, List<String>> all) {
      this.headers = Objects.requireNonNull(all, "all");
      return this;
    }

    /** The body as it is sent; whoever made the stream closes it. */
    public Builder body(InputStream stream) {
      this.body = Objects.requireNonNull(stream, "stream");
      return this;
    }

    /** The certificate of the caller, which the transport has checked; null when there is none. */
    public Builder certificate(@Nullable X509Certificate checked) {
      this.certificate = checked;
      return this;
    }

    /** The request. */
    public HttpCall build() {
      return new HttpCall(this);
    }
  }
}
