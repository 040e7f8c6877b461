package dev.chirograph.s3;

class ArchiveOnCephIT extends ArchiveOnS3 {
  ArchiveOnCephIT() {
    super(S3On.CEPH, false, "");
  }
}
