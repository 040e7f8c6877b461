package dev.chirograph.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signatures of requests: a fixed profile of HTTP Message Signatures (RFC 9421) with HMAC-SHA-256,
 * over method, path, query, the digest of the body as it is sent (RFC 9530), and the names of both
 * nodes.
 */
final class Signatures {

  static final String CALLER = "Chirograph-Caller";
  static final String TARGET = "Chirograph-Target";
  static final String DIGEST = "Content-Digest";
  static final String INPUT = "Signature-Input";
  static final String SIGNATURE = "Signature";

  private static final String LABEL = "chirograph=";
  private static final String TAG = "chirograph-log-1";
  private static final String ALGORITHM = "hmac-sha256";
  private static final String COVERED =
      "(\"@method\" \"@path\" \"@query\" \"content-digest\""
          + " \"chirograph-caller\" \"chirograph-target\")";

  private static final Set<String> NAMES = Set.of("created", "keyid", "nonce", "alg", "tag");
  private static final Pattern PARAMETER =
      Pattern.compile(";([a-z]{1,16})=(?:([0-9]{1,12})|\"([A-Za-z0-9._~-]{1,64})\")");
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
  private static final Pattern BYTES = Pattern.compile(":[A-Za-z0-9+/]{43}=:");
  private static final String SHA256 = "sha-256=";

  private Signatures() {}

  /**
   * What is said about a signature, and is signed itself.
   *
   * @param created when the request was made, in whole seconds
   * @param keyId which key signs
   * @param nonce used once
   * @param text all of it as it stands in the header
   */
  record Parameters(Instant created, String keyId, String nonce, String text) {

    static Parameters of(Instant created, String keyId, String nonce) {
      String text =
          COVERED
              + ";created="
              + created.getEpochSecond()
              + ";keyid=\""
              + keyId
              + "\";nonce=\""
              + nonce
              + "\";alg=\""
              + ALGORITHM
              + "\";tag=\""
              + TAG
              + "\"";
      return new Parameters(Instant.ofEpochSecond(created.getEpochSecond()), keyId, nonce, text);
    }

    /** The value of the header {@link #INPUT}. */
    String header() {
      return LABEL + text;
    }

    /** Reads a header; empty when it is not of this profile. */
    static Optional<Parameters> read(String header) {
      if (!header.startsWith(LABEL + COVERED)) {
        return Optional.empty();
      }
      String text = header.substring(LABEL.length());
      Map<String, String> values = values(text.substring(COVERED.length()));
      if (!values.keySet().equals(NAMES)
          || !ALGORITHM.equals(values.get("alg"))
          || !TAG.equals(values.get("tag"))) {
        return Optional.empty();
      }
      String nonce = values.getOrDefault("nonce", "");
      if (!NONCE.matcher(nonce).matches()) {
        return Optional.empty();
      }
      Instant created = Instant.ofEpochSecond(Long.parseLong(values.getOrDefault("created", "")));
      return Optional.of(new Parameters(created, values.getOrDefault("keyid", ""), nonce, text));
    }

    /** The parameters, each of which may come once, in any order; none when one is malformed. */
    private static Map<String, String> values(String text) {
      Map<String, String> values = new HashMap<>();
      Matcher parameter = PARAMETER.matcher(text);
      int end = 0;
      while (end < text.length() && parameter.region(end, text.length()).lookingAt()) {
        boolean isNumber = parameter.group(2) != null;
        String value = isNumber ? parameter.group(2) : parameter.group(3);
        // A number and a text may not be taken for each other.
        if (isNumber != parameter.group(1).equals("created")
            || values.put(parameter.group(1), value) != null) {
          return Map.of();
        }
        end = parameter.end();
      }
      return end == text.length() ? values : Map.of();
    }
  }

  /** The bytes that are signed. */
  static byte[] base(
      String method,
      String path,
      String query,
      String digest,
      String caller,
      String target,
      Parameters parameters) {
    String text =
        "\"@method\": "
            + method
            + "\n\"@path\": "
            + path
            + "\n\"@query\": ?"
            + query
            + "\n\"content-digest\": "
            + digest
            + "\n\"chirograph-caller\": "
            + caller
            + "\n\"chirograph-target\": "
            + target
            + "\n\"@signature-params\": "
            + parameters.text();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The value of the header {@link #SIGNATURE}. */
  static String header(byte[] hmac) {
    return LABEL + ':' + Base64.getEncoder().encodeToString(hmac) + ':';
  }

  /** Whether a header has the form of {@link #header}. */
  static boolean isSignature(String header) {
    return header.startsWith(LABEL) && isBytes(header.substring(LABEL.length()));
  }

  /** The value of the header {@link #DIGEST} for a body as it is sent. */
  static String digest(byte[] body) {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(body);
      return SHA256 + ':' + Base64.getEncoder().encodeToString(sha256) + ':';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether a header has the one form in which {@link #digest} is written. */
  static boolean isDigest(String header) {
    return header.startsWith(SHA256) && isBytes(header.substring(SHA256.length()));
  }

  private static boolean isBytes(String sequence) {
    return BYTES.matcher(sequence).matches();
  }
}
