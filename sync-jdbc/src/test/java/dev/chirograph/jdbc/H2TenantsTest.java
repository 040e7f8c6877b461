package dev.chirograph.jdbc;

class H2TenantsTest extends JdbcTenantsConformance {

  H2TenantsTest() {
    super(TestDatabase.H2);
  }
}
