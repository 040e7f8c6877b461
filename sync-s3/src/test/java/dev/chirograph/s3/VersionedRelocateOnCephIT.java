package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class VersionedRelocateOnCephIT extends RelocateOnS3 {
  VersionedRelocateOnCephIT() {
    super(S3On.CEPH, Versions.ON, "");
  }
}
