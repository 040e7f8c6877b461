package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever shows a token is who it was given to; nothing else is believed. */
class BearerTokensTest {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final TableCaller ACME = TableCaller.of("acme");

  private final BearerTokens tokens = BearerTokens.of(Map.of(BearerTokens.hash(TOKEN), ACME));

  private static HttpCall call(String... authorization) {
    return HttpCall.builder("GET", "", "/v1/health")
        .headers(Map.of("Authorization", List.of(authorization)))
        .build();
  }

  @Test
  void aTokenIsKnownWhateverTheCaseOfItsScheme() {
    for (String scheme : List.of("Bearer ", "bearer ", "BEARER ")) {
      assertThat(tokens.caller(call(scheme + TOKEN))).contains(ACME);
    }
  }

  @Test
  void nothingElseIs() {
    assertThat(tokens.caller(HttpCall.builder("GET", "", "/").build())).isEmpty();
    assertThat(tokens.caller(call("Bearer " + TOKEN, "Bearer " + TOKEN))).isEmpty();
    for (String header :
        List.of(
            "",
            "Bearer",
            "Bearer ",
            TOKEN,
            "Basic " + TOKEN,
            "Bearer  " + TOKEN,
            "Bearer " + TOKEN + "0",
            "Bearer " + TOKEN.substring(1),
            "Bearer " + BearerTokens.hash(TOKEN),
            "Bearer " + "é".repeat(32),
            "Bearer " + "x".repeat(5_000))) {
      assertThat(tokens.caller(call(header))).as(header).isEmpty();
    }
  }

  @Test
  void whoKeepsTheTokensSeesTheirHashesOnly() {
    List<String> asked = new ArrayList<>();
    BearerTokens elsewhere =
        BearerTokens.of(
            hash -> {
              asked.add(hash);
              return Optional.of(ACME);
            });
    assertThat(elsewhere.caller(call("Bearer " + TOKEN))).contains(ACME);
    assertThat(asked).containsExactly(BearerTokens.hash(TOKEN));
    assertThat(asked.get(0)).hasSize(64).doesNotContain(TOKEN);
    assertThat(elsewhere.caller(call("Bearer a b"))).isEmpty();
    assertThat(asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "short",
        "0123456789abcdef0123456789abcde",
        "=123456789abcdef0123456789abcdef"
      })
  void tokensThatCanBeGuessedOrSentByNobodyAreRefused(String token) {
    assertThatThrownBy(() -> BearerTokens.hash(token))
        .isInstanceOf(SyncException.class)
        .hasMessageNotContaining(token.isEmpty() ? "\u0000" : token);
  }

  @Test
  void hashesThatAreNoneAreRefused() {
    for (String hash : List.of("", TOKEN, "g".repeat(64), "A".repeat(64))) {
      assertThatThrownBy(() -> BearerTokens.of(Map.of(hash, ACME)))
          .isInstanceOf(SyncException.class);
    }
  }

  @Test
  void callersMayUseWhatIsTheirs() {
    assertThat(ACME.mayUse(new Tenant("acme", "north"))).isTrue();
    assertThat(ACME.mayUse(new Tenant("ACME", "north"))).isFalse();
    TableCaller office = TableCaller.of("acme", Set.of("north"));
    assertThat(office.mayUse(new Tenant("acme", "north"))).isTrue();
    assertThat(office.mayUse(new Tenant("acme", "North"))).isFalse();
    assertThat(TableCaller.of("acme", Set.of()).mayUse(new Tenant("acme", "north"))).isFalse();
    assertThat(office).isNotEqualTo(ACME).isEqualTo(TableCaller.of("acme", Set.of("north")));
    assertThatThrownBy(() -> TableCaller.of("a/b")).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> TableCaller.of("a", Set.of(".."))).isInstanceOf(SyncException.class);
  }
}
