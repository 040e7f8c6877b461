package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(2) // it keeps versions, and lets racing writers pass
class VersionedBlobsOnS3ProxyIT extends BlobsConformance {
  VersionedBlobsOnS3ProxyIT() {
    super(S3On.S3PROXY, true);
  }
}
