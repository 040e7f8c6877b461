package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the objects of a bucket. The rows of the objects are locked first, in key order; what
 * differs is then known for certain, and is all that is written. A single object is locked and read
 * in one statement.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class CatalogueWriter implements BatchWriter.Table<ObjectState> {

  private static final String LOCK =
      """
      select key_bytes, object, rev from ${catalogue_object}
      where :listed
      order by key_bytes""";

  private final Dialect dialect;
  private final int bucket;
  private final String bucketName;
  private final CatalogueReader reader;
  private final CatalogueRows.Statements statements;
  private final Supplier<String> newId;
  private final String lock;

  CatalogueWriter(
      Database database,
      int bucket,
      String bucketName,
      CatalogueReader reader,
      CatalogueRows.Statements statements,
      Supplier<String> newId) {
    this.dialect = database.dialect();
    this.bucket = bucket;
    this.bucketName = bucketName;
    this.reader = reader;
    this.statements = statements;
    this.newId = newId;
    this.lock = database.sql(LOCK) + dialect.forUpdate();
  }

  private record Locked(long object, long rev) {}

  /**
   * The objects of a batch that are there, locked.
   *
   * @param stored those that will be compared row by row
   */
  private record Present(Map<Key, Locked> locked, Map<Key, StoredObject> stored) {

    static Present of(StoredObject object) {
      return new Present(
          Map.of(object.key(), new Locked(object.object(), object.rev())),
          Map.of(object.key(), object));
    }
  }

  @Override
  public String operation(List<Change<ObjectState>> changes) {
    return changes.size() == 1
        ? "cataloguing the object " + changes.get(0).key() + " of '" + bucketName + "'"
        : "cataloguing " + changes.size() + " objects of '" + bucketName + "'";
  }

  @Override
  public Optional<SyncException> fault(Change<ObjectState> change) {
    return CatalogueLimits.fault(change);
  }

  @Override
  public List<Outcome> write(Connection connection, List<Change<ObjectState>> changes, long number)
      throws SQLException {
    Present present = present(connection, changes);
    CatalogueRows rows = new CatalogueRows(statements, bucket);
    List<Outcome> outcomes = new ArrayList<>(changes.size());
    long rev = number;
    for (Change<ObjectState> change : changes) {
      Locked found = present.locked().get(change.key());
      Optional<Outcome> answer = BatchWriter.judge(change, found == null ? null : found.rev());
      outcomes.add(
          answer.isPresent() ? answer.get() : collect(change, found, present.stored(), rows, rev));
      rev++;
    }
    rows.write(connection);
    return outcomes;
  }

  private Present present(Connection connection, List<Change<ObjectState>> changes)
      throws SQLException {
    if (changes.size() == 1 && reader.locksWhileReading()) {
      return reader
          .lock(connection, bucket, changes.get(0).key())
          .map(Present::of)
          .orElseGet(() -> new Present(Map.of(), Map.of()));
    }
    Map<Key, Locked> locked = lock(connection, changes);
    return new Present(locked, reader.objects(connection, bucket, toCompare(changes, locked)));
  }

  private Outcome collect(
      Change<ObjectState> change,
      @Nullable Locked found,
      Map<Key, StoredObject> stored,
      CatalogueRows rows,
      long rev) {
    if (!(change instanceof Change.Put<ObjectState> put)) {
      rows.remove(Objects.requireNonNull(found).object());
      return Outcome.deleted(Guard.ATOMIC);
    }
    StoredObject old = stored.get(put.key());
    if (old == null) {
      rows.add(
          rev,
          put.key(),
          put.value().writtenOver(Optional.empty()),
          put.value().id().orElseGet(newId));
      return BatchWriter.applied(rev);
    }
    ObjectState wanted =
        put.value()
            .writtenOver(old.versions().isEmpty() ? Optional.empty() : Optional.of(old.state()));
    return rows.change(old, wanted, put.value().id().orElse(old.id()), rev)
        ? BatchWriter.applied(rev)
        : Outcome.unchanged();
  }

  /** The keys of what is there and will be compared row by row. */
  private static List<Key> toCompare(List<Change<ObjectState>> changes, Map<Key, Locked> locked) {
    List<Key> keys = new ArrayList<>();
    for (Change<ObjectState> change : changes) {
      Locked found = locked.get(change.key());
      if (found != null
          && change instanceof Change.Put
          && BatchWriter.judge(change, found.rev()).isEmpty()) {
        keys.add(change.key());
      }
    }
    return keys;
  }

  private Map<Key, Locked> lock(Connection connection, List<Change<ObjectState>> changes)
      throws SQLException {
    List<Key> keys = BatchWriter.keys(changes);
    try (PreparedStatement statement =
        connection.prepareStatement(
            InList.sql(lock, keys.size(), dialect, "bucket", "key_bytes"))) {
      statement.setInt(1, bucket);
      InList.bindKeys(connection, statement, 2, keys, dialect);
      Map<Key, Locked> found = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(Key.ofBytes(rows.getBytes(1)), new Locked(rows.getLong(2), rows.getLong(3)));
        }
      }
      return found;
    }
  }

  @Override
  public Outcome refused(Change<ObjectState> change, SyncException why) {
    if (why.kind() != SyncException.Kind.ALREADY_EXISTS
        || !(change instanceof Change.Put<ObjectState> put)
        || put.value().id().isEmpty()) {
      return Outcome.rejected(why);
    }
    String id = put.value().id().get();
    Optional<Key> owner = owner(id);
    if (owner.isEmpty() || owner.get().equals(change.key())) {
      return Outcome.rejected(why);
    }
    return Outcome.rejected(
        new SyncException(
            SyncException.Kind.ALREADY_EXISTS,
            "the object "
                + change.key()
                + " of '"
                + bucketName
                + "' cannot have the id "
                + id
                + ": it belongs to the object "
                + owner.get()
                + "; give it another id",
            why));
  }

  private Optional<Key> owner(String id) {
    try {
      return Optional.ofNullable(reader.owners(bucket, List.of(id)).get(id));
    } catch (SyncException unknown) {
      // Only the message is poorer without it; the refusal itself is certain.
      return Optional.empty();
    }
  }
}
