package dev.chirograph.s3;

import static dev.chirograph.s3.StubS3.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.s3.StubS3.Bent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Listing a bucket that answers as a test wants. */
class BucketListingTest extends BucketOnStub {

  private void fill(int objects) {
    for (int i = 0; i < objects; i++) {
      stub.put("k%05d".formatted(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,1", "1000,1", "1001,2", "2500,3"})
  void aListingTakesOneRequestForAThousandKeys(int objects, int requests) {
    fill(objects);
    Read read = read(plain(), KeyRange.all());
    assertThat(read.entries()).hasSize(objects);
    assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(stub.requests).hasSize(requests).containsOnly("LIST");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void SRC_9_pagesAreFetchedAheadAndNotTooMany(int ahead) {
    fill(2_000);
    List<Runnable> held = new ArrayList<>();
    S3Bucket bucket = builder().pageSize(100).prefetch(ahead).executor(held::add).build();
    try (Listing listing = bucket.list(KeyRange.all())) {
      listing.next();
      while (!held.isEmpty()) {
        held.remove(0).run();
      }
      assertThat(stub.requests).hasSize(1 + ahead);
      assertThat(listing).toIterable().hasSize(1_999);
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    assertThat(stub.requests).hasSize(20);
  }

  @Test
  void anExecutorThatRefusesOrNeverRunsOnlySlowsDown() {
    fill(500);
    Executor never = task -> {};
    Executor refuses =
        task -> {
          throw new RejectedExecutionException();
        };
    for (Executor executor : List.of(never, refuses, (Executor) Runnable::run)) {
      Read read = read(builder().pageSize(100).executor(executor).build(), KeyRange.all());
      assertThat(read.entries()).hasSize(500);
      assertThat(read.end()).isEqualTo(Listing.End.COMPLETE);
    }
  }

  @Test
  void fetchingAheadOnThreadsGivesTheSame() {
    fill(2_000);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Read ahead =
          read(builder().pageSize(50).prefetch(3).executor(threads).build(), KeyRange.all());
      assertThat(ahead).isEqualTo(read(plain(), KeyRange.all()));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aRangeStartsWhereAnEarlierListingStopped() {
    fill(2_500);
    Read rest = read(plain(), KeyRange.all().after(key("k02499")));
    assertThat(rest.entries()).isEmpty();
    assertThat(rest.end()).isEqualTo(Listing.End.COMPLETE);
    assertThat(read(plain(), KeyRange.all().after(key("k01498"))).keys())
        .hasSize(1_001)
        .startsWith("k01499");
    assertThat(stub.requests).hasSize(3);
  }

  @Test
  void SRC_1_aRangeGivesItsKeysOnly() {
    for (String key :
        List.of("a", "a/b", "a/b/c", "ab", "b", "ü", "\uffff", "😀", "z+ %&<\u0001")) {
      stub.put(key);
    }
    assertThat(read(plain(), KeyRange.all()).keys())
        .containsExactly("a", "a/b", "a/b/c", "ab", "b", "z+ %&<\u0001", "ü", "\uffff", "😀");
    assertThat(read(plain(), KeyRange.prefix(key("a/"))).keys()).containsExactly("a/b", "a/b/c");
    assertThat(read(plain(), KeyRange.only(key("a"))).keys()).containsExactly("a");
    assertThat(read(plain(), KeyRange.of(key("a/b"), key("b"))).keys())
        .containsExactly("a/b", "a/b/c", "ab");
    assertThat(read(plain(), KeyRange.from(key("\uffff"))).keys()).containsExactly("\uffff", "😀");
  }

  @Test
  void onlyEmptyObjectsThatEndInASlashArePlaceholders() {
    stub.put("dir/");
    assertThat(read(plain(), KeyRange.all()).keys()).containsExactly("dir/");
    // The stub's objects have five bytes, so this one stays.
    assertThat(read(builder().skipFolderPlaceholders().build(), KeyRange.all()).keys())
        .containsExactly("dir/");
  }

  @ParameterizedTest
  @CsvSource({
    "403,AccessDenied,REFUSED,PERMISSION_DENIED",
    "404,NoSuchBucket,REFUSED,NOT_FOUND",
    "500,InternalError,CUT,UNAVAILABLE",
    "503,SlowDown,CUT,RATE_LIMITED",
    "-1,'',CUT,UNAVAILABLE"
  })
  void L2_troubleAtTheThirdPageIsNeverComplete(int status, String code, Listing.End end, Kind why) {
    fill(500);
    AtomicInteger request = new AtomicInteger();
    stub.bend(name -> request.incrementAndGet() == 3 ? new Bent(status, code) : null);
    Read read = read(builder().pageSize(100).build(), KeyRange.all());
    assertThat(read.entries()).hasSize(200);
    assertThat(read.end()).isEqualTo(end);
    assertThat(read.why()).contains(why);
  }

  @Test
  void L2_aPageThatDoesNotSayWhereTheNextOneBeginsIsNotTheLast() {
    fill(20);
    S3Client forgetful =
        new DelegatingS3Client(client) {
          @Override
          public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            return super.listObjectsV2(request).toBuilder().nextContinuationToken(null).build();
          }

          @Override
          public ListObjectVersionsResponse listObjectVersions(ListObjectVersionsRequest request) {
            return super.listObjectVersions(request).toBuilder().nextKeyMarker(null).build();
          }
        };
    S3Bucket.Builder small = S3Bucket.builder(forgetful, BUCKET).pageSize(10);
    for (S3Bucket bucket : List.of(small.build(), small.versions().build())) {
      Read read = read(bucket, KeyRange.all());
      assertThat(read.end()).isEqualTo(Listing.End.CUT);
      assertThat(read.why()).contains(Kind.CORRUPT);
    }
  }
}
