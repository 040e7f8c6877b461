package dev.chirograph.jdbc;

class MariaDbReplicaDatabaseIT extends JdbcReplicaDatabaseConformance {

  MariaDbReplicaDatabaseIT() {
    super(TestDatabase.MARIADB);
  }
}
