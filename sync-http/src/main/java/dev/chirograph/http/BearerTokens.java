package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows callers by a token in the header {@code Authorization: Bearer …} (RFC 6750).
 *
 * <p>Tokens are random: {@code SecureRandom} with 32 bytes or more, as base64url, say. Only their
 * hashes are kept, so whoever reads those cannot make a request. A token that was overheard can be
 * used: use https.
 *
 * <pre>{@code
 * TableAccess access =
 *     BearerTokens.of(Map.of(BearerTokens.hash(token), TableCaller.of("acme")));
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public final class BearerTokens implements TableAccess {

  private static final String SCHEME = "bearer ";
  private static final int LEAST = 32;
  private static final int MOST = 4_096;

  private final Function<byte[], Optional<TableCaller>> byHash;

  private BearerTokens(Function<byte[], Optional<TableCaller>> byHash) {
    this.byHash = byHash;
  }

  /**
   * These tokens; each request is compared with all of them in a time that tells nothing.
   *
   * @param callers by the {@link #hash} of their token
   * @throws SyncException of kind INVALID_ARGUMENT when one of the keys is no such hash
   */
  public static BearerTokens of(Map<String, TableCaller> callers) {
    Map<String, TableCaller> known = Map.copyOf(callers);
    known.keySet().forEach(BearerTokens::bytes);
    return new BearerTokens(presented -> find(known, presented));
  }

  /**
   * Tokens that are kept elsewhere, such as in a table with the hash as its key: nobody can choose
   * a token by its hash, so the time that a look takes tells nothing that helps.
   *
   * @param callers answers who has the token of a {@link #hash}; called for every request, by
   *     several threads
   */
  public static BearerTokens of(Function<String, Optional<TableCaller>> callers) {
    Objects.requireNonNull(callers, "callers");
    return new BearerTokens(hash -> callers.apply(HexFormat.of().formatHex(hash)));
  }

  /**
   * What is kept of a token: its SHA-256 in lower-case hexadecimal.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the token has fewer than 32 characters, or
   *     others than a header may have
   */
  public static String hash(String token) {
    if (token.length() < LEAST || token.length() > MOST || !isToken(token)) {
      throw SyncException.invalid(
          "a token has 32 to 4,096 letters, digits and '-._~+/', with '=' at its end only");
    }
    return HexFormat.of().formatHex(sha256(token));
  }

  static boolean isToken(String token) {
    return token.matches("[A-Za-z0-9._~+/-]+=*");
  }

  private static byte[] bytes(String hash) {
    if (!hash.matches("[0-9a-f]{64}")) {
      throw SyncException.invalid("a hash of a token has 64 lower-case hexadecimal digits");
    }
    return HexFormat.of().parseHex(hash);
  }

  /** Looks at all of them, whichever it is. */
  private static Optional<TableCaller> find(Map<String, TableCaller> known, byte[] presented) {
    @Nullable TableCaller found = null;
    for (Map.Entry<String, TableCaller> one : known.entrySet()) {
      if (MessageDigest.isEqual(bytes(one.getKey()), presented)) {
        found = one.getValue();
      }
    }
    return Optional.ofNullable(found);
  }

  @Override
  public Optional<TableCaller> caller(HttpCall call) {
    List<String> headers = call.headers().allValues("Authorization");
    if (headers.size() != 1) {
      return Optional.empty(); // of two, a proxy may have checked the other
    }
    String header = headers.get(0);
    boolean bearer =
        header.length() > SCHEME.length()
            && header.substring(0, SCHEME.length()).toLowerCase(Locale.ROOT).equals(SCHEME);
    String token = bearer ? header.substring(SCHEME.length()) : "";
    return token.length() > MOST || !isToken(token)
        ? Optional.empty()
        : byHash.apply(sha256(token));
  }

  static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
