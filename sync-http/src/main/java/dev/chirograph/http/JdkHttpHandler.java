package dev.chirograph.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Puts an {@link HttpEndpoint} behind the HTTP server of the JDK, which does for tests, examples
 * and small nodes.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 8080), 0);
 * server.setExecutor(Executors.newCachedThreadPool()); // a pull that waits keeps a thread
 * server.createContext("/log", JdkHttpHandler.of(logHandler));
 * server.start();
 * }</pre>
 *
 * <p>Start the JVM with {@code -Dsun.net.httpserver.nodelay=true}: this server waits about 40 ms in
 * the middle of many answers otherwise. Where strangers reach it, say {@code
 * -Dsun.net.httpserver.maxReqTime=600}, too: so many seconds may a request take to come then.
 * Otherwise this server waits for one for ever, and for the rest of one that was refused.
 *
 * <p>Safe for use by several threads.
 */
public final class JdkHttpHandler implements HttpHandler {

  private final HttpEndpoint endpoint;

  private JdkHttpHandler(HttpEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Puts an endpoint behind the server of the JDK. */
  public static JdkHttpHandler of(HttpEndpoint endpoint) {
    return new JdkHttpHandler(Objects.requireNonNull(endpoint, "endpoint"));
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    // Whatever is thrown makes the server cut the connection, as it has to when a body breaks off.
    try (HttpReply reply = endpoint.handle(call(exchange))) {
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      long length = reply.length().orElse(0);
      // To this server, 0 means "as it comes", and -1 "nothing". It warns of bodies behind a HEAD.
      boolean nothing =
          (reply.length().isPresent() && length == 0) || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(reply.status(), nothing ? -1 : length);
      OutputStream out = exchange.getResponseBody();
      if (!nothing) {
        reply.writeTo(out);
      }
      out.close();
    }
    exchange.close();
  }

  private static HttpCall call(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    String context = exchange.getHttpContext().getPath();
    String base = context.endsWith("/") ? context.substring(0, context.length() - 1) : context;
    // The server matches contexts against the decoded path, which may have been written otherwise.
    String path =
        uri.getRawPath().startsWith(base) ? uri.getRawPath().substring(base.length()) : "";
    return HttpCall.builder(exchange.getRequestMethod(), base, path)
        .query(uri.getRawQuery())
        .headers(exchange.getRequestHeaders())
        .body(exchange.getRequestBody())
        .certificate(certificate(exchange))
        .build();
  }

  private static @Nullable X509Certificate certificate(HttpExchange exchange) {
    if (!(exchange instanceof HttpsExchange https)) {
      return null;
    }
    try {
      Certificate[] chain = https.getSSLSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
    } catch (SSLPeerUnverifiedException e) {
      return null; // the client has not shown one
    }
  }
}
