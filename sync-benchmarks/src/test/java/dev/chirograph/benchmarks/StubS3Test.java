package dev.chirograph.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.s3.S3Bucket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** The stub answers as a bucket would, and counts what it was asked. */
class StubS3Test {

  private static final int OBJECTS = 2_600;

  private final StubObjects objects = new StubObjects(OBJECTS, 0);
  private StubS3 stub;
  private S3Client client;
  private S3Bucket bucket;

  @BeforeEach
  void start() throws IOException {
    stub = StubS3.start();
    stub.put("photos", objects);
    client = stub.clientBuilder().build();
    bucket = S3Bucket.of(client, "photos");
  }

  @AfterEach
  void stop() {
    client.close();
    stub.close();
  }

  @Test
  void listsEverythingInPagesOfAThousand() {
    List<String> keys = keys(KeyRange.all());

    assertThat(keys).hasSize(OBJECTS).isSorted().doesNotHaveDuplicates();
    assertThat(keys).element(OBJECTS - 1).isEqualTo(objects.key(OBJECTS - 1));
    assertThat(stub.counts()).containsEntry(StubS3.Kind.LIST, 3L);
  }

  @Test
  void listsARangeWithinAPrefix() {
    KeyRange range = KeyRange.of(Key.utf8(objects.key(1_100)), Key.utf8(objects.key(2_550)));

    assertThat(keys(range))
        .hasSize(1_450)
        .startsWith(objects.key(1_100))
        .endsWith(objects.key(2_549));
  }

  @Test
  void changesTheContentOfSomeObjectsOnly() {
    StubObjects changed = new StubObjects(OBJECTS, 100);
    long different = 0;
    for (int i = 0; i < OBJECTS; i++) {
      different += changed.etag(i).equals(objects.etag(i)) ? 0 : 1;
    }

    assertThat(different).isEqualTo(OBJECTS / 100);
  }

  @Test
  void tellsTheAttributesOfAnObject() {
    Observation<ObjectState> seen = bucket.observe(List.of(Key.utf8(objects.key(7)))).get(0);

    ObjectState state = seen.content().orElseThrow();
    assertThat(state.latest().etag()).isEqualTo(objects.etag(7));
    assertThat(state.latest().size()).isEqualTo(objects.size(7));
    assertThat(state.latest().lastModified()).isEqualTo(objects.lastModified(7));
    assertThat(state.latest().tags()).isEqualTo(Part.known(Map.of("team", "photos")));
    assertThat(stub.counts())
        .containsEntry(StubS3.Kind.HEAD, 1L)
        .containsEntry(StubS3.Kind.TAGS, 1L);
  }

  @Test
  void doesNotKnowAnObjectBeyondTheLast() {
    Key key = Key.utf8(objects.key(OBJECTS));

    assertThat(bucket.observe(List.of(key))).containsExactly(Observation.absent());
  }

  private List<String> keys(KeyRange range) {
    List<String> keys = new ArrayList<>();
    try (Listing listing = bucket.list(range)) {
      listing.forEachRemaining(entry -> keys.add(entry.key().text()));
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    return keys;
  }
}
