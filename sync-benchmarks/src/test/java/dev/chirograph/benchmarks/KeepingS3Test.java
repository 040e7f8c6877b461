package dev.chirograph.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.s3.S3Blobs;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.BlobStore.Content;
import dev.chirograph.spi.SupportsCopy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The server keeps objects as a bucket would, without the bytes of the large ones. */
class KeepingS3Test {

  private static final long LARGE = (40L << 20) + 13;
  private static final Key FILE = Key.utf8("folder/file + 1.bin");

  private KeepingS3 server;
  private S3Client client;
  private S3Blobs from;
  private S3Blobs to;

  @BeforeEach
  void start() throws IOException {
    server = KeepingS3.start();
    server.create("from");
    server.create("to");
    client = server.clientBuilder().build();
    from = S3Blobs.of(client, "from");
    to = S3Blobs.of(client, "to");
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void honoursEveryCondition() {
    assertThat(from.capabilities().puts()).isEqualTo(Guard.ATOMIC);
    assertThat(from.guards().copyIfAbsent()).isTrue();
    assertThat(from.guards().deleteIfMatch()).isTrue();
    assertThat(server.size("from")).isZero();
  }

  @Test
  void givesBackWhatASequenceHolds() throws IOException {
    server.put("from", FILE.toString(), StubObject.generated(3, LARGE));
    byte[] all = read(from, 0);

    assertThat(all).hasSize((int) LARGE);
    assertThat(read(from, LARGE - 70_001)).isEqualTo(tail(all, 70_001));
  }

  @Test
  void keepsALargeContentThatArrivesInParts() throws IOException {
    server.put("from", FILE.toString(), StubObject.generated(3, 40L << 20));

    Outcome outcome = upload(() -> from.open(BlobRef.latest(FILE), 0, Expect.anything()));

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(read(to, 0)).isEqualTo(read(from, 0));
  }

  @Test
  void refusesALargeContentThatIsNotOfTheSequence() throws IOException {
    byte[] bytes = read(StubObject.generated(5, 40L << 20));
    bytes[bytes.length - 1]++;

    assertThat(upload(() -> new ByteArrayInputStream(bytes))).isInstanceOf(Outcome.Rejected.class);
    assertThat(server.size("to")).isZero();
  }

  private Outcome upload(Content content) {
    ObjectVersion attributes = ObjectVersion.builder().size(40L << 20).build();
    return to.put(FILE, attributes, content, Expect.absent());
  }

  @Test
  void copiesUnderConditionsAndKeepsHeaders() {
    server.put("from", FILE.toString(), StubObject.generated(3, 70_000));
    Observation.Present<ObjectVersion> source = seen(from);
    ObjectVersion attributes =
        source.value().toBuilder().metadata(Part.known(Map.of("who", "me"))).build();

    long before = server.counts().getOrDefault(KeepingS3.Kind.COPY, 0L);

    assertThat(copy(source, attributes)).isInstanceOf(Outcome.Applied.class);
    assertThat(copy(source, attributes)).isInstanceOf(Outcome.Conflict.class);
    assertThat(server.counts()).containsEntry(KeepingS3.Kind.COPY, before + 2);
    ObjectVersion copied = seen(to).value();
    assertThat(copied.etag()).isEqualTo(source.value().etag());
    assertThat(copied.contentType()).isEqualTo(Part.known("image/jpeg"));
    assertThat(copied.metadata()).isEqualTo(Part.known(Map.of("who", "me")));
  }

  private Outcome copy(Observation.Present<ObjectVersion> source, ObjectVersion attributes) {
    SupportsCopy.Step made =
        to.copy(
            from,
            BlobRef.latest(FILE),
            source.version(),
            attributes,
            FILE,
            Expect.absent(),
            Optional.empty());
    return ((SupportsCopy.Finished) made).outcome();
  }

  @Test
  void listsInPages() {
    for (int i = 0; i < 2_100; i++) {
      server.put("from", "a/%05d".formatted(i), StubObject.generated(i, 10));
    }
    server.put("from", "b/1", StubObject.generated(1, 10));
    List<Key> keys = new ArrayList<>();
    try (Listing listing = S3Bucket.of(client, "from").list(KeyRange.prefix(Key.utf8("a/")))) {
      listing.forEachRemaining(entry -> keys.add(entry.key()));
    }

    assertThat(keys).hasSize(2_100).isSorted();
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> client.getBucketAcl(request -> request.bucket("from")))
        .isInstanceOf(S3Exception.class);
    assertThatThrownBy(
            () ->
                client.putObject(
                    request -> request.bucket("nowhere").key("k"), RequestBody.fromString("x")))
        .isInstanceOf(S3Exception.class);
  }

  private static Observation.Present<ObjectVersion> seen(S3Blobs blobs) {
    return (Observation.Present<ObjectVersion>) blobs.head(BlobRef.latest(FILE));
  }

  private static byte[] read(S3Blobs blobs, long from) throws IOException {
    try (InputStream in = blobs.open(BlobRef.latest(FILE), from, Expect.anything())) {
      return in.readAllBytes();
    }
  }

  private static byte[] read(StubObject object) throws IOException {
    try (InputStream in = object.content().open(0)) {
      return in.readAllBytes();
    }
  }

  private static byte[] tail(byte[] all, int length) {
    return Arrays.copyOfRange(all, all.length - length, all.length);
  }
}
