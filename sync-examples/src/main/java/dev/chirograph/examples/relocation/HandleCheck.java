package dev.chirograph.examples.relocation;

import dev.chirograph.examples.relocation.HandleRows.FileRow;
import dev.chirograph.examples.tools.Crowd;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Looks without the library whether every file is there and right: reads the rows by SQL, and each
 * object with the S3 client, and compares it with what the file ought to hold.
 */
final class HandleCheck {

  private final Map<String, Ledger.Entry> wanted;
  private final Map<String, FileRow> rows;
  private final Map<String, String> buckets;
  private final S3Client s3;
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();

  private HandleCheck(
      Map<String, Ledger.Entry> wanted,
      Map<String, FileRow> rows,
      Map<String, String> buckets,
      S3Client s3) {
    this.wanted = wanted;
    this.rows = rows;
    this.buckets = buckets;
    this.s3 = s3;
  }

  /**
   * Everything that is wrong, for people; nobody may change files meanwhile.
   *
   * @param buckets the right bucket of each project
   */
  static List<String> faults(
      Ledger ledger, List<FileRow> rows, Map<String, String> buckets, S3Client s3) {
    Map<String, FileRow> byId = rows.stream().collect(Collectors.toMap(FileRow::id, row -> row));
    return new HandleCheck(ledger.files(), byId, buckets, s3).faults();
  }

  private List<String> faults() {
    TreeSet<String> ids = new TreeSet<>(wanted.keySet());
    ids.addAll(rows.keySet());
    Crowd.each(ids, this::check);
    return faults.stream().sorted().toList();
  }

  private void check(String id) {
    Ledger.Entry entry = wanted.get(id);
    FileRow row = rows.get(id);
    if (entry == null || row == null) {
      faults.add(id + (row == null ? " is lost" : " was deleted and is there"));
      return;
    }
    String right = buckets.get(entry.project());
    if (!row.at().bucket().equals(right)) {
      faults.add(id + " is at " + row.at() + ", and not in " + right);
    }
    FileRow preview = row.preview() == null ? row : rows.get(row.preview());
    if (preview == null || !preview.at().bucket().equals(row.at().bucket())) {
      faults.add(id + " is at " + row.at() + " without its preview");
    }
    checkContent(row, entry);
  }

  private void checkContent(FileRow row, Ledger.Entry entry) {
    try {
      byte[] content =
          s3.getObjectAsBytes(get -> get.bucket(row.at().bucket()).key(row.at().key().text()))
              .asByteArrayUnsafe();
      if (!Ledger.hash("SHA-256", content).equals(entry.content())
          || !Ledger.hash("MD5", content).equals(row.md5())
          || content.length != row.size()) {
        faults.add(row.id() + " at " + row.at() + " holds something else");
      }
    } catch (SdkException e) {
      faults.add(row.id() + " at " + row.at() + " cannot be read: " + e.getMessage());
    }
  }
}
