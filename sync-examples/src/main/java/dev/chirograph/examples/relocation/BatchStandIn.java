package dev.chirograph.examples.relocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Does what S3 Batch Operations does with a job that copies: reads the manifest, copies each object
 * into another bucket under its own key, and writes the completion report. Some rows fail.
 */
final class BatchStandIn {

  private static final int EACH_FAILS = 7;
  private static final String SCHEMA =
      "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

  private final S3Client s3;
  private final String jobs;

  /**
   * @param jobs the bucket of manifests and reports
   */
  BatchStandIn(S3Client s3, String jobs) {
    this.s3 = s3;
    this.jobs = jobs;
  }

  /** Runs a job; answers the key of its report's manifest. */
  String copy(String manifest, String toBucket) {
    StringBuilder succeeded = new StringBuilder();
    StringBuilder failed = new StringBuilder();
    List<String> rows = text(manifest).lines().toList();
    for (int i = 0; i < rows.size(); i++) {
      if (i % EACH_FAILS == EACH_FAILS - 1) {
        failed.append(rows.get(i)).append(",,failed,AccessDenied,403,Access Denied\n");
      } else {
        copy(rows.get(i).split(",", -1), toBucket);
        succeeded.append(rows.get(i)).append(",,succeeded,200,,Successful\n");
      }
    }
    return report(succeeded.toString(), failed.toString());
  }

  private void copy(String[] row, String toBucket) {
    String key = URLDecoder.decode(row[1], UTF_8);
    s3.copyObject(
        request ->
            request
                .sourceBucket(row[0])
                .sourceKey(key)
                .destinationBucket(toBucket)
                .destinationKey(key));
  }

  private String report(String succeeded, String failed) {
    String json =
        """
        {"Format": "Report_CSV_20180820", "ReportCreationDate": "2026-11-22T02:00:00.000Z",
         "Results": [%s, %s], "ReportSchema": "%s"}"""
            .formatted(result("succeeded", succeeded), result("failed", failed), SCHEMA);
    String key = "reports/job-1/manifest.json";
    put(key, json);
    return key;
  }

  private String result(String status, String rows) {
    String key = "reports/job-1/results/" + status + ".csv";
    put(key, rows);
    return "{\"TaskExecutionStatus\": \"%s\", \"Bucket\": \"%s\", \"MD5Checksum\": \"%s\", \"Key\": \"%s\"}"
        .formatted(status, jobs, Ledger.hash("MD5", rows.getBytes(UTF_8)), key);
  }

  private String text(String key) {
    return s3.getObjectAsBytes(request -> request.bucket(jobs).key(key)).asUtf8String();
  }

  private void put(String key, String text) {
    s3.putObject(request -> request.bucket(jobs).key(key), RequestBody.fromString(text));
  }
}
