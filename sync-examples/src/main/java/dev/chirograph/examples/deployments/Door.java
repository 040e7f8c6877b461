package dev.chirograph.examples.deployments;

import dev.chirograph.http.LogHandler;
import dev.chirograph.servlet.EndpointServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Where others ask a deployment: Jetty with the servlet of its log, which can be cut off. */
final class Door implements AutoCloseable {

  private final Server jetty = new Server();
  private final ServerConnector connector = new ServerConnector(jetty);

  private Door(int port, LogHandler handler) {
    connector.setHost("localhost");
    connector.setPort(port);
    jetty.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServlet(new ServletHolder(EndpointServlet.of(handler)), "/log/*");
    jetty.setHandler(context);
  }

  /** Begins to answer under {@code /log}. */
  static Door open(int port, LogHandler handler) {
    Door door = new Door(port, handler);
    door.does("start", door.jetty::start);
    return door;
  }

  /** Breaks connections, and lets nobody in. */
  void cutOff() {
    does("cut off", connector::stop);
  }

  /** Answers again. */
  void mend() {
    does("start again", connector::start);
  }

  @Override
  public void close() {
    does("stop", jetty::stop);
  }

  /** What Jetty does when it starts or stops. */
  private interface Step {
    void run() throws Exception;
  }

  private void does(String what, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty at " + connector.getPort() + " did not " + what, e);
    }
  }
}
