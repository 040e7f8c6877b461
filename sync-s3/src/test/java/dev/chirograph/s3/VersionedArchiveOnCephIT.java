package dev.chirograph.s3;

class VersionedArchiveOnCephIT extends ArchiveOnS3 {
  VersionedArchiveOnCephIT() {
    super(S3On.CEPH, true, "");
  }
}
