package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.Replica;
import dev.chirograph.testkit.HostileKeys;
import dev.chirograph.testkit.ReplicaConformance;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The guarantees of every replica, on one database. */
abstract class JdbcCatalogueConformance extends ReplicaConformance<ObjectState> {

  private final SpyDataSource spy;

  JdbcCatalogueConformance(TestDatabase database) {
    this.spy = database.open();
  }

  @Override
  protected Replica<ObjectState> open() {
    return JdbcCatalogue.of(spy.dataSource(), "photos");
  }

  @Override
  protected void close() throws SQLException {
    spy.close();
  }

  @Override
  protected ObjectState value(Key key, int content) {
    return States.simple(content);
  }

  @Override
  protected ObjectState tombstone(Key key, int content) {
    return ObjectState.of(
        List.of(
            States.marker("v" + content, content),
            States.version(ObjectVersion.NULL_VERSION, content).build()));
  }

  @Override
  protected boolean same(ObjectState written, ObjectState read) {
    return read.id().isPresent() && written.equals(read.withId(Optional.empty()));
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  @Override
  protected void breakStore() {
    spy.breakAt((step, commit) -> When.BEFORE);
  }

  @Override
  protected void loseReplies() {
    spy.breakAt((step, commit) -> commit ? When.AFTER : When.NEVER);
  }

  @Override
  protected void repair() {
    spy.repair();
  }
}
