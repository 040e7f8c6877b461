package dev.chirograph.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.http.BearerTokens;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.TableCaller;
import dev.chirograph.http.TableHandler;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcSource;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.jdbc.JdbcTenants;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.Certificate;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The lines of README and of the guide to tables, on H2. */
class TablesGuideTest {

  private final String token = "a-token-that-nobody-can-guess-of-oslo";
  private final DataSource dataSource = database("office");
  private final DataSource agentDatabase = database("agent");
  private final DataSource sharedDatabase = database("shared");

  @Test
  void anOfficeIsReplicated() throws Exception {
    String columns = "\"id\" bigint not null, \"total\" bigint, \"version\" bigint not null";
    run(
        dataSource,
        "create table \"invoice\" (" + columns + ", primary key (\"id\"))",
        "insert into \"invoice\" select x, x * 10, x from system_range(1, 1000)");
    run(
        sharedDatabase,
        "create table \"invoice\" (\"customer_id\" varchar(64), \"database_id\" varchar(64), "
            + columns
            + ", primary key (\"customer_id\", \"database_id\", \"id\"))");
    JdbcSchema.of(agentDatabase).install();
    HttpServer server = serve();
    try {
      URI apiUri = URI.create("http://localhost:" + server.getAddress().getPort() + "/sync");
      JdbcSource source =
          JdbcSource.builder(dataSource)
              .table("invoice", JdbcTable.standard().markDrawnInTransaction("version"))
              .build();
      HttpReplica center =
          HttpReplica.builder(apiUri, new Tenant("acme", "oslo")).token(token).build();
      center.register();
      TableSync office =
          TableSync.builder("oslo", source, center, JdbcState.of(agentDatabase)).build();

      List<TableReport> reports = office.run(); // every minute: new rows, changes, deletes
      Certificate proof = office.certificates().get("invoice"); // the same up to this version

      assertThat(reports).extracting(TableReport::sent).containsExactly(1_000L);
      assertThat(proof).isNotNull();
      assertThat(proof.digest().count()).isEqualTo(1_000);
    } finally {
      server.stop(0);
    }
  }

  private HttpServer serve() throws Exception {
    JdbcSchema.of(sharedDatabase).install();
    JdbcTenants tenants =
        JdbcTenants.builder(sharedDatabase)
            .table("invoice", JdbcTable.standard().mark("version"))
            .build();
    TableHandler handler =
        TableHandler.builder(
                tenants,
                BearerTokens.of(
                    Map.of(BearerTokens.hash(token), TableCaller.of("acme", Set.of("oslo")))))
            .build();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/sync", JdkHttpHandler.of(handler));
    server.start();
    return server;
  }

  private static DataSource database(String name) {
    return new Database("jdbc:h2:mem:guide-" + name + ";DB_CLOSE_DELAY=-1", "sa", "").dataSource();
  }

  private static void run(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
