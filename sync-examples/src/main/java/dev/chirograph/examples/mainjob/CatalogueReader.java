package dev.chirograph.examples.mainjob;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.examples.mainjob.Inspection.Facts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** Reads a whole catalogue through SQL, as any report of the host might. */
final class CatalogueReader {

  private static final String OBJECTS =
      """
      select o.key_bytes, v.etag, v.size_bytes, v.last_modified, v.content_type
      from chirograph_catalogue_bucket b
      join chirograph_catalogue_object o on o.bucket = b.bucket
      join chirograph_catalogue_version v on v.object = o.object
      where b.name = ? and v.latest and not v.delete_marker""";
  private static final String ATTRIBUTES =
      """
      select o.key_bytes, a.name, a.content
      from chirograph_catalogue_bucket b
      join chirograph_catalogue_object o on o.bucket = b.bucket
      join chirograph_catalogue_version v on v.object = o.object
      join %s a on a.object = v.object and a.ordinal = v.ordinal
      where b.name = ? and v.latest and not v.delete_marker""";

  private CatalogueReader() {}

  static Map<String, Facts> read(DataSource dataSource, String bucket) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      var metadata = attributes(connection, "chirograph_catalogue_metadata", bucket);
      var tags = attributes(connection, "chirograph_catalogue_tag", bucket);
      Map<String, Facts> facts = new HashMap<>();
      try (PreparedStatement select = connection.prepareStatement(OBJECTS)) {
        select.setString(1, bucket);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            String key = new String(rows.getBytes(1), UTF_8);
            facts.put(
                key,
                new Facts(
                    rows.getString(2),
                    rows.getLong(3),
                    rows.getLong(4),
                    rows.getString(5),
                    metadata.getOrDefault(key, Map.of()),
                    tags.getOrDefault(key, Map.of())));
          }
        }
      }
      return facts;
    }
  }

  private static Map<String, Map<String, String>> attributes(
      Connection connection, String table, String bucket) throws SQLException {
    Map<String, Map<String, String>> attributes = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(ATTRIBUTES.formatted(table))) {
      select.setString(1, bucket);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          attributes
              .computeIfAbsent(new String(rows.getBytes(1), UTF_8), key -> new TreeMap<>())
              .put(rows.getString(2), rows.getString(3));
        }
      }
    }
    return attributes;
  }
}
