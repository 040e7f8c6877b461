package dev.chirograph.servers;

import javax.sql.DataSource;

/** One database and how to log in to it. */
public record Database(String jdbcUrl, String user, String password) {

  /** A source of new connections, without a pool. */
  public DataSource dataSource() {
    return new DriverManagerDataSource(this);
  }
}
