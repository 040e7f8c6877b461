package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is done with a connection. It may run more than once, each time on a fresh transaction. */
@FunctionalInterface
interface Work<T extends @Nullable Object> {
  T run(Connection connection) throws SQLException;
}
