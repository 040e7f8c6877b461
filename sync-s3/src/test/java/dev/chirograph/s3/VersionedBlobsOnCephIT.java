package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;
import org.junit.jupiter.api.condition.EnabledIf;

@ExpectedSkips(2) // it keeps versions, and then honours no conditions
@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class VersionedBlobsOnCephIT extends BlobsConformance {
  VersionedBlobsOnCephIT() {
    super(S3On.CEPH, true);
  }
}
