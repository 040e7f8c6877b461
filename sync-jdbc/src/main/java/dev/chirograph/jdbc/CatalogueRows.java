package dev.chirograph.jdbc;

import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.jdbc.StoredObject.StoredVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a batch of changes adds, changes and removes: collected first, then written with
 * one statement for each table and kind of change. For one transaction.
 */
final class CatalogueRows {

  private final Statements statements;
  private final int bucket;
  private final List<@Nullable Object[]> newObjects = new ArrayList<>();
  private final List<@Nullable Object[]> changedObjects = new ArrayList<>();
  private final List<@Nullable Object[]> removedObjects = new ArrayList<>();
  private final List<@Nullable Object[]> newVersions = new ArrayList<>();
  private final List<@Nullable Object[]> changedVersions = new ArrayList<>();
  private final List<@Nullable Object[]> removedVersions = new ArrayList<>();
  private final Attributes tags = new Attributes();
  private final Attributes metadata = new Attributes();

  CatalogueRows(Statements statements, int bucket) {
    this.statements = statements;
    this.bucket = bucket;
  }

  /** A new object with all its rows. */
  void add(long object, Key key, ObjectState state, String id) {
    List<@Nullable Object> row = new ArrayList<>(List.of(object, bucket, key.toBytes(), path(key)));
    row.addAll(facts(state, id, object));
    newObjects.add(row.toArray());
    int count = state.versions().size();
    for (int i = 0; i < count; i++) {
      addVersion(object, count - i, count - i, i == 0, state.versions().get(i));
    }
  }

  /**
   * What differs between the stored rows and the wanted state; nothing when nothing does.
   *
   * @return whether anything differs
   */
  boolean change(StoredObject stored, ObjectState state, String id, long rev) {
    int before = size();
    changeVersions(stored, state.versions());
    boolean differs =
        size() > before
            || !stored.id().equals(id)
            || stored.partial() != state.partial()
            || !stored.publiclyReadable().equals(state.publiclyReadable());
    if (differs) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(stored.object());
      row.addAll(facts(state, id, rev));
      changedObjects.add(row.toArray());
    }
    return differs;
  }

  /** An object that goes with all its rows. */
  void remove(long object) {
    removedObjects.add(new @Nullable Object[] {object});
  }

  private void changeVersions(StoredObject stored, List<ObjectVersion> wanted) {
    VersionDifference difference = VersionDifference.of(stored.versions(), wanted);
    for (StoredVersion gone : difference.removed()) {
      removedVersions.add(new @Nullable Object[] {stored.object(), gone.version().versionId()});
      tags.change(stored.object(), gone.ordinal(), gone.tags(), Map.of());
      metadata.change(stored.object(), gone.ordinal(), gone.metadata(), Map.of());
    }
    for (VersionDifference.Placed placed : difference.placed()) {
      StoredVersion old = placed.stored();
      if (old == null) {
        addVersion(
            stored.object(), placed.ordinal(), placed.place(), placed.latest(), placed.wanted());
      } else {
        changeVersion(stored.object(), old, placed);
      }
    }
  }

  private void addVersion(
      long object, int ordinal, int place, boolean latest, ObjectVersion version) {
    List<@Nullable Object> row = new ArrayList<>(List.of(object, version.versionId(), ordinal));
    row.addAll(facts(place, latest, version));
    newVersions.add(row.toArray());
    tags.change(object, ordinal, Map.of(), version.tags().optional().orElse(Map.of()));
    metadata.change(object, ordinal, Map.of(), version.metadata().optional().orElse(Map.of()));
  }

  private void changeVersion(long object, StoredVersion old, VersionDifference.Placed placed) {
    ObjectVersion wanted = placed.wanted();
    if (old.place() != placed.place()
        || old.latest() != placed.latest()
        || !old.version().equals(wanted)) {
      List<@Nullable Object> before = facts(old.place(), old.latest(), old.version());
      List<@Nullable Object> after = facts(placed.place(), placed.latest(), wanted);
      if (!before.equals(after)) {
        List<@Nullable Object> row = new ArrayList<>(List.of(object, wanted.versionId()));
        row.addAll(after);
        changedVersions.add(row.toArray());
      }
    }
    tags.change(object, old.ordinal(), old.tags(), wanted.tags().optional().orElse(Map.of()));
    metadata.change(
        object, old.ordinal(), old.metadata(), wanted.metadata().optional().orElse(Map.of()));
  }

  /** The values of {@link Statements#OBJECT_FACTS}. */
  private static List<@Nullable Object> facts(ObjectState state, String id, long rev) {
    // Kept also of a partial state, for those who query the tables; a listing leaves it out.
    Evidence evidence = state.withPartial(false).evidence();
    OptionalLong size = evidence.size();
    List<@Nullable Object> values = new ArrayList<>();
    values.add(id);
    values.add(rev);
    values.add(state.deleted());
    values.add(state.publiclyReadable().optional().orElse(null));
    values.add(state.partial());
    values.add(evidence.etag().orElse(null));
    values.add(size.isPresent() ? size.getAsLong() : null);
    values.add(evidence.lastModified().map(Instant::getEpochSecond).orElse(0L));
    values.add(state.latest().versionId());
    values.add(evidence.history().orElse(""));
    return values;
  }

  /** The values of {@link Statements#VERSION_FACTS}. */
  private static List<@Nullable Object> facts(int place, boolean latest, ObjectVersion version) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(place);
    values.add(latest);
    values.add(version.deleteMarker());
    values.add(version.etag());
    values.add(version.size());
    values.add(version.lastModified().getEpochSecond());
    values.add(version.storageClass().orElse(null));
    values.add(version.contentType().optional().orElse(null));
    values.add(version.tags().optional().isPresent());
    values.add(version.metadata().optional().isPresent());
    return values;
  }

  /** The key as people read it; no dialect but one stores NUL in text. */
  private static String path(Key key) {
    return key.text().replace('\0', '\ufffd');
  }

  private int size() {
    return newVersions.size()
        + changedVersions.size()
        + removedVersions.size()
        + tags.size()
        + metadata.size();
  }

  /** Writes everything; what goes comes first, so that ids and names are free for what comes. */
  void write(Connection connection) throws SQLException {
    Bulk.runAll(
        connection,
        List.of(
            new Bulk.Step(statements.deleteObjects, removedObjects),
            new Bulk.Step(statements.deleteVersionsOfObjects, removedObjects),
            new Bulk.Step(statements.deleteTagsOfObjects, removedObjects),
            new Bulk.Step(statements.deleteMetadataOfObjects, removedObjects),
            new Bulk.Step(statements.deleteVersions, removedVersions),
            new Bulk.Step(statements.deleteTags, tags.removed),
            new Bulk.Step(statements.deleteMetadata, metadata.removed),
            new Bulk.Step(statements.updateObjects, changedObjects),
            new Bulk.Step(statements.insertObjects, newObjects),
            new Bulk.Step(statements.updateVersions, changedVersions),
            new Bulk.Step(statements.insertVersions, newVersions),
            new Bulk.Step(statements.updateTags, tags.changed),
            new Bulk.Step(statements.insertTags, tags.added),
            new Bulk.Step(statements.updateMetadata, metadata.changed),
            new Bulk.Step(statements.insertMetadata, metadata.added)));
  }

  /** Rows of tags or metadata. */
  private static final class Attributes {
    final List<@Nullable Object[]> removed = new ArrayList<>();
    final List<@Nullable Object[]> changed = new ArrayList<>();
    final List<@Nullable Object[]> added = new ArrayList<>();

    void change(long object, int ordinal, Map<String, String> stored, Map<String, String> wanted) {
      for (String name : stored.keySet()) {
        if (!wanted.containsKey(name)) {
          removed.add(new @Nullable Object[] {object, ordinal, name});
        }
      }
      wanted.forEach(
          (name, content) -> {
            String old = stored.get(name);
            if (!content.equals(old)) {
              (old == null ? added : changed)
                  .add(new @Nullable Object[] {object, ordinal, name, content});
            }
          });
    }

    int size() {
      return removed.size() + changed.size() + added.size();
    }
  }

  /** The statements of the catalogue's tables. Immutable and safe for use by several threads. */
  static final class Statements {

    private static final Column OBJECT = Column.number("object");
    private static final Column ORDINAL = Column.integer("ordinal");
    private static final Column NAME = Column.name("name");
    private static final Column CONTENT = Column.text("content");
    private static final Column VERSION_ID = Column.name("version_id");

    private static final List<Column> OBJECT_FACTS =
        List.of(
            Column.uuid("id"),
            Column.number("rev"),
            Column.flag("deleted"),
            Column.flag("publicly_readable"),
            Column.flag("partial"),
            Column.text("etag"),
            Column.number("size_bytes"),
            Column.number("last_modified"),
            Column.name("version_id"),
            Column.text("history"));

    private static final List<Column> VERSION_FACTS =
        List.of(
            Column.integer("place"),
            Column.flag("latest"),
            Column.flag("delete_marker"),
            Column.text("etag"),
            Column.number("size_bytes"),
            Column.number("last_modified"),
            Column.text("storage_class"),
            Column.text("content_type"),
            Column.flag("tags_known"),
            Column.flag("metadata_known"));

    private final Bulk insertObjects;
    private final Bulk updateObjects;
    private final Bulk deleteObjects;
    private final Bulk deleteVersionsOfObjects;
    private final Bulk deleteTagsOfObjects;
    private final Bulk deleteMetadataOfObjects;
    private final Bulk insertVersions;
    private final Bulk updateVersions;
    private final Bulk deleteVersions;
    private final Bulk insertTags;
    private final Bulk updateTags;
    private final Bulk deleteTags;
    private final Bulk insertMetadata;
    private final Bulk updateMetadata;
    private final Bulk deleteMetadata;

    Statements(Database database) {
      List<Column> object = List.of(OBJECT);
      List<Column> version = List.of(OBJECT, VERSION_ID);
      List<Column> attribute = List.of(OBJECT, ORDINAL, NAME);
      List<Column> attributeRow = List.of(OBJECT, ORDINAL, NAME, CONTENT);
      List<Column> objectRow =
          new ArrayList<>(
              List.of(
                  OBJECT,
                  Column.integer("bucket"),
                  Column.bytes("key_bytes"),
                  Column.text("path")));
      objectRow.addAll(OBJECT_FACTS);
      List<Column> versionRow = new ArrayList<>(List.of(OBJECT, VERSION_ID, ORDINAL));
      versionRow.addAll(VERSION_FACTS);
      insertObjects = Bulk.insert(database, "catalogue_object", objectRow, "created", "updated");
      updateObjects = Bulk.update(database, "catalogue_object", object, OBJECT_FACTS, "updated");
      deleteObjects = Bulk.delete(database, "catalogue_object", object);
      deleteVersionsOfObjects = Bulk.delete(database, "catalogue_version", object);
      deleteTagsOfObjects = Bulk.delete(database, "catalogue_tag", object);
      deleteMetadataOfObjects = Bulk.delete(database, "catalogue_metadata", object);
      insertVersions = Bulk.insert(database, "catalogue_version", versionRow);
      updateVersions = Bulk.update(database, "catalogue_version", version, VERSION_FACTS);
      deleteVersions = Bulk.delete(database, "catalogue_version", version);
      insertTags = Bulk.insert(database, "catalogue_tag", attributeRow);
      updateTags = Bulk.update(database, "catalogue_tag", attribute, List.of(CONTENT));
      deleteTags = Bulk.delete(database, "catalogue_tag", attribute);
      insertMetadata = Bulk.insert(database, "catalogue_metadata", attributeRow);
      updateMetadata = Bulk.update(database, "catalogue_metadata", attribute, List.of(CONTENT));
      deleteMetadata = Bulk.delete(database, "catalogue_metadata", attribute);
    }
  }
}
