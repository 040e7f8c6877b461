package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(4) // it has no order, so nothing goes on or is split
class VersionedBucketOnS3ProxyIT extends BucketConformance {
  VersionedBucketOnS3ProxyIT() {
    super(S3On.S3PROXY, true);
  }
}
