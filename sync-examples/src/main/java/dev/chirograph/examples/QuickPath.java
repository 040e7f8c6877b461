package dev.chirograph.examples;

import dev.chirograph.Report;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Shared;
import javax.sql.DataSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The shortest way: a bucket, its catalogue, and one call that makes them agree. */
public final class QuickPath {

  private QuickPath() {}

  /** Takes no arguments; starts S3Mock and PostgreSQL. */
  public static void main(String... args) {
    DataSource database = Shared.postgres().newDatabase().dataSource();
    try (S3Client s3 = Shared.s3Mock().clientBuilder().build()) {
      s3.createBucket(request -> request.bucket("photos"));
      s3.putObject(r -> r.bucket("photos").key("2026/a.jpg"), RequestBody.fromString("a picture"));

      JdbcSchema.of(database).install();
      var bucket = S3Bucket.builder(s3, "photos").unordered().build(); // as S3Mock; S3 is ordered
      var catalogue = JdbcCatalogue.of(database, "photos");
      var reconciler = Reconciler.builder("photos", bucket, catalogue).build();
      Report report = reconciler.sync(Scope.all());

      System.out.println(report);
      System.out.println(catalogue.find("2026/a.jpg").orElseThrow().latest());
    }
  }
}
