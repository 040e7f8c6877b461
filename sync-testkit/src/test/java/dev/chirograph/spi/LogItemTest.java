package dev.chirograph.spi;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.testkit.Seed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogItemTest {

  private static final Key KEY = Key.utf8("k");
  private static final List<Operation> OPERATIONS = List.of(ADD, DEPRECATE, DELETE);

  private final SplittableRandom random = Seed.draw().random();

  private static LogItem item(Operation operation, long id) {
    return item(operation, id, KEY, "1");
  }

  private static LogItem item(Operation operation, long id, Key key, String version) {
    Content content =
        operation == ADD ? new Content("%064x".formatted(id), id, "x:/" + id) : Content.NONE;
    Body body = new Body(new UUID(id, 0), operation, key, version, content, "{}");
    return LogItem.of(
        new LogEntry(new Dot("n", new UUID(1, 1), id), Instant.ofEpochSecond(id), body));
  }

  private LogItem random() {
    Operation operation = OPERATIONS.get(random.nextInt(3));
    // An id says one thing only, whoever repeats it.
    return item(operation, 3 * (1 + random.nextInt(6)) + operation.compareTo(ADD));
  }

  private LogItem joined(int most) {
    LogItem item = random();
    for (int i = random.nextInt(most); i > 0; i--) {
      item = item.join(random());
    }
    return item;
  }

  @Test
  void joiningIsCommutativeAssociativeAndIdempotent() {
    for (int i = 0; i < 20_000; i++) {
      LogItem a = joined(4);
      LogItem b = joined(4);
      LogItem c = joined(4);
      assertThat(a.join(b)).isEqualTo(b.join(a));
      assertThat(a.join(b).join(c)).isEqualTo(a.join(b.join(c)));
      assertThat(a.join(a)).isSameAs(a);
      assertThat(a.join(b).join(b)).isEqualTo(a.join(b));
      assertThat(a.join(b).hash()).isEqualTo(b.join(a).hash());
    }
  }

  @Test
  void inEveryOrderTheSameComesOut() {
    List<LogItem> said = new ArrayList<>();
    for (Operation operation : OPERATIONS) {
      said.add(item(operation, 3 + operation.compareTo(ADD)));
      said.add(item(operation, 6 + operation.compareTo(ADD)));
    }
    for (int i = 0; i < 5_000; i++) {
      List<LogItem> some = said.subList(0, 1 + random.nextInt(said.size()));
      List<LogItem> order = new ArrayList<>(some);
      Collections.shuffle(order, new Random(random.nextLong()));
      assertThat(order.stream().reduce(LogItem::join)).contains(naive(some));
    }
  }

  /** Said differently: the greatest operation, of it the greatest id, and the greatest addition. */
  private static LogItem naive(List<LogItem> items) {
    List<LogEntry> entries = items.stream().map(LogItem::last).toList();
    Comparator<LogEntry> byId = Comparator.comparing(entry -> entry.body().id());
    LogEntry last =
        entries.stream()
            .max(
                Comparator.comparing((LogEntry entry) -> entry.body().operation())
                    .thenComparing(byId))
            .orElseThrow();
    Optional<LogEntry> added =
        entries.stream().filter(entry -> entry.body().operation() == ADD).max(byId);
    return new LogItem(last, last.body().operation() == DEPRECATE ? added : Optional.empty());
  }

  @Test
  void aDeleteBeforeTheAdditionStays() {
    LogItem delete = item(DELETE, 1);
    assertThat(delete.join(item(ADD, 2))).isSameAs(delete);
    assertThat(delete.join(item(DEPRECATE, 3))).isSameAs(delete);
    assertThat(delete.isDeleted()).isTrue();
    assertThat(delete.content()).isEqualTo(Content.NONE);
  }

  @Test
  void aDeprecatedVersionKeepsTheContentOfItsAddition() {
    LogItem add = item(ADD, 5);
    LogItem deprecated = item(DEPRECATE, 1);
    assertThat(deprecated.content()).isEqualTo(Content.NONE);
    assertThat(deprecated.join(add).content()).isEqualTo(add.content());
    assertThat(add.join(deprecated)).isEqualTo(deprecated.join(add));
    LogItem later = item(ADD, 6);
    assertThat(add.join(deprecated).join(later).content()).isEqualTo(later.content());
    assertThat(later.join(deprecated).join(add).content()).isEqualTo(later.content());
    LogItem deleted = add.join(deprecated).join(item(DELETE, 1));
    assertThat(deleted.added()).isEmpty();
    assertThat(deleted.content()).isEqualTo(Content.NONE);
  }

  @Test
  void ofTwoThatSayTheSameTheGreaterIdWins() {
    for (Operation operation : OPERATIONS) {
      LogItem low = item(operation, 1);
      LogItem high = item(operation, 2);
      assertThat(low.join(high)).isEqualTo(high);
      assertThat(high.join(low)).isSameAs(high);
    }
  }

  @Test
  void onlyTheAdditionOfTheSameVersionGoesWithADeprecation() {
    LogEntry add = item(ADD, 1).last();
    LogEntry deprecation = item(DEPRECATE, 2).last();
    assertThat(new LogItem(deprecation, Optional.of(add)).added()).contains(add);
    for (LogItem wrong :
        List.of(
            item(DEPRECATE, 3),
            item(DELETE, 3),
            item(ADD, 3, Key.utf8("other"), "1"),
            item(ADD, 3, KEY, "2"))) {
      assertThatThrownBy(() -> new LogItem(deprecation, Optional.of(wrong.last())))
          .isInstanceOf(SyncException.class);
    }
    for (LogItem last : List.of(item(ADD, 3), item(DELETE, 3))) {
      assertThatThrownBy(() -> new LogItem(last.last(), Optional.of(add)))
          .isInstanceOf(SyncException.class);
    }
  }

  @Test
  void theHashIsThatOfWhatIsSaidAndNotOfWhereItStood() {
    LogItem add = item(ADD, 1);
    LogItem elsewhere =
        LogItem.of(new LogEntry(new Dot("m", new UUID(2, 2), 9), Instant.EPOCH, add.last().body()));
    assertThat(elsewhere.hash()).isEqualTo(add.hash());
    LogItem deprecated = item(DEPRECATE, 7);
    List<Long> hashes =
        List.of(
            add.hash(),
            item(ADD, 2).hash(),
            item(ADD, 1, Key.utf8("k1"), "").hash(),
            item(ADD, 1, KEY, "2").hash(),
            deprecated.hash(),
            deprecated.join(add).hash(),
            deprecated.join(item(ADD, 3)).hash());
    assertThat(hashes).doesNotHaveDuplicates();
  }
}
