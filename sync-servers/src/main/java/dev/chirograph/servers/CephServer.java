package dev.chirograph.servers;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * A Ceph RADOS gateway: the one that lists in true byte order. It runs where {@code
 * scripts/ceph-rgw.sh install} has been called, or where the environment variable {@value
 * #ENDPOINT} points to one that runs already.
 */
public final class CephServer implements S3Server {
  /**
   * Names the environment variable with the endpoint of a running gateway, which is used and never
   * stopped; {@code none} asks to do without Ceph.
   */
  public static final String ENDPOINT = "CHIROGRAPH_RGW_ENDPOINT";

  private final URI endpoint;
  private final @Nullable Path state;

  private CephServer(URI endpoint, @Nullable Path state) {
    this.endpoint = endpoint;
    this.state = state;
  }

  /** Whether {@link #start()} has anything to start or to use. */
  public static boolean isAvailable() {
    String named = named();
    return named == null ? run("installed", null).status() == 0 : !named.equals("none");
  }

  /** Uses the gateway that {@value #ENDPOINT} names, else starts one of its own. */
  public static CephServer start() {
    String named = named();
    if (named != null) {
      return new CephServer(URI.create(named), null);
    }
    Path state = Folders.temporary("ceph");
    Result result = run("start", state);
    if (result.status() != 0) {
      throw new IllegalStateException("the Ceph gateway did not start:\n" + result.output());
    }
    String endpoint = result.output().strip().lines().reduce("", (first, last) -> last);
    return new CephServer(URI.create(endpoint), state);
  }

  private static @Nullable String named() {
    String endpoint = System.getenv(ENDPOINT);
    return endpoint == null || endpoint.isBlank() ? null : endpoint;
  }

  private record Result(int status, String output) {}

  private static Result run(String command, @Nullable Path state) {
    ProcessBuilder builder =
        new ProcessBuilder(Provisions.script("ceph-rgw.sh").toString(), command)
            .redirectErrorStream(true);
    if (state != null) {
      builder.environment().put("CHIROGRAPH_STATE", state.toString());
    }
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      return new Result(1, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(1, e.toString());
    }
  }

  @Override
  public URI endpoint() {
    return endpoint;
  }

  /** {@inheritDoc} It does not sign in chunks: Ceph refuses an empty content in chunks. */
  @Override
  public S3ClientBuilder clientBuilder() {
    return S3Server.super
        .clientBuilder()
        .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false));
  }

  @Override
  public void close() {
    if (state != null) {
      run("stop", state);
      Folders.delete(state);
    }
  }
}
