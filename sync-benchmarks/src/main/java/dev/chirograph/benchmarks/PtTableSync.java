package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.PerconaToolkit;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Percona's pt-table-sync, which compares tables of MariaDB by CRC32 and mends them. */
final class PtTableSync {

  private static final int FOUND_DIFFERENCES = 2;

  private PtTableSync() {}

  static boolean isAvailable() {
    return PerconaToolkit.isAvailable();
  }

  /**
   * Makes a table like another of the same server.
   *
   * @return how many milliseconds that took
   */
  static double sync(Database from, Database to, String table) throws IOException {
    long begun = System.nanoTime();
    Process process =
        PerconaToolkit.tool(
                "pt-table-sync",
                List.of(
                    "--execute",
                    "--function=CRC32",
                    "--no-check-triggers",
                    "--charset=utf8mb4",
                    place(from, table),
                    place(to, table)))
            .inheritIO()
            .start();
    try {
      if (!process.waitFor(30, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("pt-table-sync did not end within half an hour");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("pt-table-sync was interrupted", e);
    }
    if (process.exitValue() != 0 && process.exitValue() != FOUND_DIFFERENCES) {
      throw new IOException("pt-table-sync ended with " + process.exitValue());
    }
    return (System.nanoTime() - begun) / 1e6;
  }

  private static String place(Database database, String table) {
    URI uri = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    return "h=%s,P=%d,u=%s,D=%s,t=%s"
        .formatted(
            uri.getHost(), uri.getPort(), database.user(), uri.getPath().substring(1), table);
  }
}
