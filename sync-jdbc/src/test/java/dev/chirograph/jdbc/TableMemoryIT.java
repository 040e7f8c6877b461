package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another JVM, whose heap is much smaller than a table, hashes its rows. */
class TableMemoryIT {

  private static final int ROWS = 100_000;

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "mariadb"})
  void L9_hashingHereHoldsAFewRowsAtATime(String name) throws Exception {
    boolean postgres = name.equals("postgres");
    Database database = postgres ? Shared.postgres().newDatabase() : Shared.mariaDb().newDatabase();
    HostTable.execute(
        database.dataSource(),
        "create table large (id bigint primary key, text varchar(2000), number double precision)");
    HostTable.execute(
        database.dataSource(),
        "insert into large select i, repeat('x', 2000), i / 3.0 from "
            + (postgres
                ? "generate_series(1, " + ROWS + ") i"
                : "(select seq as i from seq_1_to_" + ROWS + ") s"));
    assertThat(SmallJvm.run(64, TableReadingProcess.class, database))
        .isEqualTo("false " + ROWS + " 1000");
  }
}
