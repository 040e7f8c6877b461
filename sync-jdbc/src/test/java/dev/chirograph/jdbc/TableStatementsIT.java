package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Slice;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many statements looking at tables takes, however many slices or tables are looked at. */
class TableStatementsIT {

  private static SpyDataSource open(TestDatabase database, int tables) throws SQLException {
    SpyDataSource spy = database.empty();
    for (int i = 0; i < tables; i++) {
      HostTable.execute(
          spy.dataSource(),
          quoted(database, "create table 't%d' ('id' bigint primary key)").formatted(i));
    }
    try (Connection connection = spy.dataSource().getConnection();
        PreparedStatement insert =
            connection.prepareStatement(quoted(database, "insert into 't0' values (?)"))) {
      for (int i = 0; i < 300; i++) {
        insert.setLong(1, i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    return spy;
  }

  private static String quoted(TestDatabase database, String sql) {
    return sql.replace('\'', database == TestDatabase.MARIADB ? '`' : '"');
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void theNumberOfStatementsDoesNotGrowWithTheNumberOfSlices(TestDatabase database)
      throws SQLException {
    try (SpyDataSource spy = open(database, 1)) {
      SourceTable table = JdbcSource.builder(spy.dataSource()).build().table("t0");
      RowFormat format = RowFormat.agreed(table.shape(), table.shape(), ColumnRules.standard());
      Selection selection = new Selection(format, "salt", Mark.LAST);
      for (int many : List.of(1, 10, table.slices())) {
        List<Slice.Marks> ranges = ranges(many, 1);
        List<Slice.Marks> scattered = ranges(many, 3);
        List<Slice.Part> parts =
            ranges.stream().map(range -> new Slice.Part(range, new Slice.Bucket(1, 1))).toList();
        for (List<? extends Slice> slices :
            List.of(ranges, scattered, parts, Slice.Bucket.ALL.split(8))) {
          spy.statements();
          table.digests(selection, slices);
          assertThat(queries(spy)).as("%s digests", slices.size()).hasSize(1);
          table.manifest(selection, slices, Optional.empty(), 100);
          assertThat(queries(spy)).as("%s manifests", slices.size()).hasSize(1);
        }
      }
    }
  }

  /** Without those that make the settings of a session. */
  private static List<SpyDataSource.Ran> queries(SpyDataSource spy) {
    return spy.statements().stream().filter(ran -> !ran.sql().startsWith("set ")).toList();
  }

  private static List<Slice.Marks> ranges(int many, int step) {
    List<Slice.Marks> ranges = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      ranges.add(new Slice.Marks((long) i * step, (long) i * step + 1));
    }
    return ranges;
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void theNumberOfStatementsDoesNotGrowWithTheNumberOfTables(TestDatabase database)
      throws SQLException {
    try (SpyDataSource spy = open(database, 30)) {
      JdbcSource source = JdbcSource.builder(spy.dataSource()).build();
      spy.statements();
      source.infos(List.of("t0"));
      int one = queries(spy).size();
      source.infos(IntStream.range(0, 30).mapToObj(i -> "t" + i).toList());
      assertThat(queries(spy)).hasSize(one).hasSizeLessThanOrEqualTo(5);
    }
  }
}
