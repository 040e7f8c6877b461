package dev.chirograph.testkit;

import static dev.chirograph.spi.LogEntry.Operation.ADD;
import static dev.chirograph.spi.LogEntry.Operation.DELETE;
import static dev.chirograph.spi.LogEntry.Operation.DEPRECATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What appending does: LOG-1, LOG-2 and LOG-7. */
abstract class LogAppendGuarantees extends LogHarness {

  private static final int MERGERS = 6;

  // ---- LOG-1

  @Test
  void LOG_1_positionsAscendInTheOrderOfTheList() {
    List<Body> bodies = List.of(entry(), entry(), entry());
    List<Appended> first = log.append(bodies);
    assertFates(first, Fate.ADDED, Fate.ADDED, Fate.ADDED);
    assertThat(first.stream().map(Appended::number)).isSorted().doesNotHaveDuplicates();
    assertThat(first.get(0).number()).isPositive();
    assertThat(head().number()).isEqualTo(first.get(2).number());
    Appended next = append(entry());
    assertThat(next.number()).isGreaterThan(first.get(2).number());
    assertThat(head().number()).isEqualTo(next.number());
    assertThat(bodies(readAll(Position.START)).subList(0, 3)).isEqualTo(bodies);
  }

  @Test
  void LOG_1_anEmptyLogBeginsAtZero() {
    assertThat(head().number()).isZero();
    assertThat(log.bounds().floor()).isEqualTo(head());
    Page page = log.read(Position.START, 10, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(Validity.OK);
    assertThat(page.items()).isEmpty();
    assertThat(page.reachesHead()).isTrue();
    assertThat(page.next()).isEqualTo(head());
    Position before = head();
    assertThat(log.append(List.of())).isEmpty();
    assertThat(head()).isEqualTo(before);
    Body first = append(1).get(0);
    assertThat(bodies(readAll(before))).containsExactly(first);
  }

  @Test
  void LOG_1_whatIsWrittenLaterStandsBehindTheHead() {
    append(3);
    Position before = head();
    List<Body> own = append(2);
    LogItem foreign = foreign("there", 1, entry());
    merge(foreign);
    assertThat(bodies(readAll(before)))
        .containsExactly(own.get(0), own.get(1), foreign.last().body());
  }

  @Test
  void LOG_1_aReaderWhoPollsNeverMissesWhatRacingWritersAppend() {
    LogRace race = new LogRace(log, rounds());
    race.run();
    assertThat(race.read()).containsExactlyInAnyOrderElementsOf(readAll(Position.START));
    assertThat(race.read()).hasSize(race.written());
  }

  // ---- LOG-2

  @Test
  void LOG_2_whatIsKnownTakesNoPosition() {
    Body first = entry();
    Body second = entry();
    List<Appended> added = log.append(List.of(first, second));
    Position before = head();
    assertThat(log.append(List.of(second, first)))
        .containsExactly(
            new Appended(added.get(1).number(), Fate.KNOWN),
            new Appended(added.get(0).number(), Fate.KNOWN));
    assertThat(head()).isEqualTo(before);
    assertFates(log.append(List.of(second, entry(), first)), Fate.KNOWN, Fate.ADDED, Fate.KNOWN);
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_2_anEntryTwiceInOneListIsOneItem() {
    Body twice = entry();
    List<Appended> done = log.append(List.of(twice, entry(), twice));
    assertFates(done, Fate.ADDED, Fate.ADDED, Fate.KNOWN);
    assertThat(done.get(2).number()).isEqualTo(done.get(0).number());
    assertThat(readAll(Position.START)).hasSize(2);
    LogItem foreign = foreign("there", 1, entry());
    assertFates(merge(foreign, foreign), Fate.ADDED, Fate.KNOWN);
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_2_aChangedItemMovesToTheHead() {
    Body first = entry();
    Body second = entry();
    List<Appended> added = log.append(List.of(first, second));
    Position before = head();
    Body deprecation = entry(DEPRECATE, first);
    Appended changed = append(deprecation);
    assertThat(changed.fate()).isEqualTo(Fate.ADDED);
    assertThat(changed.number()).isGreaterThan(added.get(1).number());
    assertThat(head().number()).isEqualTo(changed.number());
    assertThat(bodies(readAll(before))).containsExactly(deprecation);
    assertThat(bodies(readAll(Position.START))).containsExactly(second, deprecation);
    assertThat(append(first)).isEqualTo(new Appended(changed.number(), Fate.KNOWN));
  }

  @Test
  void LOG_2_severalEntriesOfOneVersionInOneListAreOneItem() {
    Body add = entry();
    Body deprecation = entry(DEPRECATE, add);
    List<Appended> done = log.append(List.of(deprecation, entry(), add));
    assertFates(done, Fate.ADDED, Fate.ADDED, Fate.ADDED);
    assertThat(done.get(0).number()).isEqualTo(done.get(2).number()).isEqualTo(head().number());
    assertThat(readAll(Position.START)).hasSize(2);
    LogItem item = item(add.key()).orElseThrow();
    assertThat(item.last().body()).isEqualTo(deprecation);
    assertThat(item.added().orElseThrow().body()).isEqualTo(add);
  }

  @Test
  void LOG_2_whateverTheOrderTheItemIsTheSame() {
    Content bytes = new Content("ab".repeat(32), 3, "there:/x");
    UUID low = new UUID(1, 1);
    UUID high = new UUID(2, 1);
    List<LogItem> said =
        List.of(
            foreign("there", 1, entry(low, ADD, "k", Content.NONE)),
            foreign("there", 2, entry(high, ADD, "k", bytes)),
            foreign("far", 3, entry(low, DEPRECATE, "k", Content.NONE)),
            foreign("far", 4, entry(high, DEPRECATE, "k", Content.NONE)));
    for (List<LogItem> order : Permutations.of(said)) {
      String key = "k" + UUID.randomUUID();
      order.forEach(item -> merge(renamed(item, key)));
      LogItem item = item(key);
      assertThat(item.last().body().operation()).isEqualTo(DEPRECATE);
      assertThat(item.last().body().id()).isEqualTo(high);
      assertThat(item.added().orElseThrow().body().id()).isEqualTo(high);
      assertThat(item.content()).isEqualTo(bytes);
      LogItem delete = foreign("far", 5, entry(low, DELETE, key, Content.NONE));
      assertFates(merge(delete), Fate.ADDED);
      order.forEach(again -> assertFates(merge(renamed(again, key)), Fate.KNOWN));
      assertThat(item(key)).isEqualTo(delete);
    }
  }

  private static LogItem renamed(LogItem item, String key) {
    Body body = item.last().body();
    return foreign(
        item.last().dot().node(),
        item.last().dot().number(),
        entry(body.id(), body.operation(), key, body.content()));
  }

  @Test
  void LOG_2_deletesOfWhatIsNotKnownAreRemembered() {
    Body delete = entry(DELETE, "unknown");
    assertThat(append(delete).fate()).isEqualTo(Fate.ADDED);
    assertThat(append(entry(ADD, "unknown")).fate()).isEqualTo(Fate.KNOWN);
    assertFates(merge(foreign("there", 1, entry(DEPRECATE, "unknown"))), Fate.KNOWN);
    assertThat(bodies(readAll(Position.START))).containsExactly(delete);
  }

  @Test
  void LOG_2_versionsAndKeysThatLookAlikeAreDistinct() {
    List<String> alike =
        List.of("1", "1 ", " 1", "01", "a", "A", "\u00e9", "e\u0301", "%", "_", "");
    List<Body> bodies =
        alike.stream()
            .flatMap(
                text -> List.of(version("key" + text, "1"), version("key", "v" + text)).stream())
            .toList();
    log.append(bodies);
    assertThat(bodies(readAll(Position.START))).containsExactlyElementsOf(bodies);
    for (Body body : bodies) {
      assertThat(bodies(log.find(List.of(body.key())))).contains(body);
    }
    assertThat(log.find(List.of(Key.utf8("key")))).hasSize(alike.size() + 1);
  }

  private static Body version(String key, String version) {
    return new Body(UUID.randomUUID(), ADD, Key.utf8(key), version, Content.NONE, "{}");
  }

  @Test
  void LOG_2_mergingWhatIsKnownAddsNothing() {
    Body own = append(1).get(0);
    LogItem mine = readAll(Position.START).get(0);
    LogItem foreign = foreign("there", 7, entry());
    assertFates(merge(foreign), Fate.ADDED);
    Position before = head();
    assertFates(
        merge(foreign, foreign("there", 8, own), foreign), Fate.KNOWN, Fate.KNOWN, Fate.KNOWN);
    assertThat(append(foreign.last().body()).fate()).isEqualTo(Fate.KNOWN);
    assertThat(head()).isEqualTo(before);
    assertThat(readAll(Position.START)).containsExactly(mine, foreign);
  }

  @Test
  void LOG_2_racingMergesOfOneItemLeaveOne() {
    for (int round = 1; round <= 10; round++) {
      LogItem foreign = foreign("there", round, entry());
      List<Appended> answers =
          Crowd.of(MERGERS, i -> log.merge(Merge.of("p" + i, List.of(foreign))).get(0));
      assertThat(answers.stream().filter(answer -> answer.fate() == Fate.ADDED)).hasSize(1);
      assertThat(answers.stream().map(Appended::number).distinct()).hasSize(1);
      assertThat(readAll(Position.START)).hasSize(round);
    }
  }

  @Test
  void LOG_2_racingChangesOfOneItemJoin() {
    for (int round = 1; round <= 10; round++) {
      String key = "k" + round;
      List<Body> changes =
          List.of(entry(ADD, key), entry(ADD, key), entry(DEPRECATE, key), entry(DEPRECATE, key));
      Crowd.of(changes.size(), i -> append(changes.get(i)));
      LogItem item = item(key);
      LogItem expected =
          changes.stream().map(body -> foreign("x", 1, body)).reduce(LogItem::join).orElseThrow();
      assertThat(item.last().body()).isEqualTo(expected.last().body());
      assertThat(item.added().orElseThrow().body())
          .isEqualTo(expected.added().orElseThrow().body());
    }
    assertThat(readAll(Position.START)).hasSize(10);
  }

  // ---- LOG-7

  @Test
  void LOG_7_repeatingAnAppendIsHarmless() {
    List<Body> entries = List.of(entry(), entry(), entry());
    List<Appended> first = log.append(entries);
    List<Appended> again = log.append(entries);
    assertFates(again, Fate.KNOWN, Fate.KNOWN, Fate.KNOWN);
    assertThat(again.stream().map(Appended::number))
        .containsExactlyElementsOf(first.stream().map(Appended::number).toList());
    assertThat(readAll(Position.START)).hasSize(3);
  }

  @Test
  void LOG_7_aListThatIsRefusedAddsNothing() {
    List<Body> broken = Arrays.asList(entry(), null, entry());
    assertThatThrownBy(() -> log.append(broken)).isInstanceOf(RuntimeException.class);
    assertThat(head().number()).isZero();
    assertThat(readAll(Position.START)).isEmpty();
  }

  @Test
  void LOG_7_whatIsNoTextIsRefusedWhereverItStands() {
    String lone = "a\ud800b";
    Body good = entry();
    Position before = head();
    for (Body bad :
        List.of(
            new Body(UUID.randomUUID(), good.operation(), good.key(), lone, Content.NONE, "{}"),
            new Body(UUID.randomUUID(), good.operation(), good.key(), "1", Content.NONE, lone))) {
      assertThatThrownBy(() -> log.append(List.of(good, bad)))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
      assertThatThrownBy(() -> merge(foreign("there", 1, bad)))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    }
    assertThat(head()).isEqualTo(before);
  }

  @Test
  void LOG_7_twoLogsShareNothing() throws Exception {
    ReplicaLog other = open("elsewhere");
    Body shared = append(1).get(0);
    assertThat(readAll(other, Position.START)).isEmpty();
    assertThat(other.append(List.of(shared)).get(0).fate()).isEqualTo(Fate.ADDED);
    assertThat(readAll(other, Position.START)).hasSize(1);
    assertThat(readAll(Position.START)).hasSize(1);
  }
}
