package dev.chirograph.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MariaDbServerIT {

  @Test
  void answers() throws SQLException {
    Database database = Shared.mariaDb().newDatabase();
    assertThat(Query.one(database, "SELECT version()")).startsWith("11.4.");
    Sql.execute(database, "CREATE TABLE only_here (id int)");
    assertThat(Query.one(Shared.mariaDb().newDatabase(), "SHOW TABLES")).isEmpty();
  }

  @Test
  void takesSettingsAndIsGoneAfterClosing() throws SQLException {
    MariaDbServer server = MariaDbServer.start(Map.of("innodb-flush-log-at-trx-commit", "1"));
    Database database = server.newDatabase();
    assertThat(Query.one(database, "SELECT @@innodb_flush_log_at_trx_commit")).isEqualTo("1");
    server.close();
    server.close();
    assertThatThrownBy(() -> Query.one(database, "SELECT 1")).isInstanceOf(SQLException.class);
  }
}
