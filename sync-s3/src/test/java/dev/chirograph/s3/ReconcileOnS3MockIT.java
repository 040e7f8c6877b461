package dev.chirograph.s3;

class ReconcileOnS3MockIT extends ReconcileOnS3 {
  ReconcileOnS3MockIT() {
    super(S3On.S3MOCK);
  }
}
