package dev.chirograph.examples.relocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.examples.relocation.HandleRows.FileRow;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.relocate.Location;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The check that ends the example sees every kind of fault. */
class HandleCheckIT {

  private final Ledger ledger = new Ledger();

  @Test
  void everyKindOfFaultIsSeen() {
    try (S3Client s3 = Shared.s3Proxy().clientBuilder().build()) {
      s3.createBucket(request -> request.bucket("check"));
      put(s3, "right");
      put(s3, "spoilt");
      s3.putObject(r -> r.bucket("check").key("spoilt"), RequestBody.fromString("SPOILT"));
      ledger.holds("gone", "p", "whatever");
      ledger.holds("lost", "p", "whatever");
      put(s3, "alone");

      List<String> faults =
          HandleCheck.faults(
              ledger,
              List.of(
                  row("right", null),
                  row("spoilt", null),
                  row("gone", null),
                  row("deleted", null),
                  row("alone", "no such preview")),
              Map.of("p", "check"),
              s3);

      assertThat(faults)
          .hasSize(5)
          .anyMatch(fault -> fault.startsWith("spoilt at check/spoilt holds something else"))
          .anyMatch(fault -> fault.startsWith("gone at check/gone cannot be read"))
          .contains("lost is lost", "deleted was deleted and is there")
          .contains("alone is at check/alone without its preview");
      assertThat(
              HandleCheck.faults(
                  onlyRight(), List.of(row("right", null)), Map.of("p", "elsewhere"), s3))
          .containsExactly("right is at check/right, and not in elsewhere");
    }
  }

  private Ledger onlyRight() {
    Ledger one = new Ledger();
    one.holds("right", "p", ledger.of("right").content());
    return one;
  }

  private void put(S3Client s3, String id) {
    s3.putObject(r -> r.bucket("check").key(id), RequestBody.fromString(id));
    ledger.holds(id, "p", Ledger.hash("SHA-256", id.getBytes(UTF_8)));
  }

  private static FileRow row(String id, @Nullable String preview) {
    byte[] content = id.getBytes(UTF_8);
    return new FileRow(
        id,
        "etag",
        "p",
        preview,
        Location.latest("check", Key.utf8(id)),
        content.length,
        Ledger.hash("MD5", content));
  }
}
