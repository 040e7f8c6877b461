package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Guard;
import dev.chirograph.spi.StoreCapabilities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

class S3GuardsTest {

  private final StubS3 stub = new StubS3();
  private final S3Client client = stub.client();

  @AfterEach
  void close() {
    client.close();
    stub.close();
  }

  private static S3Guards all() {
    S3Guards.Builder all = new S3Guards.Builder();
    all.putIfAbsent = true;
    all.putIfMatch = true;
    all.deleteIfMatch = true;
    all.copyIfAbsent = true;
    all.copyIfMatch = true;
    all.completeIfAbsent = true;
    all.completeIfMatch = true;
    return all.build();
  }

  private S3Blobs.Builder blobs() {
    return S3Blobs.builder(client, StubS3.BUCKET).guards(all());
  }

  private S3Bucket.Builder view() {
    return S3Bucket.builder(client, StubS3.BUCKET).guards(all());
  }

  private static void assertGuards(StoreCapabilities able, Guard puts, Guard deletes) {
    assertThat(able.puts()).isEqualTo(puts);
    assertThat(able.deletes()).isEqualTo(deletes);
  }

  @Test
  void L5_conditionsThatHoldInRacesAreAtomic() {
    assertGuards(blobs().build().capabilities(), Guard.ATOMIC, Guard.ATOMIC);
    assertGuards(view().build().capabilities(), Guard.CHECKED, Guard.ATOMIC);
  }

  @Test
  void L5_conditionsThatLetRacingWritersPassAreChecked() {
    assertGuards(blobs().racyConditions().build().capabilities(), Guard.CHECKED, Guard.NONE);
    assertGuards(view().racyConditions().build().capabilities(), Guard.CHECKED, Guard.NONE);
    assertGuards(
        blobs().racyConditions().allowCheckedDeletes().build().capabilities(),
        Guard.CHECKED,
        Guard.CHECKED);
  }

  @Test
  void racyGuardsRememberWhatIsHonoured() {
    S3Guards racy = all().racy();
    assertThat(racy.atomic()).isFalse();
    assertThat(racy.toString().replace("atomic=false", "atomic=true")).isEqualTo(all().toString());
  }
}
