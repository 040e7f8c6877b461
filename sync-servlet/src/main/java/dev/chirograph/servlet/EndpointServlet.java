package dev.chirograph.servlet;

import dev.chirograph.http.HttpCall;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.HttpReply;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpEndpoint} as a servlet, for a host to mount under a path of its own.
 *
 * <pre>{@code
 * context.addServlet("log", EndpointServlet.of(logHandler)).addMapping("/log/*");
 * }</pre>
 *
 * <p>A pull of a log that waits keeps a thread of the container, at most as long as the patience of
 * the node. A filter in front must neither read the body nor change path or query, which may be
 * signed.
 *
 * <p>Safe for use by several threads.
 */
public final class EndpointServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

  private final transient HttpEndpoint endpoint;

  private EndpointServlet(HttpEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** A servlet that hands every request to an endpoint. */
  public static EndpointServlet of(HttpEndpoint endpoint) {
    return new EndpointServlet(Objects.requireNonNull(endpoint, "endpoint"));
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      answer(request, response);
    } catch (IOException | RuntimeException e) {
      if (response.isCommitted()) {
        throw e; // makes the container cut the connection
      }
      // The page that a container makes of an error may show it to whoever asked.
      log("an answer broke off before it began", e);
      response.reset();
      response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
    }
  }

  private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try (HttpReply reply = endpoint.handle(call(request))) {
      response.setStatus(reply.status());
      reply.headers().forEach(response::setHeader);
      reply.length().ifPresent(response::setContentLengthLong);
      reply.writeTo(response.getOutputStream());
    }
  }

  private static HttpCall call(HttpServletRequest request) throws IOException {
    // The mapping is told decoded; where it was written otherwise, there is nothing.
    String base = request.getContextPath() + request.getServletPath();
    String path = request.getRequestURI();
    return HttpCall.builder(
            request.getMethod(), base, path.startsWith(base) ? path.substring(base.length()) : "")
        .query(request.getQueryString())
        .headers(headers(request))
        .body(request.getInputStream())
        .certificate(certificate(request))
        .build();
  }

  private static Map<String, List<String>> headers(HttpServletRequest request) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name, Collections.list(request.getHeaders(name)));
    }
    return headers;
  }

  private static @Nullable X509Certificate certificate(HttpServletRequest request) {
    return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0
        ? chain[0]
        : null;
  }
}
