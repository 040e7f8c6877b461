package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.Part;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyStatusResponse;
import software.amazon.awssdk.services.s3.model.GetObjectAclResponse;
import software.amazon.awssdk.services.s3.model.Grant;
import software.amazon.awssdk.services.s3.model.Permission;

/**
 * Whether objects are public, in S3's sense: the bucket's policy is public, or the object's ACL
 * grants reading to everybody or to every account. The policy is asked for once, with the first
 * object.
 */
final class PublicReads {

  private static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
  private static final String ALL_ACCOUNTS =
      "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

  private final S3Client client;
  private final String bucket;
  private @Nullable Part<Boolean> policy;

  PublicReads(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /** Known when either answer says yes or both say no; else why one could not be had. */
  Part<Boolean> of(Key key, @Nullable String versionId) {
    Part<Boolean> byAcl = acl(key, versionId);
    if (byAcl.optional().orElse(false)) {
      return byAcl;
    }
    Part<Boolean> byPolicy = policy();
    return byPolicy.optional().isPresent() && !byPolicy.optional().get() ? byAcl : byPolicy;
  }

  private Part<Boolean> acl(Key key, @Nullable String versionId) {
    try {
      GetObjectAclResponse acl =
          client.getObjectAcl(
              request -> request.bucket(bucket).key(S3Keys.text(key)).versionId(versionId));
      return Part.known(acl.grants().stream().anyMatch(PublicReads::isPublicRead));
    } catch (SdkException e) {
      return Part.unread(S3Errors.of("GetObjectAcl", bucket + "/" + key, e));
    }
  }

  private static boolean isPublicRead(Grant grant) {
    String group = grant.grantee() == null ? null : grant.grantee().uri();
    boolean everybody = ALL_USERS.equals(group) || ALL_ACCOUNTS.equals(group);
    return everybody
        && (grant.permission() == Permission.READ || grant.permission() == Permission.FULL_CONTROL);
  }

  private synchronized Part<Boolean> policy() {
    if (policy == null) {
      policy = readPolicy();
    }
    return policy;
  }

  private Part<Boolean> readPolicy() {
    try {
      GetBucketPolicyStatusResponse status =
          client.getBucketPolicyStatus(request -> request.bucket(bucket));
      return Part.known(
          status.policyStatus() != null && Boolean.TRUE.equals(status.policyStatus().isPublic()));
    } catch (SdkException e) {
      return S3Errors.hasCode(e, "NoSuchBucketPolicy")
          ? Part.known(false)
          : Part.unread(S3Errors.of("GetBucketPolicyStatus", bucket, e));
    }
  }
}
