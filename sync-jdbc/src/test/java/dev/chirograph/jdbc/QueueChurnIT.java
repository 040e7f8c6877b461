package dev.chirograph.jdbc;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QueueChurnIT {

  private static final long SEED = Long.getLong("chirograph.seed", new Random().nextLong());

  @Test
  void L4_nothingIsLostOrDoubledOnPostgres() throws Exception {
    new QueueChurn(TestDatabases.installed(TestDatabases.emptyPostgres()), SEED, 400)
        .run("select count(*) from chirograph_job");
  }

  @Test
  void L4_nothingIsLostOrDoubledOnMariaDb() throws Exception {
    try (var dataSource = TestDatabases.installed(TestDatabases.emptyMariaDb())) {
      new QueueChurn(dataSource, SEED, 200).run("select count(*) from chirograph_job");
    }
  }

  @Test
  void L4_nothingIsLostOrDoubledOnH2() throws Exception {
    new QueueChurn(TestDatabases.h2(), SEED, 200).run("select 1");
  }
}
