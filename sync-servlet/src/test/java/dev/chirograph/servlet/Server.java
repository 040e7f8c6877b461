package dev.chirograph.servlet;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.JdkHttpHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;

/** A server that puts an endpoint under {@code /app/sync}. */
interface Server extends AutoCloseable {

  /** Where it listens. */
  int port();

  @Override
  void close();

  /** Starts one. */
  interface Kind {
    Server start(HttpEndpoint endpoint);
  }

  /** Jetty, with the servlet. */
  static Server jetty(HttpEndpoint endpoint) {
    return jetty(endpoint, new HttpConnectionFactory());
  }

  /** The same with HTTP/2, to which a connection is upgraded. */
  static Server http2(HttpEndpoint endpoint) {
    HttpConfiguration configuration = new HttpConfiguration();
    return jetty(
        endpoint,
        new HttpConnectionFactory(configuration),
        new HTTP2CServerConnectionFactory(configuration));
  }

  private static Server jetty(HttpEndpoint endpoint, ConnectionFactory... protocols) {
    org.eclipse.jetty.server.Server jetty = new org.eclipse.jetty.server.Server();
    ServerConnector connector = new ServerConnector(jetty, protocols);
    connector.setHost("localhost");
    jetty.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/app");
    context.addServlet(new ServletHolder(EndpointServlet.of(endpoint)), "/sync/*");
    jetty.setHandler(context);
    try {
      jetty.start();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty did not start", e);
    }
    return new Server() {
      @Override
      public int port() {
        return connector.getLocalPort();
      }

      @Override
      public void close() {
        try {
          jetty.stop();
        } catch (Exception e) {
          throw new IllegalStateException("Jetty did not stop", e);
        }
      }
    };
  }

  /** The JDK's own. */
  static Server jdk(HttpEndpoint endpoint) {
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/app/sync", JdkHttpHandler.of(endpoint));
    server.start();
    return new Server() {
      @Override
      public int port() {
        return server.getAddress().getPort();
      }

      @Override
      public void close() {
        server.stop(0);
        threads.shutdownNow();
      }
    };
  }
}
