package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Evidence;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** What copies state again of encryption, object lock and checksums, which the store drops. */
class KeptByCopiesTest {

  private static final Key FROM = Key.utf8("from");
  private static final Key TO = Key.utf8("to");
  private static final Instant UNTIL = Instant.parse("2030-01-01T00:00:00Z");
  private static final String BEFORE = "Mon, 31 Dec 2029 00:00:00 GMT";
  private static final String AFTER = "Wed, 2 Jan 2030 00:00:00 GMT";

  private final HeadObjectResponse.Builder head =
      HeadObjectResponse.builder().eTag("\"e\"").contentLength(2L).metadata(Map.of());
  private String date = BEFORE;
  private final List<HeadObjectRequest> heads = new ArrayList<>();
  private final List<CopyObjectRequest> copies = new ArrayList<>();
  private final List<CreateMultipartUploadRequest> uploads = new ArrayList<>();
  private final List<CompleteMultipartUploadRequest> completions = new ArrayList<>();

  /** Answers what a test has prepared. */
  private final S3Client client =
      new S3Client() {
        @Override
        public HeadObjectResponse headObject(HeadObjectRequest request) {
          heads.add(request);
          return (HeadObjectResponse)
              head.sdkHttpResponse(
                      SdkHttpResponse.builder().statusCode(200).putHeader("Date", date).build())
                  .build();
        }

        @Override
        public CopyObjectResponse copyObject(CopyObjectRequest request) {
          copies.add(request);
          return CopyObjectResponse.builder().copyObjectResult(result -> result.eTag("f")).build();
        }

        @Override
        public CreateMultipartUploadResponse createMultipartUpload(
            CreateMultipartUploadRequest request) {
          uploads.add(request);
          return CreateMultipartUploadResponse.builder().uploadId("u").build();
        }

        @Override
        public ListPartsResponse listParts(ListPartsRequest request) {
          return ListPartsResponse.builder()
              .parts(Part.builder().partNumber(1).eTag("p").checksumSHA256("sum").build())
              .build();
        }

        @Override
        public CompleteMultipartUploadResponse completeMultipartUpload(
            CompleteMultipartUploadRequest request) {
          completions.add(request);
          return CompleteMultipartUploadResponse.builder().eTag("f-1").build();
        }

        @Override
        public String serviceName() {
          return "s3";
        }

        @Override
        public void close() {}
      };

  private S3Blobs.Builder builder() {
    return S3Blobs.builder(client, "bucket").guards(S3Guards.none()).withoutTags();
  }

  private static Observation.Present<ObjectVersion> seen(S3Blobs blobs) {
    return (Observation.Present<ObjectVersion>) blobs.head(BlobRef.latest(FROM));
  }

  private static SupportsCopy.Step step(S3Blobs blobs, Optional<String> resume) {
    Observation.Present<ObjectVersion> seen = seen(blobs);
    return blobs.copy(
        blobs, BlobRef.latest(FROM), seen.version(), seen.value(), TO, Expect.anything(), resume);
  }

  private CopyObjectRequest whole() {
    copies.clear();
    step(builder().build(), Optional.empty());
    return copies.get(0);
  }

  private CreateMultipartUploadRequest inParts() {
    uploads.clear();
    step(builder().copyLimit(1).build(), Optional.empty());
    return uploads.get(0);
  }

  @Test
  void aKeyOfKmsIsKept() {
    head.serverSideEncryption(ServerSideEncryption.AWS_KMS)
        .ssekmsKeyId("key")
        .bucketKeyEnabled(true);
    assertThat(whole().serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
    assertThat(whole().ssekmsKeyId()).isEqualTo("key");
    assertThat(whole().bucketKeyEnabled()).isTrue();
    assertThat(inParts().serverSideEncryption()).isEqualTo(ServerSideEncryption.AWS_KMS);
    assertThat(inParts().ssekmsKeyId()).isEqualTo("key");
    assertThat(inParts().bucketKeyEnabled()).isTrue();
  }

  @Test
  void theStoresOwnKeysGiveWayToTheRuleOfTheDestination() {
    head.serverSideEncryption(ServerSideEncryption.AES256);
    assertThat(whole().serverSideEncryption()).isNull();
    assertThat(inParts().serverSideEncryption()).isNull();
  }

  @Test
  void aRetentionAndALegalHoldAreKept() {
    head.objectLockMode(ObjectLockMode.COMPLIANCE)
        .objectLockRetainUntilDate(UNTIL)
        .objectLockLegalHoldStatus(ObjectLockLegalHoldStatus.ON);
    assertThat(whole().objectLockMode()).isEqualTo(ObjectLockMode.COMPLIANCE);
    assertThat(whole().objectLockRetainUntilDate()).isEqualTo(UNTIL);
    assertThat(whole().objectLockLegalHoldStatus()).isEqualTo(ObjectLockLegalHoldStatus.ON);
    assertThat(inParts().objectLockMode()).isEqualTo(ObjectLockMode.COMPLIANCE);
    assertThat(inParts().objectLockRetainUntilDate()).isEqualTo(UNTIL);
    assertThat(inParts().objectLockLegalHoldStatus()).isEqualTo(ObjectLockLegalHoldStatus.ON);
  }

  @Test
  void aRetentionThatHasRunOutIsNotStated() {
    head.objectLockMode(ObjectLockMode.COMPLIANCE)
        .objectLockRetainUntilDate(UNTIL)
        .objectLockLegalHoldStatus(ObjectLockLegalHoldStatus.OFF);
    date = AFTER;
    assertThat(whole().objectLockMode()).isNull();
    assertThat(whole().objectLockLegalHoldStatus()).isNull();
    assertThat(inParts().objectLockRetainUntilDate()).isNull();
    date = "now";
    assertThat(whole().objectLockMode()).isEqualTo(ObjectLockMode.COMPLIANCE);
  }

  @Test
  void aCopyInPartsIsSummedUpAsItsSource() {
    assertThat(inParts().checksumAlgorithm()).isNull();
    head.checksumSHA256("sum-2").checksumType(ChecksumType.COMPOSITE);
    assertThat(inParts().checksumAlgorithm()).isEqualTo(ChecksumAlgorithm.SHA256);
    assertThat(inParts().checksumType()).isNull();
    head.checksumSHA256(null).checksumCRC32("sum-2");
    assertThat(inParts().checksumAlgorithm()).isEqualTo(ChecksumAlgorithm.CRC32);
    assertThat(inParts().checksumType()).isNull();
    head.checksumCRC32("sum").checksumType(ChecksumType.FULL_OBJECT);
    assertThat(inParts().checksumType()).isEqualTo(ChecksumType.FULL_OBJECT);
    head.checksumCRC32(null).checksumCRC64NVME("sum");
    assertThat(inParts().checksumAlgorithm()).isEqualTo(ChecksumAlgorithm.CRC64_NVME);
    assertThat(inParts().checksumType()).isEqualTo(ChecksumType.FULL_OBJECT);
  }

  @Test
  void whoCompletesACopyRepeatsTheChecksumsOfItsParts() {
    step(
        builder().copyLimit(1).copyPartBytes(2).build(),
        Optional.of(new CopyToken("u", 2, 1).toString()));
    assertThat(completions).hasSize(1);
    assertThat(completions.get(0).multipartUpload().parts().get(0).checksumSHA256())
        .isEqualTo("sum");
  }

  @Test
  void checksumsOfWholeContentsAreEvidenceAndThoseOfPartsAreNot() {
    head.checksumSHA256("whole").checksumCRC32("parts-2").checksumCRC32C("parts");
    S3Blobs blobs = builder().checksums().build();
    head.checksumType(ChecksumType.FULL_OBJECT);
    assertThat(seen(blobs).value().checksums())
        .isEqualTo(Map.of("SHA256", "whole", "CRC32C", "parts"));
    assertThat(seen(blobs).evidence().checksums()).isEqualTo(seen(blobs).value().checksums());
    head.checksumType(ChecksumType.COMPOSITE);
    assertThat(seen(blobs).value().checksums()).isEmpty();
    head.checksumCRC64NVME("always");
    assertThat(seen(blobs).value().checksums()).isEqualTo(Map.of("CRC64NVME", "always"));
  }

  @Test
  void whoDoesNotAskForChecksumsSendsNothingMore() {
    seen(builder().build());
    assertThat(heads.get(0).checksumMode()).isNull();
    S3Blobs asking = builder().checksums().build();
    seen(asking);
    assertThat(heads).hasSize(2);
    assertThat(heads.get(1).checksumMode()).isEqualTo(ChecksumMode.ENABLED);
    assertThat(asking.capabilities().evidence()).contains(Evidence.Fact.CHECKSUM);
    assertThat(builder().build().capabilities().evidence()).doesNotContain(Evidence.Fact.CHECKSUM);
  }
}
