package dev.chirograph.examples;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The host's own table of documents as a replica of a bucket.
 *
 * <p>The table keeps path, entity tag and size; what else the bucket knows is left out. Its column
 * {@code revision} changes with every write, whoever writes, and is what a write expects.
 */
final class DocumentTable implements Replica<ObjectState> {

  // The collation "C" orders by bytes, as the library does, and keeps "a" and "A" apart.
  private static final String CREATE =
      """
      create sequence document_revision;
      create table document (
        path text collate "C" primary key,
        etag text not null,
        size bigint not null,
        revision bigint not null default nextval('document_revision'))""";
  private static final String PAGE =
      """
      select path, etag, size from document
      where path >= ? and (?::text is null or path <= ?) order by path limit 1000""";
  private static final String LOOK = "select etag, size, revision from document where path = ?";
  private static final String INSERT =
      """
      insert into document (etag, size, path) values (?, ?, ?)
      on conflict do nothing returning revision""";
  private static final String UPDATE =
      """
      update document set etag = ?, size = ?, revision = nextval('document_revision')
      where path = ? and (?::bigint is null or revision = ?) returning revision""";
  private static final String DELETE =
      "delete from document where path = ? and (?::bigint is null or revision = ?)";

  private final DataSource dataSource;

  DocumentTable(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  void create() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(CREATE)) {
      statement.execute();
    }
  }

  @Override
  public StoreCapabilities capabilities() {
    return StoreCapabilities.builder()
        .puts(Guard.ATOMIC)
        .deletes(Guard.ATOMIC)
        .ordered()
        .maxBatch(100)
        .evidence(EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE))
        .build();
  }

  // ---- listing

  @Override
  public Listing list(KeyRange range) {
    return new Pages(range);
  }

  private List<Entry> page(KeyRange range) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(PAGE)) {
      String last = range.to().map(DocumentTable::path).orElse(null);
      select.setString(1, path(range.from()));
      select.setString(2, last);
      select.setString(3, last);
      List<Entry> page = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Key key = Key.utf8(rows.getString("path"));
          if (range.contains(key)) {
            page.add(Entry.present(key, evidence(rows.getString("etag"), rows.getLong("size"))));
          }
        }
      }
      return page;
    }
  }

  /**
   * The path at or just below a bound. The bound after a key is that key and a zero byte, which
   * text of PostgreSQL cannot hold; so bounds are inclusive in SQL, and made exact in Java.
   */
  private static String path(Key bound) {
    int length = bound.length();
    boolean after = length > 0 && bound.byteAt(length - 1) == 0;
    return bound.first(after ? length - 1 : length).text();
  }

  /** A listing page by page: no connection is held in between. Trouble ends it, and is no end. */
  private final class Pages implements Listing {
    private final Deque<Entry> page = new ArrayDeque<>();
    private KeyRange rest;
    private @Nullable End end;
    private @Nullable SyncException why;

    Pages(KeyRange range) {
      this.rest = range;
    }

    @Override
    public boolean hasNext() {
      if (page.isEmpty() && end == null) {
        try {
          page.addAll(page(rest));
          end = page.isEmpty() ? End.COMPLETE : null;
        } catch (SQLException e) {
          end = End.CUT;
          why = trouble("listing documents", e);
        }
      }
      return !page.isEmpty();
    }

    @Override
    public Entry next() {
      Entry entry = page.remove();
      rest = rest.after(entry.key());
      return entry;
    }

    @Override
    public End end() {
      if (end == null) {
        throw new IllegalStateException("the listing has not ended");
      }
      return end;
    }

    @Override
    public Optional<SyncException> why() {
      return Optional.ofNullable(why);
    }

    @Override
    public void close() {
      page.clear();
      end = end == null ? End.CUT : end;
    }
  }

  // ---- looking

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    return keys.stream().map(this::observe).toList();
  }

  private Observation<ObjectState> observe(Key key) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(LOOK)) {
      select.setString(1, key.text());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Observation.absent();
        }
        ObjectVersion stored =
            ObjectVersion.builder().etag(row.getString("etag")).size(row.getLong("size")).build();
        return Observation.present(
            ObjectState.of(stored),
            new Version(row.getString("revision")),
            evidence(stored.etag(), stored.size()));
      }
    } catch (SQLException e) {
      return Observation.unknown(trouble("looking at " + key, e)); // not absent!
    }
  }

  // ---- writing

  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    return changes.stream().map(this::apply).toList();
  }

  private Outcome apply(Change<ObjectState> change) {
    try (Connection connection = dataSource.getConnection()) {
      if (change instanceof Change.Put<ObjectState> put) {
        return put(connection, put.key().text(), put.value().latest(), put.expect());
      }
      return delete(connection, change.key(), change.expect());
    } catch (SQLException e) {
      SyncException why = trouble("writing " + change.key(), e);
      // When the connection broke, the database may have done it all the same.
      return why.kind() == SyncException.Kind.UNAVAILABLE
          ? Outcome.unsure(why)
          : Outcome.rejected(why);
    }
  }

  private static Outcome put(Connection connection, String path, ObjectVersion value, Expect expect)
      throws SQLException {
    Optional<Version> written = Optional.empty();
    if (!(expect instanceof Expect.Absent)) {
      written = write(connection, UPDATE, path, value, expect);
    }
    if (written.isEmpty() && !(expect instanceof Expect.At)) {
      written = write(connection, INSERT, path, value, null);
    }
    return written
        .map(version -> Outcome.applied(version, Guard.ATOMIC))
        .orElse(Outcome.conflict());
  }

  private static Optional<Version> write(
      Connection connection,
      String sql,
      String path,
      ObjectVersion value,
      @Nullable Expect expected)
      throws SQLException {
    try (PreparedStatement write = connection.prepareStatement(sql)) {
      write.setString(1, value.etag());
      write.setLong(2, value.size());
      write.setString(3, path);
      if (expected != null) {
        setRevision(write, 4, expected);
      }
      try (ResultSet row = write.executeQuery()) {
        return row.next() ? Optional.of(new Version(row.getString(1))) : Optional.empty();
      }
    }
  }

  private Outcome delete(Connection connection, Key key, Expect expect) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setString(1, key.text());
      setRevision(delete, 2, expect);
      if (delete.executeUpdate() > 0) {
        return Outcome.deleted(Guard.ATOMIC);
      }
    }
    boolean gone = observe(key) instanceof Observation.Absent;
    return gone && !(expect instanceof Expect.At) ? Outcome.unchanged() : Outcome.conflict();
  }

  /** The revision that a row must have: null for any, 0 for none. */
  private static void setRevision(PreparedStatement statement, int index, Expect expect)
      throws SQLException {
    Long revision = expect instanceof Expect.Absent ? Long.valueOf(0) : null;
    if (expect instanceof Expect.At at) {
      revision = Long.valueOf(at.version().token());
    }
    statement.setObject(index, revision, Types.BIGINT);
    statement.setObject(index + 1, revision, Types.BIGINT);
  }

  private static Evidence evidence(String etag, long size) {
    return Evidence.builder().etag(etag).size(size).build();
  }

  private static SyncException trouble(String operation, SQLException e) {
    String state = e.getSQLState();
    boolean connectionLost = state == null || state.startsWith("08") || state.startsWith("57");
    return new SyncException(
        connectionLost ? SyncException.Kind.UNAVAILABLE : SyncException.Kind.UNEXPECTED,
        operation + " failed: " + e.getMessage(),
        e);
  }
}
