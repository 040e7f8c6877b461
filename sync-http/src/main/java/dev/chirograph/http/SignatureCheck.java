package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.http.Signatures.Parameters;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Believes in a request that is signed, meant for this node, made just now, and made once; and in
 * its body when that is the one that was signed.
 */
final class SignatureCheck implements CallerCheck {

  /** Believed by nobody. */
  private static final SigningKey NO_KEY = SigningKey.of("none", new byte[SigningKey.MIN_BYTES]);

  private final String node;
  private final LogKeys keys;
  private final Nonces nonces;
  private final Duration skew;
  private final InstantSource clock;
  private final Optional<String> publicBase;

  /**
   * @param skew by how much the time of a request may differ from the clock
   * @param publicBase the path under which callers reach this node, where that is not the one under
   *     which the server does
   */
  SignatureCheck(
      String node,
      LogKeys keys,
      Nonces nonces,
      Duration skew,
      InstantSource clock,
      Optional<String> publicBase) {
    this.node = node;
    this.keys = keys;
    this.nonces = nonces;
    this.skew = skew;
    this.clock = clock;
    this.publicBase = publicBase;
  }

  /**
   * What the headers of a request claim.
   *
   * @param callerHeader the caller as it stands in the header
   * @param targetHeader the node that is meant, likewise
   */
  private record Claim(
      String caller,
      String callerHeader,
      String target,
      String targetHeader,
      String digest,
      Parameters parameters,
      String signature) {

    static Claim of(HttpCall call) throws RefusedException {
      String caller = header(call, Signatures.CALLER);
      String target = header(call, Signatures.TARGET);
      String digest = header(call, Signatures.DIGEST);
      Optional<Parameters> parameters = Parameters.read(header(call, Signatures.INPUT));
      String signature = header(call, Signatures.SIGNATURE);
      if (parameters.isEmpty()
          || !Signatures.isSignature(signature)
          || !Signatures.isDigest(digest)) {
        throw unsigned("its digest or signature is malformed");
      }
      return new Claim(
          name(caller), caller, name(target), target, digest, parameters.get(), signature);
    }

    private static String name(String header) throws RefusedException {
      return HeaderText.decode(header)
          .orElseThrow(() -> unsigned("the name of a node is malformed"));
    }
  }

  @Override
  public Caller check(HttpCall call) throws RefusedException {
    Claim claim = Claim.of(call);
    if (!claim.target().equals(node)) {
      throw new RefusedException(
          Refusal.WRONG_NODE, 421, "the request is meant for another node than this one");
    }
    Instant now = clock.instant();
    checkTime(claim.parameters().created(), now);
    verify(claim, signed(call, claim));
    take(claim, now);
    return new Caller(claim.caller(), body -> checkBody(body, claim));
  }

  private List<SigningKey> keysOf(String caller) throws RefusedException {
    List<SigningKey> known = keys.of(caller);
    if (known.size() > LogKeys.MOST) {
      throw new IllegalStateException(
          "there are " + known.size() + " keys for '" + caller + "', more than two");
    }
    return known;
  }

  private void checkTime(Instant created, Instant now) throws RefusedException {
    if (Duration.between(created, now).abs().compareTo(skew) > 0) {
      throw new RefusedException(
          Refusal.WRONG_TIME,
          401,
          "the time of the request differs by more than "
              + skew.toSeconds()
              + " seconds from the clock of this node, which shows "
              + now);
    }
  }

  private byte[] signed(HttpCall call, Claim claim) {
    return Signatures.base(
        call.method(),
        publicBase.orElse(call.base()) + call.path(),
        call.query(),
        claim.digest(),
        claim.callerHeader(),
        claim.targetHeader(),
        claim.parameters());
  }

  private static void checkBody(byte[] body, Claim claim) throws RefusedException {
    if (!Signatures.digest(body).equals(claim.digest())) {
      throw new RefusedException(
          Refusal.WRONG_BODY, 401, "the body is not the one that was signed");
    }
  }

  private static String header(HttpCall call, String name) throws RefusedException {
    List<String> values = call.headers().allValues(name);
    if (values.size() != 1) {
      throw unsigned("there is not exactly one header " + name);
    }
    return values.get(0);
  }

  private static RefusedException unsigned(String why) {
    return new RefusedException(Refusal.UNSIGNED, 401, "the request is not signed: " + why);
  }

  /** The same answer whatever is wrong: nobody learns which nodes and keys there are. */
  private static RefusedException notBelieved(Refusal refusal) {
    return new RefusedException(
        refusal,
        Refusal.WRONG_SIGNATURE,
        401,
        "the request is not signed with a key of a node that is known here");
  }

  private void verify(Claim claim, byte[] signed) throws RefusedException {
    List<SigningKey> known = keysOf(claim.caller());
    Optional<SigningKey> named =
        known.stream().filter(key -> key.id().equals(claim.parameters().keyId())).findFirst();
    // Takes as long wherever the first difference is, and when there is no such key.
    String expected = Signatures.header(named.orElse(NO_KEY).hmac(signed));
    boolean right =
        MessageDigest.isEqual(expected.getBytes(UTF_8), claim.signature().getBytes(UTF_8));
    if (known.isEmpty()) {
      throw notBelieved(Refusal.UNKNOWN_CALLER);
    }
    if (named.isEmpty()) {
      throw notBelieved(Refusal.UNKNOWN_KEY);
    }
    if (!right) {
      throw notBelieved(Refusal.WRONG_SIGNATURE);
    }
  }

  private void take(Claim claim, Instant now) throws RefusedException {
    Instant until = claim.parameters().created().plus(skew);
    switch (nonces.take(claim.caller(), claim.parameters().nonce(), until, now)) {
      case YES -> {}
      case REPEATED ->
          throw new RefusedException(Refusal.REPLAYED, 401, "the request was made before");
      case FULL ->
          throw new RefusedException(
              Refusal.TOO_MANY, 503, "too many requests are remembered; make it again later");
    }
  }
}
