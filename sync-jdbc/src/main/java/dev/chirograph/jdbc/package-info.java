/**
 * Queue, state and catalogue in a relational database: PostgreSQL 15 and later, MariaDB 10.6 and
 * later, MySQL 8.0 and later, H2 and SQLite.
 *
 * <p>Everything takes the host's {@link javax.sql.DataSource}; no driver and no pool is forced.
 * {@link dev.chirograph.jdbc.JdbcSchema} creates the tables, or prints the script that does.
 */
@NullMarked
package dev.chirograph.jdbc;

import org.jspecify.annotations.NullMarked;
