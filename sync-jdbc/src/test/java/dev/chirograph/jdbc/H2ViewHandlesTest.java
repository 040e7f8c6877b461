package dev.chirograph.jdbc;

class H2ViewHandlesTest extends ViewHandlesConformance {
  H2ViewHandlesTest() throws Exception {
    super(TestDatabase.H2);
  }
}
