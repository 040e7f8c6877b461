package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An address is asked only when it is under a registered one beyond doubt. */
class BasesTest {

  private final Bases bases =
      Bases.of(
          List.of(
              URI.create("https://Bergen.example/log/"),
              URI.create("https://cdn.example:8443/a/b"),
              URI.create("http://[2001:db8::1]:8080")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://bergen.example/log/x",
        "https://BERGEN.example/log/x",
        "HTTPS://bergen.example:443/log/v1/content/00",
        "https://bergen.example:/log/x",
        "https://bergen.example/log/x?signature=a%2Fb&y=..",
        "https://bergen.example/log/x%20y",
        "https://bergen.example/log/...",
        "https://bergen.example/log/a..b/.c/d./e",
        "https://bergen.example/log//x",
        "https://bergen.example/log/a;b=c",
        "https://cdn.example:8443/a/b/c",
        "http://[2001:db8::1]:8080/x",
      })
  void whatIsUnderABaseIsAllowed(String address) {
    assertThat(bases.allowed(address)).as(address).contains(URI.create(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "/log/x",
        "//bergen.example/log/x",
        "https:/log/x",
        "https:bergen.example/log/x",
        // another scheme
        "http://bergen.example/log/x",
        "http://bergen.example:443/log/x",
        "https://[2001:db8::1]:8080/x",
        "ftp://bergen.example/log/x",
        "file:///log/x",
        "jar:https://bergen.example/log/x!/y",
        "javascript:alert(1)",
        // another host
        "https://example/log/x",
        "https://bergen.example.evil.example/log/x",
        "https://evil.example/log/x",
        "https://evil.example/https://bergen.example/log/x",
        "https://bergen.example./log/x",
        "https://xbergen.example/log/x",
        "https://bergen.example%2eevil.example/log/x",
        "https://bergen.example%00.evil.example/log/x",
        "https://localhost/log/x",
        "https://127.0.0.1/log/x",
        "https://127.1/log/x",
        "https://2130706433/log/x",
        "https://0x7f000001/log/x",
        "https://0177.0.0.1/log/x",
        "https://0.0.0.0/log/x",
        "https://[::1]/log/x",
        "https://[::ffff:127.0.0.1]/log/x",
        "https://[::]/log/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1%25eth0]/log/x",
        "https://10.0.0.1/log/x",
        "https:///log/x",
        "https://bergen_example/log/x",
        "http://[2001:db8::2]:8080/x",
        "http://[2001:db8:0::1]:8080/x",
        // another port
        "https://bergen.example:80/log/x",
        "https://bergen.example:8443/log/x",
        "https://bergen.example:4430/log/x",
        "https://cdn.example/a/b/c",
        "https://cdn.example:443/a/b/c",
        "https://bergen.example:99999999999/log/x",
        // a user
        "https://user@bergen.example/log/x",
        "https://user:secret@bergen.example/log/x",
        "https://@bergen.example/log/x",
        "https://bergen.example@evil.example/log/x",
        "https://bergen.example:443@evil.example/log/x",
        "https://bergen.example\\@evil.example/log/x",
        "https://evil.example\\@bergen.example/log/x",
        "https://evil.example#@bergen.example/log/x",
        "https://evil.example?@bergen.example/log/x",
        // another path
        "https://bergen.example",
        "https://bergen.example/",
        "https://bergen.example/log",
        "https://bergen.example/log?x",
        "https://bergen.example/logs/x",
        "https://bergen.example/Log/x",
        "https://bergen.example/%6cog/x",
        "https://bergen.example//log/x",
        "https://cdn.example:8443/a/bc",
        "https://cdn.example:8443/a/b",
        // around the corner
        "https://bergen.example/log/../x",
        "https://bergen.example/log/./x",
        "https://bergen.example/log/x/..",
        "https://bergen.example/log/x/.",
        "https://bergen.example/log/..;/x",
        "https://bergen.example/log/.;a=b/x",
        "https://bergen.example/log/%2e%2e/x",
        "https://bergen.example/log/.%2E/x",
        "https://bergen.example/log/%252e%252e/x",
        "https://bergen.example/log/%25252e/x",
        "https://bergen.example/log/x%2f..%2fy",
        "https://bergen.example/log/x%2Fy",
        "https://bergen.example/log/x%252Fy",
        "https://bergen.example/log/x%5cy",
        "https://bergen.example/log/x%5C..%5Cy",
        "https://bergen.example/log/..%3b/x",
        "https://bergen.example/log/x%00",
        "https://bergen.example/log/%c0%ae%c0%ae/x",
        "https://bergen.example/log/x%25C0%25AFy",
        "https://bergen.example/log/%C1%9c/x",
        "https://bergen.example/log/%e0%80%ae/x",
        "https://bergen.example/log/%f0%80%80%ae/x",
        "https://bergen.example/log/x\\y",
        "https://bergen.example/log/..\\x",
        // ends and blanks
        "https://bergen.example/log/x#y",
        "https://bergen.example/log/x#",
        " https://bergen.example/log/x",
        "https://bergen.example/log/x ",
        "https://bergen.example/log/x\r\nHost: evil.example",
        "https://bergen.example/log/x\t",
        "https://bergen.example/log/\u00e6",
        "https://bergen.example/log/\u2025/x",
        "https://bergen.example/log/\uff0e\uff0e/x",
        "https://bergen.example/log/x%",
        "https://bergen.example/log/x%g0",
        "https://bergen.example/log/{x}",
        "https://bergen.example/log/<x>",
      })
  void whatIsNotOrMayBeReadOtherwiseIsNever(String address) {
    assertThat(bases.allowed(address)).as(address).isEmpty();
  }

  @Test
  void onlyContentsOfTheFirstAreContentsOfTheNode() {
    String content = "/v1/content/" + Samples.SHA256;
    assertThat(bases.isContentOfNode(URI.create("https://bergen.example/log" + content))).isTrue();
    for (String other :
        List.of(
            "https://cdn.example:8443/a/b" + content,
            "http://bergen.example/log" + content,
            "https://bergen.example/log/x" + content,
            "https://bergen.example/log" + content + "?x",
            "https://bergen.example/log" + content + "?",
            "https://bergen.example/log" + content + "/",
            "https://bergen.example/log" + content.replace("content", "%63ontent"),
            "https://bergen.example/log/v1/entries")) {
      assertThat(bases.isContentOfNode(URI.create(other))).as(other).isFalse();
    }
  }

  @Test
  void aBaseMayBeOfAnyHostOnceItIsRegistered() {
    Bases local = Bases.of(List.of(URI.create("http://127.0.0.1:8080/log")));
    assertThat(local.allowed("http://127.0.0.1:8080/log/x")).isPresent();
    assertThat(local.allowed("http://127.0.0.1:8081/log/x")).isEmpty();
    assertThat(local.allowed("http://localhost:8080/log/x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://bergen.example",
        "bergen.example",
        "/log",
        "https:///log",
        "https://user@bergen.example/log",
        "https://bergen.example/log?x",
        "https://bergen.example/log#x",
        "https://bergen.example/log/../x",
        "https://bergen.example/.",
        "https://under_score.example/log",
        "https://bergen.example/l\u00f8g",
      })
  void whatIsNoAddressOfAServerIsNoBase(String base) {
    assertThatThrownBy(() -> Bases.of(List.of(URI.create(base)))).isInstanceOf(SyncException.class);
  }

  @Test
  void slashesAtTheEndOfABaseDoNotMatter() {
    assertThat(Bases.of(List.of(URI.create("https://h/a//"))).node()).hasToString("https://h/a");
    assertThat(Bases.of(List.of(URI.create("https://h/"))).node()).hasToString("https://h");
  }
}
