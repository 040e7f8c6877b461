package dev.chirograph.examples.offices;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.http.BearerTokens;
import dev.chirograph.http.TableCaller;
import dev.chirograph.http.TableHandler;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.jdbc.JdbcTenants;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.table.Tenant;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** The shared PostgreSQL, and the API through which offices reach their part of it. */
final class Center implements AutoCloseable {

  private final HikariDataSource pool;
  private final Map<String, TableCaller> callers = new ConcurrentHashMap<>();
  private final Random random = new SecureRandom();
  private final Door door;

  private Center(HikariDataSource pool) {
    this.pool = pool;
    JdbcTable versioned = JdbcTable.standard().mark("version");
    JdbcTenants tenants =
        JdbcTenants.builder(pool).table("synset", versioned).table("sense", versioned).build();
    this.door =
        Door.open(
            TableHandler.builder(
                    tenants, BearerTokens.of(hash -> Optional.ofNullable(callers.get(hash))))
                .build());
  }

  static Center open(Database database) throws SQLException {
    HikariDataSource pool = Pools.open(database);
    Pools.create(pool, "shared.sql");
    JdbcSchema.of(pool).only(JdbcSchema.Component.TABLE).install();
    return new Center(pool);
  }

  /** Makes a token for one database of one customer; only its hash is kept. */
  String admit(Tenant tenant) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    callers.put(
        BearerTokens.hash(token), TableCaller.of(tenant.customer(), Set.of(tenant.database())));
    return token;
  }

  Door door() {
    return door;
  }

  DataSource database() {
    return pool;
  }

  @Override
  public void close() {
    door.close();
    pool.close();
  }
}
