package dev.chirograph.spi.table;

import java.util.Collection;
import java.util.List;

/** The tables of a database that is right. */
public interface SourceDatabase {

  /**
   * The names of its tables; those that others refer to come before them, where there is no loop.
   */
  List<String> tables();

  /**
   * What tables are like now, asked for with a number of statements that does not grow with them.
   *
   * @return in the order of the names
   * @throws dev.chirograph.SyncException of kind NOT_FOUND when there is no such table
   */
  List<TableInfo> infos(Collection<String> tables);

  /**
   * One of its tables.
   *
   * @throws dev.chirograph.SyncException of kind NOT_FOUND when there is no such table
   */
  SourceTable table(String name);
}
