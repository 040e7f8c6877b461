package dev.chirograph.jdbc;

import dev.chirograph.spi.StateStore;
import dev.chirograph.testkit.StateStoreConformance;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

/** The guarantees of every state store, on one database. */
abstract class JdbcStateConformance extends StateStoreConformance {

  private final SpyDataSource spy;

  JdbcStateConformance(TestDatabase database) {
    this.spy = database.open();
  }

  @Override
  protected StateStore open(String tenant) {
    return JdbcState.builder(spy.dataSource()).tenant(tenant).build();
  }

  @AfterEach
  void closeConnections() throws SQLException {
    spy.close();
  }
}
