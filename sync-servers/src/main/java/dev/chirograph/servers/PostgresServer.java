package dev.chirograph.servers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** PostgreSQL 15, 16, 17 or 18. */
public final class PostgresServer implements DatabaseServer {
  private static final String USER = "postgres";

  private final EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts version 15. */
  public static PostgresServer start() {
    return start(15);
  }

  /** Starts one major version with the settings of a test: quick, and not safe from a power cut. */
  public static PostgresServer start(int majorVersion) {
    return start(majorVersion, Map.of());
  }

  /**
   * Starts one major version with settings of {@code postgresql.conf}. A measurement wants at least
   * {@code fsync} and {@code synchronous_commit} switched on.
   */
  public static PostgresServer start(int majorVersion, Map<String, String> settings) {
    Path jar = Provisions.jar("postgres-" + majorVersion);
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPgBinaryResolver((system, machine) -> archive(jar))
            .setOverrideWorkingDirectory(Folders.lasting("postgres").toFile())
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setPGStartupWait(Duration.ofMinutes(1));
    settings.forEach(builder::setServerConfig);
    try {
      return new PostgresServer(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL " + majorVersion + " did not start", e);
    }
  }

  private static InputStream archive(Path jar) throws IOException {
    ZipFile zip = new ZipFile(jar.toFile());
    ZipEntry archive =
        zip.stream()
            .filter(entry -> entry.getName().endsWith(".txz"))
            .findFirst()
            .orElseThrow(() -> new FileNotFoundException("no .txz in " + jar));
    return new FilterInputStream(zip.getInputStream(archive)) {
      @Override
      public void close() throws IOException {
        zip.close();
      }
    };
  }

  @Override
  public Database newDatabase() {
    String name = "test" + databases.incrementAndGet();
    Sql.execute(database("postgres"), "CREATE DATABASE " + name);
    return database(name);
  }

  private Database database(String name) {
    return new Database("jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name, USER, USER);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop", e);
    }
  }
}
