package dev.chirograph.s3;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(
    7) // it keeps no versions, lets racing writers pass, and copies content types as they were
class BlobsOnS3MockIT extends BlobsConformance {
  BlobsOnS3MockIT() {
    super(S3On.S3MOCK, false);
  }

  /** It keeps tags of a put as they are encoded in the header. */
  @Override
  protected boolean tagged() {
    return false;
  }

  /** It keeps the content type of the source, whatever a copy states. */
  @Override
  protected boolean copiesReplaceAttributes() {
    return false;
  }
}
