package dev.chirograph.servers;

import java.net.URI;
import java.util.List;
import java.util.Map;

/** S3Mock: has tags and checksums; versioning is broken, and it authenticates nobody. */
public final class S3MockServer implements S3Server {
  private final ChildJvm jvm;
  private final URI endpoint;

  private S3MockServer(ChildJvm jvm, URI endpoint) {
    this.jvm = jvm;
    this.endpoint = endpoint;
  }

  /** Starts in a JVM of its own. */
  public static S3MockServer start() {
    int port = FreePort.from(20000);
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    // It insists on two connectors. The second one listens on all interfaces, on a port of the
    // kernel's choice.
    List<String> arguments =
        List.of(
            "--spring.main.banner-mode=off",
            "--server.address=127.0.0.1",
            "--server.port=" + port,
            "--server.ssl.enabled=false",
            "--http.port=0");
    ChildJvm jvm = ChildJvm.start("s3mock", arguments, Map.of());
    jvm.awaitAnswer(endpoint);
    return new S3MockServer(jvm, endpoint);
  }

  @Override
  public URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    jvm.close();
  }
}
