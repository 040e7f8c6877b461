package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Appended;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;

/**
 * Adds entries in transactions of random length: the log's own, and some of the host's, which last
 * and of which some are rolled back. The id of an entry says who wrote it and as which. Not safe
 * for use by several threads.
 */
final class LogAdding {

  private static final int LARGEST = 200;
  private static final long LONGEST_NANOS = 40_000_000;

  private final DataSource dataSource;
  private final JdbcLog log;
  private final int writer;
  private final RandomGenerator random;
  private final BitSet committed = new BitSet();
  private long[] positions = new long[1_000];
  private int last;

  LogAdding(DataSource dataSource, int writer, RandomGenerator random) {
    this.dataSource = dataSource;
    this.log = JdbcLog.of(dataSource, "here");
    this.writer = writer;
    this.random = random;
  }

  void run(int entries) throws SQLException {
    while (committed.cardinality() < entries) {
      if (random.nextInt(3) > 0) {
        append();
      } else {
        inTransaction();
      }
    }
  }

  private void append() {
    int first = last;
    List<Appended> appended = log.append(bodies(1 + random.nextInt(LARGEST)));
    committed.set(first, last);
    positions = Arrays.copyOf(positions, Math.max(positions.length, last * 2));
    for (int i = 0; i < appended.size(); i++) {
      positions[first + i] = appended.get(i).number();
    }
  }

  /** A transaction of the host, in which entries are appended by and by. */
  private void inTransaction() throws SQLException {
    int first = last;
    boolean commits = random.nextInt(4) > 0;
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      for (int i = random.nextInt(3); i >= 0; i--) {
        log.append(connection, bodies(1 + random.nextInt(LARGEST / 2)));
        if (random.nextInt(4) == 0) {
          LockSupport.parkNanos(random.nextLong(LONGEST_NANOS));
        }
      }
      if (commits) {
        connection.commit();
        committed.set(first, last);
      } else {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  private List<Body> bodies(int many) {
    List<Body> bodies = new ArrayList<>(many);
    for (int i = 0; i < many; i++) {
      UUID id = new UUID(writer, last++);
      bodies.add(new Body(id, Operation.ADD, Key.utf8("key " + id), "1", Content.NONE, "{}"));
    }
    return bodies;
  }

  int writer() {
    return writer;
  }

  /** How many entries were committed. */
  long committed() {
    return committed.cardinality();
  }

  /** Whether an entry was committed. */
  boolean committed(int entry) {
    return committed.get(entry);
  }

  /** How many entries were written, committed or not. */
  int written() {
    return last;
  }

  /** Where append said that an entry is; 0 where it did not say. */
  long position(int entry) {
    return entry < positions.length ? positions[entry] : 0;
  }
}
