package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.jpg | a.jpg | true",
        "*.jpg | a/b.jpg | false",
        "**.jpg | a/b.jpg | true",
        "a/*/c | a/b/c | true",
        "a/*/c | a/b/b/c | false",
        "a/** | a/ | true",
        "? | \uD83D\uDE00 | true",
        "\uD83D\uDE00* | \uD83D\uDE00x | true",
        "a?b | a/b | false",
        "{a,b}.{x,y} | b.y | true",
        "{a,b}.{x,y} | c.y | false",
        "a,b | a,b | true",
        "[a](b)+.$^\\ | [a](b)+.$^\\ | true",
        "*.JPG | a.jpg | false"
      })
  void globs(String glob, String key, boolean matches) {
    Entry entry = Entry.present(Key.utf8(key), Evidence.none());

    assertThat(Filter.NONE.glob(glob).at(NOW).test(entry)).isEqualTo(matches);
  }

  @Test
  void badPatternsAreRefused() {
    for (String bad : new String[] {"", "{a", "a}", "}{"}) {
      assertThatThrownBy(() -> Filter.NONE.glob(bad)).isInstanceOf(SyncException.class);
    }
  }

  private static Entry aged(Duration age) {
    return Entry.present(
        Key.utf8("k"), Evidence.builder().size(5).lastModified(NOW.minus(age)).build());
  }

  @Test
  void ages() {
    Filter old = Filter.NONE.olderThan(Duration.ofHours(1));
    Filter young = Filter.NONE.youngerThan(Duration.ofHours(1));
    Entry unknown = Entry.present(Key.utf8("k"), Evidence.none());

    assertThat(old.at(NOW).test(aged(Duration.ofHours(1)))).isTrue();
    assertThat(old.at(NOW).test(aged(Duration.ofMinutes(59)))).isFalse();
    assertThat(young.at(NOW).test(aged(Duration.ofHours(1)))).isTrue();
    assertThat(young.at(NOW).test(aged(Duration.ofMinutes(61)))).isFalse();
    assertThat(old.at(NOW).test(unknown)).isTrue();
  }

  @Test
  void L12_whatAClockAheadOfOursDatesInTheFutureIsNotLeftOut() {
    assertThat(Filter.NONE.glob("*").at(NOW).test(aged(Duration.ofSeconds(-3)))).isTrue();
  }

  @Test
  void sizes() {
    assertThat(Filter.NONE.bytes(5, 5).at(NOW).test(aged(Duration.ZERO))).isTrue();
    assertThat(Filter.NONE.bytes(6, 9).at(NOW).test(aged(Duration.ZERO))).isFalse();
    assertThat(Filter.NONE.bytes(0, 4).at(NOW).test(aged(Duration.ZERO))).isFalse();
    assertThatThrownBy(() -> Filter.NONE.bytes(3, 2)).isInstanceOf(SyncException.class);
  }
}
