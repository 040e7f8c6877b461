package dev.chirograph.s3;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.testkit.BlobStoreConformance;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import java.util.List;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** The guarantees of a blob store for a bucket on one server, with versions or without. */
abstract class BlobsConformance extends BlobStoreConformance {

  private final S3On on;
  private final boolean versions;
  private volatile boolean losing;
  private final Faults faults =
      Faults.builder().when(call -> losing && isWrite(call), Fault.LOSE_REPLY).build();
  private S3Client client;
  private S3Blobs blobs;

  BlobsConformance(S3On on, boolean versions) {
    this.on = on;
    this.versions = versions;
  }

  private static boolean isWrite(Faults.Call call) {
    return !call.what().startsWith("GET") && !call.what().startsWith("HEAD");
  }

  @Override
  protected BlobStore open() {
    String bucket = versions ? on.versionedBucket() : on.bucket();
    client = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults));
    blobs =
        on.blobsBuilder(client, bucket)
            .multipartThreshold(6 << 20)
            .partBytes(5 << 20)
            .allowCheckedDeletes()
            .build();
    return blobs;
  }

  @Override
  protected void close() {
    if (client != null) {
      client.close();
    }
  }

  @Override
  protected boolean versioned() {
    return versions;
  }

  @Override
  protected Guard putGuard() {
    return blobs.capabilities().puts();
  }

  @Override
  protected Guard deleteGuard() {
    return blobs.capabilities().deletes();
  }

  @Override
  protected boolean tagged() {
    return on.tags;
  }

  @Override
  protected void breakStore() {
    faults.always(Fault.SERVER_ERROR);
  }

  @Override
  protected void loseReplies() {
    losing = true;
  }

  @Override
  protected void repair() {
    losing = false;
    faults.stop();
  }

  @Override
  protected List<Key> keys() {
    return on.keys();
  }
}
