package dev.chirograph.s3;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class BucketOnCephIT extends BucketConformance {
  BucketOnCephIT() {
    super(S3On.CEPH, false);
  }
}
