package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Tenant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules of a table that one tenant's rows could break for another's. */
class TenantSharingIT {

  private static final Tenant TENANT = new Tenant("acme", "north");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "POSTGRESQL; create unique index once on doc (name) where version > 0",
        "POSTGRESQL; create unique index once on doc (lower(name))",
        "POSTGRESQL; alter table doc add unique (name) deferrable initially deferred",
        "POSTGRESQL; alter table doc add exclude using gist (span with &&)",
        "POSTGRESQL; alter table doc add exclude using btree (name with =)",
        "MARIADB; alter table doc add unique (body) using hash",
        "MARIADB; create unique index once on doc (name(3))",
        "SQLITE; create unique index once on doc (name) where version > 0",
        "SQLITE; create unique index once on doc (lower(name))",
        "H2; alter table doc add unique (name)",
      })
  void L10_aTableWithARuleThatIsNotATenantsIsRefused(TestDatabase database, String rule)
      throws Exception {
    ReplicaHost host = new ReplicaHost(database);
    try (SpyDataSource spy = host.spy()) {
      boolean postgres = database == TestDatabase.POSTGRESQL;
      String name =
          database == TestDatabase.MARIADB
              ? "varchar(64) character set ascii collate ascii_bin"
              : "varchar(64)";
      host.execute(
          "create table doc (customer_id "
              + name
              + " not null, database_id "
              + name
              + " not null, name varchar(100) not null, version bigint not null, body "
              + (database == TestDatabase.MARIADB ? "longtext" : "varchar(1000)")
              + (postgres ? ", span tsrange" : "")
              + ", primary key (customer_id, database_id, name))");
      JdbcTable options = JdbcTable.standard();
      boolean h2 = database == TestDatabase.H2;
      JdbcTenants tenants =
          (h2
                  ? JdbcTenants.builder(spy.dataSource()).columns("CUSTOMER_ID", "DATABASE_ID")
                  : JdbcTenants.builder(spy.dataSource()))
              .table(h2 ? "DOC" : "doc", postgres ? options.leaveOut("span") : options)
              .build();
      tenants.register(TENANT);
      String table = h2 ? "DOC" : "doc";
      assertThat(tenants.database(TENANT).table(table).info().rows()).isZero();
      host.execute(rule);
      SyncException error =
          catchThrowableOfType(
              SyncException.class, () -> tenants.database(TENANT).table(table).shape());
      assertThat(error).as(rule).isNotNull();
      assertThat(error.kind()).isEqualTo(SyncException.Kind.UNSUPPORTED);
      assertThat(error).hasMessageContaining("tenant");
    }
  }
}
