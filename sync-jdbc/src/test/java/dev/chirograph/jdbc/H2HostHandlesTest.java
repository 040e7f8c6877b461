package dev.chirograph.jdbc;

class H2HostHandlesTest extends HostHandlesConformance {
  H2HostHandlesTest() throws Exception {
    super(TestDatabase.H2);
  }
}
