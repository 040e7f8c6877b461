package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.relocate.FileHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handles that refer to objects of a bucket, a page at a time; nothing is open between two
 * pages.
 */
final class HandleScan implements CloseableIterator<FileHandle> {

  private final Database database;
  private final HandleRows rows;
  private final String bucket;
  private final KeyRange range;
  private final int limit;
  private Iterator<FileHandle> page = Collections.emptyIterator();
  private @Nullable FileHandle last;
  private boolean ended;

  HandleScan(Database database, HandleRows rows, String bucket, KeyRange range, int limit) {
    this.database = database;
    this.rows = rows;
    this.bucket = bucket;
    this.range = range;
    this.limit = limit;
    this.ended = range.isEmpty() || !rows.fitsBucket(bucket);
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && !ended) {
      // With its settings MariaDB sorts keys as a whole.
      List<FileHandle> next =
          TableSession.read(database, "reading the handles that refer to " + bucket, this::read);
      ended = next.size() < limit;
      last = next.isEmpty() ? last : next.get(next.size() - 1);
      page = next.iterator();
    }
    return page.hasNext();
  }

  private List<FileHandle> read(Connection connection) throws SQLException {
    List<FileHandle> read = new ArrayList<>();
    FileHandle after = last;
    if (after != null) {
      rows.beside(after, limit, read::add).run(connection);
    }
    if (read.size() < limit) {
      Optional<Key> key = Optional.ofNullable(after).map(handle -> handle.at().key());
      rows.within(bucket, range, key, limit - read.size(), read::add).run(connection);
    }
    return read;
  }

  @Override
  public FileHandle next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the scan has ended");
    }
    return page.next();
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    ended = true;
  }
}
