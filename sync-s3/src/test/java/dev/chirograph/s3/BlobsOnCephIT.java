package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;
import org.junit.jupiter.api.condition.EnabledIf;

@ExpectedSkips(6) // it keeps no versions, and completes uploads whatever is there
@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class BlobsOnCephIT extends BlobsConformance {
  BlobsOnCephIT() {
    super(S3On.CEPH, false);
  }
}
