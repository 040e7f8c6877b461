package dev.chirograph.examples.mainjob;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares a bucket with its catalogue without the library: one side through the S3 client, the
 * other through SQL.
 */
final class Inspection {

  private Inspection() {}

  /**
   * What both sides have to agree on.
   *
   * @param etag without quotes
   * @param lastModified in seconds since 1970
   */
  record Facts(
      String etag,
      long size,
      long lastModified,
      String contentType,
      Map<String, String> metadata,
      Map<String, String> tags) {}

  /** Every difference, for people; empty when both sides are equal. */
  static List<String> differences(Map<String, Facts> bucket, Map<String, Facts> catalogue) {
    List<String> differences = new ArrayList<>();
    Map<String, Facts> unmatched = new TreeMap<>(catalogue);
    new TreeMap<>(bucket)
        .forEach(
            (key, wanted) -> {
              Facts found = unmatched.remove(key);
              if (found == null) {
                differences.add(key + ": only in the bucket");
              } else if (!found.equals(wanted)) {
                differences.add(key + ": bucket has " + wanted + ", catalogue has " + found);
              }
            });
    unmatched.keySet().forEach(key -> differences.add(key + ": only in the catalogue"));
    return differences;
  }
}
