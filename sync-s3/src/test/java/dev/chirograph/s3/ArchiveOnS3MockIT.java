package dev.chirograph.s3;

class ArchiveOnS3MockIT extends ArchiveOnS3 {
  ArchiveOnS3MockIT() {
    super(S3On.S3MOCK, false, "STANDARD_IA");
  }
}
