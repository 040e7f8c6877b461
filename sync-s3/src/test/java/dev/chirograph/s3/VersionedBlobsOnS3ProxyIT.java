package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // it keeps versions
class VersionedBlobsOnS3ProxyIT extends BlobsConformance {
  VersionedBlobsOnS3ProxyIT() {
    super(S3On.S3PROXY, true);
  }
}
