package dev.chirograph.s3;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.chirograph.servers.CephServer#isAvailable")
class ReconcileOnCephIT extends ReconcileOnS3 {
  ReconcileOnCephIT() {
    super(S3On.CEPH);
  }
}
