package dev.chirograph.jdbc;

import dev.chirograph.spi.relocate.Allocations;
import dev.chirograph.testkit.AllocationsConformance;

/** The guarantees of allocations, on one database. */
abstract class JdbcAllocationsConformance extends AllocationsConformance {

  private final SpyDataSource spy;
  private String bucket = "";

  JdbcAllocationsConformance(TestDatabase database) {
    this.spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.ALLOCATIONS).install();
  }

  @Override
  protected Allocations newAllocations(String home) {
    this.bucket = home;
    return again();
  }

  @Override
  protected Allocations again() {
    return JdbcAllocations.of(spy.dataSource(), bucket);
  }

  @Override
  protected void close() throws Exception {
    spy.close();
  }
}
