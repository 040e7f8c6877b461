package dev.chirograph.jdbc;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Spots as parameters of a query: two arrays on PostgreSQL, elsewhere two parameters for each,
 * filled up to a power of two, so that few texts of the query exist.
 */
final class SpotList {

  private static final Column PLACE = Column.integer("place");
  private static final Column IDENT = Column.number("ident");

  private SpotList() {}

  /**
   * A query for the rows of a log at so many spots.
   *
   * @param table that of the items
   */
  static String sql(String columns, String table, int count, Dialect dialect) {
    return "select "
        + columns
        + " from "
        + switch (dialect) {
          // Told so, it looks into the index for each spot, however small it thinks the table is.
          case POSTGRESQL ->
              "unnest(?::int[], ?::bigint[]) n(at_place, at_ident) cross join lateral (select * from "
                  + table
                  + " i where i.log_id = ? and i.place = n.at_place and i.ident = n.at_ident limit 1)"
                  + " found";
          case H2 -> table + " where (log_id, place, ident) in (" + rows("(?1, ?%d, ?%d)", count);
          case SQLITE ->
              table
                  + " where log_id = ?1 and (place, ident) in (values "
                  + rows("(?%d, ?%d)", count);
          case MARIADB ->
              table + " where log_id = ? and (place, ident) in (" + rows("(?, ?)", count);
        };
  }

  private static String rows(String row, int count) {
    return IntStream.range(0, padded(count))
        .mapToObj(i -> row.formatted(2 * i + 2, 2 * i + 3))
        .collect(joining(", ", "", ")"));
  }

  private static int padded(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }

  /** Sets the parameters; at least one spot. */
  static void bind(Parameters parameters, int log, List<Spot> spots, Dialect dialect)
      throws SQLException {
    if (dialect == Dialect.POSTGRESQL) {
      parameters
          .addList(PLACE, spots.stream().map(Spot::place).toArray(Integer[]::new), dialect)
          .addList(IDENT, spots.stream().map(Spot::ident).toArray(Long[]::new), dialect)
          .add(log);
      return;
    }
    parameters.add(log);
    for (int i = 0; i < padded(spots.size()); i++) {
      Spot spot = spots.get(Math.min(i, spots.size() - 1));
      parameters.add(spot.place()).add(spot.ident());
    }
  }
}
