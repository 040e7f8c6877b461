package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.sql.SQLException;

/**
 * File handles in PostgreSQL, numbered through. They lie in one bucket, each owner's under a prefix
 * of its own.
 */
final class HandlesTable {

  static final String BUCKET = "uploads";
  static final long SIZE = 50_000;

  private static final int IN_A_FOLDER = 2_500;

  private HandlesTable() {}

  /** The owner of some handles. */
  static String owner(int number) {
    return "project-" + number;
  }

  static String id(int number) {
    return "%08d".formatted(number);
  }

  /** The key of an object; the same for everybody who computes it. */
  static String key(String owner, int number) {
    return "%s/%04d/file-%08d.jpg".formatted(owner, number / IN_A_FOLDER, number);
  }

  /** The number in a key. */
  static int number(String key) {
    return Integer.parseInt(key.replaceAll(".*-(\\d{8})\\.jpg", "$1"));
  }

  /** A database with all tables and so many handles for each of some owners. */
  static Database create(PostgresServer postgres, int owners, int each) throws SQLException {
    Database database = postgres.newDatabase();
    JdbcSchema.of(database.dataSource()).install();
    try (HikariDataSource pool = Postgres.pool(database, 1)) {
      for (int owner = 0; owner < owners; owner++) {
        Postgres.execute(pool, insert(owner(owner), owner * each, (owner + 1) * each));
      }
      Postgres.execute(pool, "VACUUM ANALYZE chirograph_file_handle");
      Postgres.execute(pool, "CHECKPOINT");
    }
    return database;
  }

  private static String insert(String owner, int from, int to) {
    return """
        insert into chirograph_file_handle
          (id, etag, project_id, created_by, created_on, content_type, content_size, content_md5,
           bucket_name, name, key_bytes)
        select convert_to(lpad(i::text, 8, '0'), 'UTF8'), md5(i::text), '%1$s', 'somebody', 0,
               'image/jpeg', %2$d, md5('content ' || i), '%3$s', 'file ' || i,
               convert_to('%1$s/' || lpad((i / %4$d)::text, 4, '0') || '/file-'
                 || lpad(i::text, 8, '0') || '.jpg', 'UTF8')
        from generate_series(%5$d, %6$d - 1) as i"""
        .formatted(owner, SIZE, BUCKET, IN_A_FOLDER, from, to);
  }

  /** Puts the objects that the handles of an owner refer to. */
  static void fill(KeepingS3 stub, int owner, int each) {
    for (int i = owner * each; i < (owner + 1) * each; i++) {
      stub.put(BUCKET, key(owner(owner), i), StubObject.generated(i, SIZE));
    }
  }
}
