package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What becomes of buckets that are there, are not, or are somebody else's. */
class S3BucketsTest {

  private final List<HeadBucketRequest> heads = new CopyOnWriteArrayList<>();
  private final List<CreateBucketRequest> created = new CopyOnWriteArrayList<>();
  private Optional<RuntimeException> head = Optional.empty();
  private Optional<RuntimeException> create = Optional.empty();

  /** Answers what a test has prepared. */
  private final S3Client client =
      new S3Client() {
        @Override
        public HeadBucketResponse headBucket(HeadBucketRequest request) {
          heads.add(request);
          head.ifPresent(
              error -> {
                throw error;
              });
          return HeadBucketResponse.builder().build();
        }

        @Override
        public CreateBucketResponse createBucket(CreateBucketRequest request) {
          created.add(request);
          create.ifPresent(
              error -> {
                throw error;
              });
          return CreateBucketResponse.builder().build();
        }

        @Override
        public String serviceName() {
          return "s3";
        }

        @Override
        public void close() {}
      };

  private static S3Exception answer(int status, String code) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode(code)
                    .sdkHttpResponse(
                        SdkHttpResponse.builder()
                            .statusCode(status)
                            .putHeader("x-amz-bucket-region", "eu-west-1")
                            .build())
                    .build())
            .build();
  }

  private static SyncException refused(Runnable call) {
    SyncException[] found = new SyncException[1];
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(SyncException.class, error -> found[0] = error);
    return found[0];
  }

  @Test
  void aBucketThatIsThereIsNotCreated() {
    assertThat(S3Buckets.of(client).create("photos")).isFalse();
    assertThat(created).isEmpty();
  }

  @Test
  void aBucketThatIsNotThereIsCreatedAsTheHostWants() {
    head = Optional.of(answer(404, "NoSuchBucket"));
    S3Buckets buckets =
        S3Buckets.builder(client)
            .creation(request -> request.objectLockEnabledForBucket(true).bucket("other"))
            .build();
    assertThat(buckets.create("photos")).isTrue();
    assertThat(created)
        .containsExactly(
            CreateBucketRequest.builder()
                .bucket("photos")
                .objectLockEnabledForBucket(true)
                .build());
  }

  @Test
  void aBucketThatAnotherOfUsCreatesMeanwhileIsOurs() {
    head = Optional.of(answer(404, "NoSuchBucket"));
    create = Optional.of(BucketAlreadyOwnedByYouException.builder().statusCode(409).build());
    assertThat(S3Buckets.of(client).create("photos")).isFalse();
    create = Optional.of(answer(409, "BucketAlreadyOwnedByYou"));
    assertThat(S3Buckets.of(client).create("photos")).isFalse();
  }

  @Test
  void aNameThatSomebodyElseHasIsRefused() {
    head = Optional.of(answer(404, "NoSuchBucket"));
    create = Optional.of(BucketAlreadyExistsException.builder().statusCode(409).build());
    SyncException refused = refused(() -> S3Buckets.of(client).create("photos"));
    assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED);
    assertThat(refused.mayRetry()).isFalse();
    assertThat(refused).hasMessageContaining("photos").hasMessageContaining("choose another");
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, PERMISSION_DENIED",
    "301, PermanentRedirect, UNSUPPORTED",
    "503, SlowDown, RATE_LIMITED"
  })
  void L1_aBucketThatCannotBeLookedAtIsNeitherOpenedNorCreated(int status, String code, Kind kind) {
    head = Optional.of(answer(status, code));
    S3Buckets buckets = S3Buckets.of(client);
    assertThat(refused(() -> buckets.create("photos")).kind()).isEqualTo(kind);
    assertThat(refused(() -> buckets.open("photos")).kind()).isEqualTo(kind);
    assertThat(created).isEmpty();
  }

  @Test
  void theRegionOfABucketElsewhereIsNamed() {
    head = Optional.of(answer(301, "PermanentRedirect"));
    assertThat(refused(() -> S3Buckets.of(client).open("photos")))
        .hasMessageContaining("eu-west-1");
  }

  @Test
  void aRefusalToCreateIsToldAsItIs() {
    head = Optional.of(answer(404, "NoSuchBucket"));
    create = Optional.of(answer(403, "AccessDenied"));
    assertThat(refused(() -> S3Buckets.of(client).create("photos")).kind())
        .isEqualTo(Kind.PERMISSION_DENIED);
    create = Optional.of(answer(409, "OperationAborted"));
    assertThat(refused(() -> S3Buckets.of(client).create("photos")).mayRetry()).isTrue();
  }

  @Test
  void theOwnerIsAskedForWhereverABucketIsLookedAt() {
    S3Buckets buckets =
        S3Buckets.builder(client)
            .expectedOwner("123456789012")
            .configure((bucket, builder) -> builder.guards(S3Guards.none()))
            .build();
    buckets.create("photos");
    buckets.open("photos");
    assertThat(heads)
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.expectedBucketOwner()).isEqualTo("123456789012"));
  }

  @Test
  void whatIsNotThereIsNotFoundUntilItIs() {
    head = Optional.of(answer(404, "NoSuchBucket"));
    S3Buckets buckets =
        S3Buckets.builder(client)
            .configure((bucket, builder) -> builder.guards(S3Guards.none()))
            .build();
    assertThat(refused(() -> buckets.open("photos")).kind()).isEqualTo(Kind.NOT_FOUND);
    head = Optional.empty();
    assertThat(buckets.open("photos").name()).isEqualTo("photos");
  }

  @Test
  void aBucketIsOpenedOnceHoweverManyAskForIt() throws Exception {
    AtomicInteger openings = new AtomicInteger();
    S3Buckets buckets =
        S3Buckets.builder(client)
            .configure(
                (bucket, builder) -> {
                  openings.incrementAndGet();
                  builder.guards(S3Guards.none());
                })
            .build();
    int threads = 4;
    CyclicBarrier together = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<S3Blobs>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            executor.submit(
                () -> {
                  together.await();
                  return buckets.open("photos");
                }));
      }
      for (Future<S3Blobs> one : all) {
        assertThat(one.get()).isSameAs(buckets.open("photos"));
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(openings).hasValue(1);
    assertThat(heads).hasSize(1);
  }
}
