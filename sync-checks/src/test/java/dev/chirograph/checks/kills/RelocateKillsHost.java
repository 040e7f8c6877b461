package dev.chirograph.checks.kills;

import static dev.chirograph.checks.kills.RelocateKillsNode.HOME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.jdbc.JdbcHandles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * A host that adds, shares, overwrites, replaces, deletes and reads files while they are moved, and
 * knows what each of them holds. It keeps the rules of {@link JdbcHandles}, and writes an object in
 * place only while no other handle ever referred to it. For one thread.
 */
final class RelocateKillsHost {

  static final List<String> OWNERS = List.of("apples", "pears", "plums");
  static final List<String> ALLOCATIONS = List.of("lab-a", "lab-b");

  private static final int MOST_FILES = 60;

  private final DataSource source;
  private final S3Client client;
  private final JdbcHandles handles;
  private final JdbcAllocations allocations;
  private final RandomGenerator random;
  private final Map<String, String> files = new TreeMap<>();
  private final Set<String> shared = new HashSet<>();
  private final Set<Location> abandoned = new HashSet<>();
  private int made;
  private int edits;

  RelocateKillsHost(DataSource source, S3Client client, RandomGenerator random) {
    this.source = source;
    this.client = client;
    this.handles = RelocateKillsNode.handles(source);
    this.allocations = RelocateKillsNode.allocations(source);
    this.random = random;
  }

  /** What a handle says, as the host knows it. */
  record Row(String id, String etag, String owner, Location at, String sha256) {}

  /** The SHA-256 of each file, by its handle. */
  Map<String, String> files() {
    return files;
  }

  /** Locations of objects that the host has written, and to which it lets no handle refer. */
  Set<Location> abandoned() {
    return abandoned;
  }

  int edits() {
    return edits;
  }

  /** Does one thing, by chance. */
  void act() throws SQLException {
    int what = random.nextInt(100);
    if (what < 15 || files.size() < MOST_FILES / 3) {
      if (files.size() < MOST_FILES) {
        add(random.nextInt(30) == 0 ? 2 * RelocateKillsNode.PART + 7 : random.nextInt(60_000));
      }
    } else if (what < 30) {
      if (files.size() < MOST_FILES) {
        share(any());
      }
    } else if (what < 40) {
      write(any());
    } else if (what < 45) {
      delete(any());
    } else if (what < 65) {
      assign();
    } else {
      check(any());
    }
    edits++;
  }

  private String any() {
    return new ArrayList<>(files.keySet()).get(random.nextInt(files.size()));
  }

  private void assign() {
    String owner = OWNERS.get(random.nextInt(OWNERS.size()));
    int which = random.nextInt(ALLOCATIONS.size() + 1);
    if (which == ALLOCATIONS.size()) {
      allocations.release(owner);
    } else {
      allocations.reassign(owner, ALLOCATIONS.get(which));
    }
  }

  // ---- files

  private void add(int size) throws SQLException {
    String owner = OWNERS.get(random.nextInt(OWNERS.size()));
    Location at = fresh(owner);
    String sha256 = put(at, content(size));
    String id = "f" + ++made;
    try (Connection connection = source.getConnection()) {
      insert(connection, new Row(id, "", owner, at, sha256));
    }
    files.put(id, sha256);
  }

  private Location fresh(String owner) {
    String bucket = allocations.placementFor(owner).map(Placement::bucket).orElse(HOME);
    return Location.latest(bucket, Key.utf8("files/" + random.nextInt(4) + "/o" + ++made));
  }

  private byte[] content(int size) {
    byte[] content = new byte[size];
    random.nextBytes(content);
    return content;
  }

  private String put(Location at, byte[] content) {
    client.putObject(
        put -> put.bucket(at.bucket()).key(at.key().text()), RequestBody.fromBytes(content));
    return sha256(content);
  }

  /** Another handle of the same object, of any owner. */
  private void share(String of) throws SQLException {
    String id = "f" + ++made;
    while (true) {
      Row row = read(of);
      try (Connection connection = source.getConnection()) {
        connection.setAutoCommit(false);
        handles.claim(connection, row.at());
        String owner = OWNERS.get(random.nextInt(OWNERS.size()));
        insert(connection, new Row(id, "", owner, row.at(), row.sha256()));
        connection.commit();
        break;
      } catch (SyncException e) { // its file has moved on
        assertThat(e.kind()).isIn(SyncException.Kind.CONFLICT, SyncException.Kind.UNAVAILABLE);
      }
    }
    files.put(id, files.get(of));
    shared.add(id);
    shared.add(of);
  }

  /** Gives a file another content: in place, or elsewhere. */
  private void write(String id) throws SQLException {
    byte[] content = content(random.nextInt(60_000));
    boolean inPlace = !shared.contains(id) && random.nextBoolean();
    while (true) {
      Row row = read(id);
      Location to = inPlace ? row.at() : fresh(row.owner());
      String sha256 = put(to, content);
      if (pointed(row, to, sha256)) {
        files.put(id, sha256);
        if (!inPlace) {
          abandoned.add(row.at());
        }
        return;
      }
      abandoned.add(to);
    }
  }

  private boolean pointed(Row row, Location to, String sha256) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement update =
            connection.prepareStatement(
                "update chirograph_file_handle set etag = ?, bucket_name = ?, key_bytes = ?, name = ?"
                    + " where id = ? and etag = ?")) {
      update.setString(1, etag());
      update.setString(2, to.bucket());
      update.setBytes(3, to.key().toBytes());
      update.setString(4, sha256);
      update.setBytes(5, bytes(row.id()));
      update.setString(6, row.etag());
      return update.executeUpdate() == 1;
    }
  }

  private String etag() {
    return "host-" + ++made;
  }

  private void delete(String id) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                "delete from chirograph_file_handle where id = ? returning bucket_name, key_bytes")) {
      delete.setBytes(1, bytes(id));
      try (ResultSet gone = delete.executeQuery()) {
        assertThat(gone.next()).as("the handle %s is there", id).isTrue();
        abandoned.add(at(gone, 1));
      }
    }
    files.remove(id);
  }

  private void insert(Connection connection, Row row) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into chirograph_file_handle"
                + " (id, etag, project_id, bucket_name, key_bytes, name, created_by, created_on)"
                + " values (?, ?, ?, ?, ?, ?, 'alice', 0)")) {
      insert.setBytes(1, bytes(row.id()));
      insert.setString(2, etag());
      insert.setString(3, row.owner());
      insert.setString(4, row.at().bucket());
      insert.setBytes(5, row.at().key().toBytes());
      insert.setString(6, row.sha256());
      insert.executeUpdate();
    }
  }

  // ---- reading

  /** A reader finds the bytes of the file, where its handle says, or that it has moved on. */
  private void check(String id) throws SQLException {
    while (true) {
      Row row = read(id);
      assertThat(row.sha256()).as("the handle %s", id).isEqualTo(files.get(id));
      Optional<String> found = found(row.at());
      if (found.equals(Optional.of(row.sha256()))) {
        return;
      }
      assertThat(read(id).etag())
          .as("%s refers to %s, where there is %s", id, row.at(), found)
          .isNotEqualTo(row.etag());
    }
  }

  /** The SHA-256 of an object. */
  Optional<String> found(Location at) {
    try {
      return Optional.of(
          sha256(
              client
                  .getObjectAsBytes(get -> get.bucket(at.bucket()).key(at.key().text()))
                  .asByteArray()));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  private Row read(String id) throws SQLException {
    return rows("where id = '" + id + "'::bytea").get(0);
  }

  /** The handles as they are. */
  List<Row> rows() throws SQLException {
    return rows("");
  }

  private List<Row> rows(String where) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (Connection connection = source.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select id, etag, project_id, bucket_name, key_bytes, name from"
                    + " chirograph_file_handle "
                    + where
                    + " order by id");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Row(
                new String(row.getBytes(1), StandardCharsets.UTF_8),
                row.getString(2),
                row.getString(3),
                at(row, 4),
                row.getString(6)));
      }
    }
    return rows;
  }

  private static Location at(ResultSet row, int first) throws SQLException {
    return Location.latest(row.getString(first), Key.ofBytes(row.getBytes(first + 1)));
  }

  private static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
