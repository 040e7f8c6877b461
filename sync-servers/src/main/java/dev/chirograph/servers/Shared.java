package dev.chirograph.servers;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Servers for many test classes: each is started when first asked for, given to everyone who asks,
 * and stopped when the JVM ends. Do not close them. Take a {@link DatabaseServer#newDatabase()
 * database} or a bucket of your own.
 */
public final class Shared {
  private static final Map<String, AutoCloseable> SERVERS = new ConcurrentHashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Shared::closeAll, "shared servers"));
  }

  private Shared() {}

  /** PostgreSQL 15. */
  public static PostgresServer postgres() {
    return postgres(15);
  }

  /** PostgreSQL of a major version from 15 to 18. */
  public static PostgresServer postgres(int majorVersion) {
    return get(
        "postgres-" + majorVersion, PostgresServer.class, () -> PostgresServer.start(majorVersion));
  }

  /** MariaDB. */
  public static MariaDbServer mariaDb() {
    return get("mariadb", MariaDbServer.class, MariaDbServer::start);
  }

  /** S3Mock. */
  public static S3MockServer s3Mock() {
    return get("s3mock", S3MockServer.class, S3MockServer::start);
  }

  /** S3Proxy. */
  public static S3ProxyServer s3Proxy() {
    return get("s3proxy", S3ProxyServer.class, S3ProxyServer::start);
  }

  /** The Ceph gateway, where it {@link CephServer#isAvailable() is available}. */
  public static CephServer ceph() {
    return get("ceph", CephServer.class, CephServer::start);
  }

  private static <T extends AutoCloseable> T get(String name, Class<T> type, Supplier<T> start) {
    return type.cast(SERVERS.computeIfAbsent(name, absent -> start.get()));
  }

  private static void closeAll() {
    SERVERS.values().parallelStream().forEach(Shared::close);
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      System.err.println("while closing " + server + ": " + e);
    }
  }
}
