package dev.chirograph.s3;

import static dev.chirograph.s3.StubS3.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket that answers as a test wants, and the questions to it. */
abstract class BucketOnStub {

  final StubS3 stub = new StubS3();
  final S3Client client = stub.client();

  @AfterEach
  void close() {
    client.close();
    stub.close();
  }

  S3Bucket plain() {
    return S3Bucket.of(client, BUCKET);
  }

  S3Bucket.Builder builder() {
    return S3Bucket.builder(client, BUCKET);
  }

  static Key key(String text) {
    return Key.utf8(text);
  }

  record Read(List<Entry> entries, Listing.End end, Optional<Kind> why) {
    List<String> keys() {
      return entries.stream().map(entry -> entry.key().text()).toList();
    }
  }

  static Read read(S3Bucket bucket, KeyRange range) {
    List<Entry> entries = new ArrayList<>();
    try (Listing listing = bucket.list(range)) {
      listing.forEachRemaining(entries::add);
      return new Read(entries, listing.end(), listing.why().map(SyncException::kind));
    }
  }

  static Observation<ObjectState> observe(S3Bucket bucket, String key) {
    return bucket.observe(List.of(key(key))).get(0);
  }

  static Optional<Kind> unknown(Observation<ObjectState> seen) {
    return seen instanceof Observation.Unknown<ObjectState> unknown
        ? Optional.of(unknown.why().kind())
        : Optional.empty();
  }

  static ObjectState present(Observation<ObjectState> seen) {
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return ((Observation.Present<ObjectState>) seen).value();
  }
}
