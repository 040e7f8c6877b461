package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;

class SuspendedRelocateOnS3ProxyIT extends RelocateOnS3 {
  SuspendedRelocateOnS3ProxyIT() {
    super(S3On.S3PROXY, Versions.SUSPENDED, "");
  }
}
