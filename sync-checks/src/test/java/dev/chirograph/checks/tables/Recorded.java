package dev.chirograph.checks.tables;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;

/** A request that is answered by a server whose answer nobody has sent yet. */
final class Recorded extends HttpExchange {

  private final HttpExchange real;
  private final byte[] request;
  private final Headers headers = new Headers();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status;

  /**
   * A request.
   *
   * @param request its body, which has been read
   */
  Recorded(HttpExchange real, byte[] request) {
    this.real = real;
    this.request = request;
  }

  // ---- what becomes of the answer

  /** Sends the answer. */
  void send() throws IOException {
    send(body.toByteArray());
  }

  /** Sends a part of the body as if it were the whole, as one who does not count bytes does. */
  void sendHalf() throws IOException {
    send(Arrays.copyOf(body.toByteArray(), body.size() / 2));
  }

  private void send(byte[] bytes) throws IOException {
    real.getResponseHeaders().putAll(headers);
    real.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    real.getResponseBody().write(bytes);
    real.close();
  }

  /** Sends a part of the body; the connection breaks then. */
  void sendHalfAndBreak() throws IOException {
    byte[] whole = body.toByteArray();
    real.getResponseHeaders().putAll(headers);
    real.sendResponseHeaders(status, whole.length == 0 ? -1 : whole.length);
    real.getResponseBody().write(whole, 0, whole.length / 2);
    real.getResponseBody().flush();
    throw new IOException("broken");
  }

  // ---- as a server sees it

  @Override
  public Headers getResponseHeaders() {
    return headers;
  }

  @Override
  public void sendResponseHeaders(int code, long length) {
    status = code;
  }

  @Override
  public int getResponseCode() {
    return status;
  }

  @Override
  public OutputStream getResponseBody() {
    return body;
  }

  @Override
  public void close() {
    // sent later
  }

  @Override
  public Headers getRequestHeaders() {
    return real.getRequestHeaders();
  }

  @Override
  public URI getRequestURI() {
    return real.getRequestURI();
  }

  @Override
  public String getRequestMethod() {
    return real.getRequestMethod();
  }

  @Override
  public HttpContext getHttpContext() {
    return real.getHttpContext();
  }

  @Override
  public InputStream getRequestBody() {
    return new ByteArrayInputStream(request);
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return real.getRemoteAddress();
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    return real.getLocalAddress();
  }

  @Override
  public String getProtocol() {
    return real.getProtocol();
  }

  @Override
  public Object getAttribute(String name) {
    return real.getAttribute(name);
  }

  @Override
  public void setAttribute(String name, Object value) {
    real.setAttribute(name, value);
  }

  @Override
  public void setStreams(InputStream in, OutputStream out) {
    real.setStreams(in, out);
  }

  @Override
  public HttpPrincipal getPrincipal() {
    return real.getPrincipal();
  }
}
