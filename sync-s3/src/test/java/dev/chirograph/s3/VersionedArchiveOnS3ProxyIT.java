package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.ArchiveRule;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VersionedArchiveOnS3ProxyIT extends ArchiveOnS3 {
  VersionedArchiveOnS3ProxyIT() {
    super(S3On.S3PROXY, true, "");
  }

  @Test
  void aStoreThatLeavesAnObjectInItsClassHasNotArchivedIt() {
    Version pin = put("one", Map.of()).version();
    assertThat(why(archive(LATEST, pin, new ArchiveRule.StorageClass("STANDARD_IA"))))
        .isEqualTo(Kind.UNSUPPORTED);
  }
}
