package dev.chirograph.s3;

import dev.chirograph.s3.RelocateLabOnS3.Versions;

class RelocateOnS3MockIT extends RelocateOnS3 {
  RelocateOnS3MockIT() {
    super(S3On.S3MOCK, Versions.NONE, "STANDARD_IA");
  }
}
