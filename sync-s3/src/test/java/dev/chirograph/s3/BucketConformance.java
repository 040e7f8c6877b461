package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.spi.Source;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.FaultyHttpClient;
import dev.chirograph.testkit.SourceConformance;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** The guarantees of a source for a bucket on one server, in one of its two views. */
abstract class BucketConformance extends SourceConformance<ObjectState> {

  private final S3On on;
  private final boolean versions;
  private final Faults faults = Faults.none();
  private String bucket = "";
  private S3Client client;

  BucketConformance(S3On on, boolean versions) {
    this.on = on;
    this.versions = versions;
  }

  @Override
  protected Source<ObjectState> open() {
    bucket = versions ? on.versionedBucket() : on.bucket();
    client = on.client(FaultyHttpClient.of(Apache5HttpClient.create(), faults));
    S3Bucket.Builder builder = on.bucketBuilder(client, bucket).pageSize(20).maxBatch(50);
    return versions ? builder.versions().build() : builder.build();
  }

  @Override
  protected void close() {
    if (client != null) {
      client.close();
    }
  }

  @Override
  protected void put(Key key, int content) {
    client.putObject(
        request -> request.bucket(bucket).key(key.text()),
        RequestBody.fromString("content " + content));
  }

  @Override
  protected void remove(Key key) {
    if (!versions) {
      client.deleteObject(request -> request.bucket(bucket).key(key.text()));
      return;
    }
    client
        .listObjectVersions(request -> request.bucket(bucket).prefix(key.text()))
        .versions()
        .stream()
        .filter(version -> version.key().equals(key.text()))
        .forEach(
            version ->
                client.deleteObject(
                    request ->
                        request.bucket(bucket).key(key.text()).versionId(version.versionId())));
  }

  @Override
  protected void breakStore() {
    faults.always(Fault.SERVER_ERROR);
  }

  @Override
  protected void repair() {
    faults.stop();
  }

  @Override
  protected int manyItems() {
    return 110;
  }

  @Override
  protected List<Key> keys() {
    return on.keys();
  }
}
