package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;

class RelocateOnS3ProxyIT extends RelocateOnS3 {
  RelocateOnS3ProxyIT() {
    super(S3On.S3PROXY, Versions.NONE, "");
  }
}
