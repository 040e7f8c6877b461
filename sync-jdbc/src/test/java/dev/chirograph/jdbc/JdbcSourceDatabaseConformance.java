package dev.chirograph.jdbc;

import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.SourceDatabaseConformance;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Databases of hosts. */
abstract class JdbcSourceDatabaseConformance extends SourceDatabaseConformance {

  private final TestDatabase database;
  private final Map<String, HostTable> hosts = new HashMap<>();
  private final SpyDataSource spy;

  JdbcSourceDatabaseConformance(TestDatabase database) {
    this.database = database;
    this.spy = database.empty();
  }

  @Override
  protected SourceDatabase newDatabase(List<TableShape> shapes) throws Exception {
    return newDatabase(shapes, Map.of());
  }

  @Override
  protected SourceDatabase newDatabase(List<TableShape> shapes, Map<String, String> references)
      throws Exception {
    JdbcSource.Builder builder = JdbcSource.builder(spy.dataSource());
    for (TableShape shape : shapes) {
      HostTable host = new HostTable(database, shape);
      hosts.put(shape.name(), host);
      host.create(spy.dataSource(), "");
      builder.table(
          shape.name(), shape.mark().map(JdbcTable.standard()::mark).orElse(JdbcTable.standard()));
    }
    for (Map.Entry<String, String> reference : references.entrySet()) {
      refer(reference.getKey(), reference.getValue());
    }
    return builder.build();
  }

  private void refer(String from, String to) throws Exception {
    HostTable host = hosts.get(from);
    String clause =
        "foreign key (%s) references %s (%s)"
            .formatted(host.quoted("id"), host.quoted(to), host.quoted("id"));
    if (database == TestDatabase.SQLITE) { // which adds no constraint to a table that is there
      HostTable.execute(spy.dataSource(), "drop table " + host.quoted(from));
      host.create(spy.dataSource(), ", " + clause);
    } else {
      HostTable.execute(spy.dataSource(), "alter table " + host.quoted(from) + " add " + clause);
    }
  }

  @Override
  protected void put(SourceTable table, List<@Nullable String> cells) throws Exception {
    try (Connection connection = spy.dataSource().getConnection()) {
      hosts.get(table.shape().name()).put(connection, cells);
    }
  }

  @Override
  protected void close() throws Exception {
    spy.close();
  }
}
