package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;

class VersionedRelocateOnS3ProxyIT extends RelocateOnS3 {
  VersionedRelocateOnS3ProxyIT() {
    super(S3On.S3PROXY, Versions.ON, "");
  }
}
