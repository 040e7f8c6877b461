package dev.chirograph.http;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Believes whom the transport has authenticated. */
final class TransportCheck implements CallerCheck {

  private final String node;
  private final Function<HttpCall, Optional<String>> authenticated;

  TransportCheck(String node, Function<HttpCall, Optional<String>> authenticated) {
    this.node = node;
    this.authenticated = authenticated;
  }

  @Override
  public Caller check(HttpCall call) throws RefusedException {
    List<String> targets = call.headers().allValues(Signatures.TARGET);
    if (targets.size() != 1 || !HeaderText.decode(targets.get(0)).equals(Optional.of(node))) {
      throw new RefusedException(
          Refusal.WRONG_NODE, 421, "the request is meant for another node than this one");
    }
    String caller =
        authenticated
            .apply(call)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Refusal.UNKNOWN_CALLER,
                        401,
                        "the connection is not authenticated by a node that is known here"));
    return new Caller(caller, body -> {});
  }
}
