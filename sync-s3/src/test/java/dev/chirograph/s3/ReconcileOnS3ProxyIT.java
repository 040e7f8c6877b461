package dev.chirograph.s3;

class ReconcileOnS3ProxyIT extends ReconcileOnS3 {
  ReconcileOnS3ProxyIT() {
    super(S3On.S3PROXY);
  }
}
