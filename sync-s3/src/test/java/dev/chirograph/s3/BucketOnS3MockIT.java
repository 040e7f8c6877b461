package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(4) // it has no order, so nothing goes on or is split
class BucketOnS3MockIT extends BucketConformance {
  BucketOnS3MockIT() {
    super(S3On.S3MOCK, false);
  }
}
