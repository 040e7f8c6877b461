package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that two nodes share, by which one proves to the other who it is, and its name.
 *
 * <p>Immutable and safe for use by several threads. Never prints the secret.
 */
public final class SigningKey {

  /** The fewest bytes of a secret: as many as HMAC-SHA-256 can make use of. */
  public static final int MIN_BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

  private final String id;
  private final SecretKeySpec secret;

  private SigningKey(String id, SecretKeySpec secret) {
    this.id = id;
    this.secret = secret;
  }

  /**
   * A key.
   *
   * @param id its name, which goes over the wire: 1 to 64 letters, digits and {@code . _ ~ -}
   * @param secret at least {@value #MIN_BYTES} random bytes, which are copied
   * @throws SyncException of kind INVALID_ARGUMENT when either is not so
   */
  public static SigningKey of(String id, byte[] secret) {
    if (!ID.matcher(id).matches()) {
      throw SyncException.invalid(
          "the id of a key has 1 to 64 letters, digits and . _ ~ -, unlike '" + id + "'");
    }
    if (secret.length < MIN_BYTES) {
      throw SyncException.invalid(
          "the secret of key '"
              + id
              + "' has "
              + secret.length
              + " bytes; it needs at least "
              + MIN_BYTES
              + " random ones");
    }
    return new SigningKey(id, new SecretKeySpec(secret, HMAC));
  }

  /** Its name. */
  public String id() {
    return id;
  }

  byte[] hmac(byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(secret);
      return mac.doFinal(bytes);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  @Override
  public String toString() {
    return "SigningKey[" + id + "]";
  }
}
