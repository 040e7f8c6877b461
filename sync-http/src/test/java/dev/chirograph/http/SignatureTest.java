package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.Signatures.Parameters;
import dev.chirograph.testkit.ManualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests are signed as the golden examples show, and names of nodes have one form. */
class SignatureTest {

  private static final byte[] SECRET =
      HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

  /** Counts: 0, 1, 2 … so that the nonce is always the same. */
  private static final RandomGenerator COUNTING =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return 0;
        }

        @Override
        public void nextBytes(byte[] bytes) {
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
          }
        }
      };

  private static String example(String method, String address, String body) {
    SigningKey key = SigningKey.of("oslo-2026", SECRET);
    Connection connection =
        new Connection(
            "oslo",
            "b\u00e6rgen 1",
            () -> key,
            new Sender("b\u00e6rgen 1", HttpClient.newHttpClient(), 1 << 14),
            ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00.999Z")),
            COUNTING);
    HttpRequest request =
        connection.signed(method, URI.create(address), body.getBytes(UTF_8)).build();
    StringBuilder text = new StringBuilder(method + " " + address + "\n");
    request.headers().map().forEach((name, values) -> text.append(line(name, values)));
    URI uri = request.uri();
    byte[] base =
        Signatures.base(
            method,
            uri.getRawPath(),
            Optional.ofNullable(uri.getRawQuery()).orElse(""),
            Signatures.digest(body.getBytes(UTF_8)),
            "oslo",
            "b%C3%A6rgen%201",
            Parameters.of(
                Instant.parse("2026-01-01T00:00:00Z"), "oslo-2026", "AAECAwQFBgcICQoLDA0ODw"));
    return text + "\n" + body + "\n---\n" + new String(base, UTF_8) + "\n";
  }

  private static String line(String name, List<String> values) {
    return name + ": " + String.join(", ", values) + "\n";
  }

  @Test
  void requestsAreSignedAsTheGoldenFilesSay() throws IOException {
    assertThat(
            example(
                "GET", "https://bergen.example/log/v1/entries?limit=1000&bytes=4194304&wait=0", ""))
        .isEqualTo(GoldenTest.golden("signature-pull"));
    assertThat(example("POST", "https://bergen.example/log/v1/find", "{\"keys\":[\"lib/a.jar\"]}"))
        .isEqualTo(GoldenTest.golden("signature-find"));
  }

  @Test
  void parametersAreReadInAnyOrder() {
    Parameters written = Parameters.of(Instant.ofEpochSecond(7), "k", "n".repeat(16));
    assertThat(Parameters.read(written.header())).contains(written);
    String covered = written.text().substring(0, written.text().indexOf(')') + 1);
    String other =
        "chirograph="
            + covered
            + ";tag=\"chirograph-log-1\";nonce=\"nnnnnnnnnnnnnnnn\";alg=\"hmac-sha256\""
            + ";keyid=\"k\";created=7";
    assertThat(Parameters.read(other)).map(Parameters::created).contains(written.created());
    assertThat(Parameters.read(other)).map(Parameters::keyId).contains("k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"oslo", "", "a b", "\u00e6\u00f8\u00e5", "\uD83D\uDE00", "a%b", "a\r\nb", "~.-_"})
  void namesComeBackFromHeaders(String name) {
    assertThat(HeaderText.encode(name)).matches("[!-~]*");
    assertThat(HeaderText.decode(HeaderText.encode(name))).contains(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "\u00e6",
        "%",
        "%2",
        "%zz",
        "%61",
        "%c3%a6",
        "%FF",
        "%C3",
        "%ED%A0%80",
        "a+b",
        "a\""
      })
  void anyOtherFormOfANameIsNone(String header) {
    assertThat(HeaderText.decode(header)).isEmpty();
  }

  // ---- keys

  @Test
  void keysThatAreGivenMayBeChangedAfterwards() {
    SigningKey[] keys = {SigningKey.of("a", SECRET), SigningKey.of("b", SECRET)};
    LogKeys fixed = LogKeys.fixed(Map.of("oslo", Arrays.asList(keys)));
    keys[0] = keys[1];
    assertThat(fixed.of("oslo")).extracting(SigningKey::id).containsExactly("a", "b");
    assertThat(fixed.of("hamar")).isEmpty();
  }
}
