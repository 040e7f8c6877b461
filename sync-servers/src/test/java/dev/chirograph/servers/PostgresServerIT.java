package dev.chirograph.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresServerIT {

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void answersInTheWantedVersion(int version) throws SQLException {
    try (PostgresServer server = PostgresServer.start(version)) {
      assertThat(Query.one(server.newDatabase(), "SHOW server_version")).startsWith(version + ".");
    }
  }

  @Test
  void takesSettings() throws SQLException {
    Map<String, String> durable = Map.of("fsync", "on", "synchronous_commit", "on");
    try (PostgresServer server = PostgresServer.start(15, durable)) {
      Database database = server.newDatabase();
      assertThat(Query.one(database, "SHOW fsync")).isEqualTo("on");
      assertThat(Query.one(database, "SHOW synchronous_commit")).isEqualTo("on");
    }
  }

  @Test
  void givesEachCallerADatabaseOfItsOwn() throws SQLException {
    Database first = Shared.postgres().newDatabase();
    Database second = Shared.postgres().newDatabase();
    Sql.execute(first, "CREATE TABLE only_here (id int)");
    assertThat(Query.one(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'"))
        .isEqualTo("0");
  }

  @Test
  void isGoneAfterClosing() {
    PostgresServer server = PostgresServer.start();
    Database database = server.newDatabase();
    server.close();
    server.close();
    assertThatThrownBy(() -> Query.one(database, "SELECT 1")).isInstanceOf(SQLException.class);
  }
}
