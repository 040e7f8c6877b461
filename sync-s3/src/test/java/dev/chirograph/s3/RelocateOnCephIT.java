package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class RelocateOnCephIT extends RelocateOnS3 {
  RelocateOnCephIT() {
    super(S3On.CEPH, Versions.NONE, "");
  }
}
