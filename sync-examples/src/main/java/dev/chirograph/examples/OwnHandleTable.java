package dev.chirograph.examples;

import dev.chirograph.Key;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandleTable;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcSchema.Component;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBuckets;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Placement;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;

/**
 * A table of the host's own that says where its files are. It is bound by the names of its columns,
 * and new files go where the policy says, before the first old one has moved.
 */
public final class OwnHandleTable {

  private final DataSource database;
  private final MemoryBuckets buckets;
  private final Relocator relocator;

  private OwnHandleTable(DataSource database, MemoryBuckets buckets) throws SQLException {
    this.database = database;
    this.buckets = buckets;
    execute(
        "create table document (id bigint primary key, revision bigint not null,"
            + " team varchar(50) not null, bucket varchar(63) not null, path varchar(500) not null,"
            + " length bigint)");
    JdbcSchema.of(database)
        .only(Component.VACATED, Component.ALLOCATIONS, Component.QUEUE)
        .install();
    JdbcHandleTable table =
        JdbcHandleTable.named("DOCUMENT")
            .id("ID")
            .etag("REVISION") // a number, which grows by one with each change
            .owner("TEAM")
            .bucket("BUCKET")
            .key("PATH")
            .size("LENGTH")
            .build();
    this.relocator =
        Relocator.builder(
                "documents",
                JdbcHandles.builder(database, Set.of("attic"))
                    .table(table)
                    .bucketsOfAllocations()
                    .build(),
                JdbcAllocations.of(database, "attic"),
                buckets,
                JdbcQueue.of(database, "documents"))
            .build();
  }

  /** Takes no arguments and needs no server. */
  public static void main(String... args) throws SQLException {
    DataSource database =
        new Database("jdbc:h2:mem:own-handles;DB_CLOSE_DELAY=-1", "sa", "").dataSource();
    MemoryBuckets buckets = MemoryBuckets.of(MemoryBlobStore::of);
    try (Relocator relocator = new OwnHandleTable(database, buckets).run()) {
      System.out.println("left to move: " + relocator.collect());
    }
  }

  private Relocator run() throws SQLException {
    buckets.create("attic");
    upload(1, "research", "plan.txt", "a plan");
    upload(2, "research", "notes.txt", "some notes");
    upload(3, "sales", "offer.txt", "an offer");

    relocator.allocate("research", Allocation.of("grant-12", "grant-12-bucket", "admin"));
    upload(4, "research", "result.txt", "a result");
    System.out.println("New files go to the new bucket; the others have not moved yet:");
    print();
    relocator.drain();
    System.out.println("Moved:");
    print();
    return relocator;
  }

  /** Redirected: asks each time where a file of the team goes now. */
  private void upload(long id, String team, String path, String content) throws SQLException {
    String bucket = relocator.placementFor(team).map(Placement::bucket).orElse("attic");
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    buckets.open(bucket).put(Key.utf8(path), bytes);
    execute(
        "insert into document values (%d, 1, '%s', '%s', '%s', %d)"
            .formatted(id, team, bucket, path, bytes.length));
  }

  private void print() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select * from document order by id")) {
      while (rows.next()) {
        System.out.printf(
            "  %-9s %-16s %-11s revision %d%n",
            rows.getString("team"),
            rows.getString("bucket"),
            rows.getString("path"),
            rows.getLong("revision"));
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
