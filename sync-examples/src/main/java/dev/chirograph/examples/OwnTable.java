package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * A table of the host's own kept in agreement with a bucket. {@link DocumentTable} is all that the
 * host has to write: how to list the table, look at rows, and write them under an expectation.
 */
public final class OwnTable {

  private OwnTable() {}

  /** Takes no arguments; starts PostgreSQL. */
  public static void main(String... args) throws SQLException {
    DataSource database = Shared.postgres().newDatabase().dataSource();
    MemoryBlobStore bucket = MemoryBlobStore.of("contracts");
    DocumentTable table = new DocumentTable(database);
    table.create();
    var reconciler = Reconciler.builder("contracts", bucket.asReplica(), table).build();

    put(bucket, "2026/lease.pdf", "a lease");
    put(bucket, "2026/Lease.pdf", "another lease");
    put(bucket, "old/deed.pdf", "a deed");
    Report first = reconciler.sync(Scope.all());
    System.out.println(first);
    print(database);

    put(bucket, "2026/lease.pdf", "a lease, signed");
    bucket.delete(BlobRef.latest(Key.utf8("old/deed.pdf")), Expect.anything());
    Report second = reconciler.sync(Scope.all());
    System.out.println(second);
    print(database);
  }

  private static void put(MemoryBlobStore bucket, String path, String content) {
    bucket.put(Key.utf8(path), content.getBytes(UTF_8));
  }

  private static void print(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select path, size, revision from document order by path")) {
      while (rows.next()) {
        System.out.printf(
            "  %-16s %3d bytes, revision %d%n",
            rows.getString(1), rows.getLong(2), rows.getLong(3));
      }
    }
  }
}
