package dev.chirograph.s3.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The JSON file beside files of rows: which they are, and what their columns mean. */
final class Manifest {

  static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** A manifest names its files, and there are some thousands of them at most. */
  private static final int LARGEST = 64 << 20;

  private final String name;
  private final JsonNode root;
  private final List<String> columns;

  private Manifest(String name, JsonNode root, String schemaField) {
    this.name = name;
    this.root = root;
    this.columns = Arrays.stream(text(root, schemaField).split(",")).map(String::strip).toList();
  }

  /**
   * Reads one.
   *
   * @param schemaField which field names the columns
   * @throws SyncException CORRUPT when it is none, or what the store says
   */
  static Manifest read(BlobStore store, Key key, String schemaField) {
    String name = store.name() + "/" + key;
    return parse(name, bytes(store, key), schemaField);
  }

  static Manifest parse(String name, byte[] json, String schemaField) {
    try {
      return new Manifest(name, JSON.readTree(json), schemaField);
    } catch (JsonProcessingException e) {
      // The cause repeats what it could not read.
      throw new SyncException(Kind.CORRUPT, name + " is no JSON");
    } catch (IOException e) {
      throw new SyncException(Kind.CORRUPT, name + " is no JSON", e);
    }
  }

  static byte[] bytes(BlobStore store, Key key) {
    try (InputStream in = store.open(BlobRef.latest(key), 0, Expect.anything())) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new SyncException(
            Kind.TOO_LARGE, store.name() + "/" + key + " has more than " + LARGEST + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new SyncException(
          Kind.UNAVAILABLE, "reading " + store.name() + "/" + key + " broke off", e);
    }
  }

  String text(String field) {
    return text(root, field);
  }

  private String text(JsonNode node, String field) {
    return optional(node, field).orElseThrow(() -> corrupt("has no " + field));
  }

  private static Optional<String> optional(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isValueNode() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  List<String> columns() {
    return columns;
  }

  /** Where a column stands; negative when there is none of that name. */
  int column(String column) {
    return columns.indexOf(column);
  }

  int required(String column) {
    int at = column(column);
    if (at < 0) {
      throw corrupt("has no column " + column);
    }
    return at;
  }

  List<CsvFiles.File> files(String list, String key, String md5) {
    JsonNode all = root.path(list);
    if (!all.isArray()) {
      throw corrupt("has no list " + list);
    }
    List<CsvFiles.File> files = new ArrayList<>();
    all.forEach(
        file -> files.add(new CsvFiles.File(Key.utf8(text(file, key)), optional(file, md5))));
    return List.copyOf(files);
  }

  SyncException corrupt(String what) {
    return new SyncException(Kind.CORRUPT, name + " " + what);
  }

  SyncException unsupported(String what) {
    return new SyncException(Kind.UNSUPPORTED, name + " " + what);
  }
}
