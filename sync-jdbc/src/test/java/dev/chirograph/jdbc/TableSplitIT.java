package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranges are cut where rows are, by whichever way a database does so. */
class TableSplitIT {

  private static final Slice.Marks ALL = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);

  private static final int ROWS = 200;
  private static final int WITHOUT = 100;

  /** Of some rows no version is known. */
  private static final TableShape SHAPE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 18), false),
              new Column("version", new ColumnType(ColumnType.Kind.INTEGER, 0, 18), true)),
          List.of("id"),
          Optional.of("version"));

  @AutoClose private final ReplicaHosts hosts = new ReplicaHosts();

  private static ReplicaScene filled(ReplicaScene scene) {
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i <= ROWS; i++) {
      rows.add(scene.row("" + i, "" + (i <= ROWS / 2 ? i : 1_000_000_000_000L + i)));
    }
    for (int i = 1; i <= WITHOUT; i++) {
      rows.add(scene.row("-" + i, null));
    }
    scene.write(rows, List.of(), Optional.empty());
    return scene;
  }

  /** Each part has its share; rows without version are in the first. */
  private static void isCut(ReplicaScene scene, int parts) {
    List<Slice.Marks> ranges = scene.table.split(scene.format, ALL, parts);
    assertThat(ranges).hasSizeBetween(parts, parts + 1);
    assertThat(ranges.get(0).after()).isEqualTo(ALL.after());
    assertThat(ranges.get(ranges.size() - 1).through()).isEqualTo(ALL.through());
    for (int i = 1; i < ranges.size(); i++) {
      assertThat(ranges.get(i).after()).isEqualTo(ranges.get(i - 1).through());
    }
    Selection everything = new Selection(scene.format, ReplicaScene.SALT, Mark.LAST);
    List<Long> counts =
        scene.table.digests(everything, ranges).stream().map(Digest::count).toList();
    assertThat(counts.get(0)).isEqualTo(WITHOUT + ROWS / parts);
    assertThat(counts.subList(1, parts)).containsOnly((long) ROWS / parts);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_5_aTableWithAnIndexIsCutEvenly(TestDatabase database) throws Exception {
    ReplicaScene scene = filled(ReplicaScene.of(hosts.on(database), SHAPE));
    isCut(scene, 4);
    isCut(scene, 40);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_5_aTableWithoutIndexIsCutEvenly(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    String script = JdbcReplica.of(host.spy().dataSource()).script(SHAPE);
    host.create(SHAPE, script.substring(0, script.indexOf(";\n")));
    isCut(filled(new ReplicaScene(SHAPE, ReplicaScene.open(host, SHAPE))), 4);
  }

  /** The rows of others are where those of one are. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void TAB_5_aTenantsRowsAreCutEvenly(TestDatabase database) throws Exception {
    ReplicaHost host = hosts.on(database);
    JdbcTenants tenants =
        JdbcTenants.builder(host.spy().dataSource())
            .table("invoice", ReplicaHost.options(SHAPE))
            .build();
    host.create(SHAPE, tenants.script(SHAPE));
    for (String name : List.of("one", "other")) {
      Tenant tenant = new Tenant("acme", name);
      tenants.register(tenant);
      ReplicaScene scene =
          filled(new ReplicaScene(SHAPE, tenants.database(tenant).table("invoice")));
      isCut(scene, 4);
      isCut(scene, 40);
    }
  }
}
