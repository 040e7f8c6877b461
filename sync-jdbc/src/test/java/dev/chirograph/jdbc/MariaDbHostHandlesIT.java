package dev.chirograph.jdbc;

class MariaDbHostHandlesIT extends HostHandlesConformance {
  MariaDbHostHandlesIT() throws Exception {
    super(TestDatabase.MARIADB);
  }
}
