package dev.chirograph.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** S3Proxy, keeping objects in memory: has versions and conditional requests; no tags. */
public final class S3ProxyServer implements S3Server {
  private final ChildJvm jvm;
  private final URI endpoint;

  private S3ProxyServer(ChildJvm jvm, URI endpoint) {
    this.jvm = jvm;
    this.endpoint = endpoint;
  }

  /** Starts in a JVM of its own. */
  public static S3ProxyServer start() {
    URI endpoint = URI.create("http://127.0.0.1:" + FreePort.from(20000));
    Path properties = properties(endpoint);
    // Below "warn" it is ten times slower.
    ChildJvm jvm =
        ChildJvm.start(
            "s3proxy",
            List.of("--properties", properties.toString()),
            Map.of("LOG_LEVEL", "warn", "JETTY_LOG_LEVEL", "warn"));
    jvm.awaitAnswer(endpoint);
    delete(properties);
    return new S3ProxyServer(jvm, endpoint);
  }

  private static Path properties(URI endpoint) {
    String text =
        """
        s3proxy.endpoint=%s
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=test
        s3proxy.credential=testsecret
        s3proxy.v4-max-non-chunked-request-size=134217728
        jclouds.provider=transient-nio2
        jclouds.identity=unused
        jclouds.credential=unused
        """
            .formatted(endpoint);
    try {
      return Files.writeString(Files.createTempFile("s3proxy", ".properties"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
