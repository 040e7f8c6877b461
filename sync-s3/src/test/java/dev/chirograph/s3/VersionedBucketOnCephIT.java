package dev.chirograph.s3;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class VersionedBucketOnCephIT extends BucketConformance {
  VersionedBucketOnCephIT() {
    super(S3On.CEPH, true);
  }
}
