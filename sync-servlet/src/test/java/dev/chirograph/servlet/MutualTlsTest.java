package dev.chirograph.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpCall;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.Refusal;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where both ends show certificates, requests need no signature. */
@Timeout(120)
class MutualTlsTest {

  private static final String PASSWORD = "changeit";

  @TempDir private static Path folder;

  private final MemoryLog log = MemoryLog.of("bergen");
  private final LogReplicator bergen = LogReplicator.builder("bergen", log).reader("oslo").build();
  private final LogHandler handler =
      LogHandler.builder(bergen).trustTransport(MutualTlsTest::nameOf).build();

  /** The common name of the certificate. */
  private static Optional<String> nameOf(HttpCall call) {
    return call.certificate()
        .map(certificate -> certificate.getSubjectX500Principal().getName())
        .map(name -> name.replaceFirst("^CN=", ""));
  }

  @BeforeAll
  static void makeKeys() throws Exception {
    for (String name : List.of("bergen", "oslo", "hamar")) {
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
              "-genkeypair",
              "-keyalg",
              "EC",
              "-alias",
              name,
              "-dname",
              "CN=" + name,
              "-ext",
              "san=dns:localhost",
              "-storetype",
              "PKCS12",
              "-storepass",
              PASSWORD,
              "-keystore",
              name + ".p12");
      Process keytool =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
      assertThat(keytool.waitFor()).as(output).isZero();
    }
  }

  @BeforeEach
  void append() {
    bergen.append(List.of(Deployment.body("k", "{}")));
  }

  private static KeyStore own(String name) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static KeyStore trusting(String... names) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (String name : names) {
      store.setCertificateEntry(name, own(name).getCertificate(name));
    }
    return store;
  }

  private static SSLContext context(Optional<String> own, KeyStore trusts)
      throws GeneralSecurityException, IOException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own.isPresent() ? own(own.get()) : null, PASSWORD.toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusts);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private LogReplicator pulling(Optional<String> certificate, String name, int port)
      throws GeneralSecurityException, IOException {
    HttpClient client =
        HttpClient.newBuilder().sslContext(context(certificate, trusting("bergen"))).build();
    return LogReplicator.builder(name, MemoryLog.of(name))
        .patience(Duration.ZERO)
        .peer(
            "bergen",
            HttpLogPeer.builder(name, "bergen", URI.create("https://localhost:" + port + "/log"))
                .unsigned()
                .client(client)
                .build())
        .build();
  }

  private void assertOnlyOsloIsAnswered(int port) throws GeneralSecurityException, IOException {
    LogReplicator oslo = pulling(Optional.of("oslo"), "oslo", port);
    oslo.pull("bergen");
    assertThat(oslo.log().read(Position.START, 10, 1_000).items()).hasSize(1);
    // Whatever a caller says of itself: its certificate counts.
    LogReplicator liar = pulling(Optional.of("hamar"), "oslo", port);
    assertRefused(liar);
    assertThat(handler.refusals()).containsEntry(Refusal.NOT_ADMITTED, 1L);
    assertRefused(pulling(Optional.empty(), "oslo", port));
    assertThat(handler.refusals()).containsEntry(Refusal.UNKNOWN_CALLER, 1L);
  }

  private static void assertRefused(LogReplicator node) {
    assertThatThrownBy(() -> node.pull("bergen"))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED));
  }

  @Test
  void theServerOfTheJdkKnowsItsCallers() throws Exception {
    SSLContext context = context(Optional.of("bergen"), trusting("oslo", "hamar"));
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setWantClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    ExecutorService threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext("/log", JdkHttpHandler.of(handler));
    server.start();
    try {
      assertOnlyOsloIsAnswered(server.getAddress().getPort());
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  @Test
  void theServletKnowsItsCallers() throws Exception {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(context(Optional.of("bergen"), trusting("oslo", "hamar")));
    tls.setWantClientAuth(true);
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.addCustomizer(new SecureRequestCustomizer());
    org.eclipse.jetty.server.Server jetty = new org.eclipse.jetty.server.Server();
    ServerConnector connector =
        new ServerConnector(
            jetty,
            new SslConnectionFactory(tls, "http/1.1"),
            new HttpConnectionFactory(configuration));
    connector.setHost("localhost");
    jetty.addConnector(connector);
    ServletContextHandler servlets = new ServletContextHandler("/");
    servlets.addServlet(new ServletHolder(EndpointServlet.of(handler)), "/log/*");
    jetty.setHandler(servlets);
    jetty.start();
    try {
      assertOnlyOsloIsAnswered(connector.getLocalPort());
    } finally {
      jetty.stop();
    }
  }
}
