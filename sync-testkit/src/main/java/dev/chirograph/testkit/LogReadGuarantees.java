package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What reading after a position does: LOG-3, LOG-4 and LOG-9. */
abstract class LogReadGuarantees extends LogAppendGuarantees {

  // ---- LOG-3

  @Test
  void LOG_3_aPageHasAtMostSoManyItems() {
    List<Body> bodies = append(5);
    Page page = log.read(Position.START, 3, NO_LIMIT);
    assertThat(bodies(page.items())).isEqualTo(bodies.subList(0, 3));
    assertThat(page.reachesHead()).isFalse();
    Page rest = log.read(page.next(), 3, NO_LIMIT);
    assertThat(bodies(rest.items())).isEqualTo(bodies.subList(3, 5));
    assertThat(rest.reachesHead()).isTrue();
    assertThat(log.read(Position.START, 5, NO_LIMIT).items()).hasSize(5);
    assertThat(log.read(Position.START, 5, NO_LIMIT).reachesHead()).isTrue();
    assertThat(log.read(Position.START, 6, NO_LIMIT).items()).hasSize(5);
  }

  @Test
  void LOG_3_aPageHasAtMostSoManyBytesButAnItem() {
    // Characters of three bytes each: what is counted is bytes.
    log.append(IntStream.range(0, 4).mapToObj(i -> entry("\u20ac".repeat(100))).toList());
    assertThat(log.read(Position.START, 10, 700).items()).hasSize(2);
    assertThat(log.read(Position.START, 10, 600).items()).hasSize(2);
    assertThat(log.read(Position.START, 10, 599).items()).hasSize(1);
    assertThat(log.read(Position.START, 10, 1).items()).hasSize(1);
    assertThat(log.read(Position.START, 10, 1).reachesHead()).isFalse();
  }

  @Test
  void LOG_3_aLimitOfNothingIsRefused() {
    assertThatThrownBy(() -> log.read(Position.START, 0, NO_LIMIT))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT));
  }

  @Test
  void LOG_3_whatWasAppendedIsReadBack() {
    List<Operation> operations = List.of(Operation.ADD, Operation.DEPRECATE, Operation.DELETE);
    List<Body> written = new ArrayList<>();
    for (Key key : HostileKeys.all()) {
      int i = written.size();
      written.add(
          new Body(
              UUID.randomUUID(),
              operations.get(i % 3),
              key,
              "v\u20ac1",
              i % 2 == 0
                  ? Content.NONE
                  : new Content("ab".repeat(32), i * 1_000_000_000_000L, "s3://bucket/" + i),
              "{\"text\":\"\ud83d\ude00\"}"));
    }
    log.append(written);
    assertThat(bodies(readAll(Position.START))).containsExactlyElementsOf(written);
    List<Key> keys = written.stream().map(Body::key).toList();
    assertThat(bodies(log.find(keys))).containsExactlyElementsOf(written);
  }

  @Test
  void LOG_3_itemsThatMoveBetweenPagesAreNotLeftOut() {
    List<Body> bodies = append(6);
    List<Body> seen = new ArrayList<>();
    Page page = log.read(Position.START, 2, NO_LIMIT);
    seen.addAll(bodies(page.items()));
    Body changesRead = entry(Operation.DEPRECATE, bodies.get(0));
    Body changesUnread = entry(Operation.DEPRECATE, bodies.get(3));
    log.append(List.of(changesRead, changesUnread));
    while (!page.reachesHead()) {
      page = log.read(page.next(), 2, NO_LIMIT);
      seen.addAll(bodies(page.items()));
    }
    assertThat(seen)
        .containsExactly(
            bodies.get(0),
            bodies.get(1),
            bodies.get(2),
            bodies.get(4),
            bodies.get(5),
            changesRead,
            changesUnread);
  }

  @Test
  void LOG_3_keysThatAreNotThereAreNotFound() {
    List<Body> bodies = append(2);
    assertThat(
            bodies(log.find(List.of(bodies.get(1).key(), Key.utf8("other"), bodies.get(0).key()))))
        .containsExactly(bodies.get(1), bodies.get(0));
    assertThat(log.find(List.of())).isEmpty();
  }

  // ---- LOG-4

  @Test
  void LOG_4_itsOwnPositionsAreValid() {
    append(3);
    append(2);
    merge(foreign("there", 1, entry()), foreign("there", 2, entry()));
    List<Position> positions = positions();
    assertThat(positions).hasSize(7);
    append(3);
    for (Position position : positions) {
      assertThat(log.read(position, 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
    }
    assertThat(log.read(head(), 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
    assertThat(log.read(log.bounds().floor(), 1, NO_LIMIT).validity()).isEqualTo(Validity.OK);
  }

  @Test
  void LOG_4_aPositionWhoseItemHasMovedIsValid() {
    List<Body> bodies = append(2);
    Position first = positions().get(0);
    Position second = head();
    log.append(List.of(entry(Operation.DELETE, bodies.get(0))));
    assertThat(readAll(first)).hasSize(2);
    assertThat(readAll(second)).hasSize(1);
  }

  @Test
  void LOG_4_beyondTheHeadIsRecognised() {
    append(3);
    invalid(
        new Position(head().epoch(), head().number() + 1, UUID.randomUUID()), Validity.BEYOND_HEAD);
    invalid(new Position(head().epoch(), Long.MAX_VALUE, head().mark()), Validity.BEYOND_HEAD);
  }

  @Test
  void LOG_4_anotherMarkAtThatNumberIsRecognised() {
    append(2);
    Position before = head();
    append(2);
    UUID epoch = before.epoch();
    invalid(new Position(epoch, before.number(), head().mark()), Validity.OTHER_HISTORY);
    invalid(new Position(epoch, head().number(), before.mark()), Validity.OTHER_HISTORY);
    invalid(new Position(epoch, head().number(), UUID.randomUUID()), Validity.OTHER_HISTORY);
  }

  @Test
  void LOG_4_aPositionOfAnotherLogIsRecognised() throws Exception {
    append(3);
    ReplicaLog other = open("elsewhere");
    other.append(List.of(entry(), entry()));
    invalid(other.bounds().head(), Validity.OTHER_HISTORY);
    assertThat(log.read(other.bounds().floor(), 1, NO_LIMIT).validity())
        .isEqualTo(Validity.OTHER_HISTORY);
  }

  @Test
  void LOG_4_aLogThatWasRestoredIsRecognised() throws Exception {
    append(2);
    Position kept = head();
    Runnable restore = backup(log);
    append(3);
    Position lost = head();
    Position inside = positions().get(3);
    restore.run();
    assertThat(head()).isEqualTo(kept);
    invalid(lost, Validity.BEYOND_HEAD);
    append(3);
    invalid(lost, Validity.OTHER_HISTORY);
    invalid(inside, Validity.OTHER_HISTORY);
    assertThat(readAll(kept)).hasSize(3);
  }

  void invalid(Position position, Validity expected) {
    Page page = log.read(position, 10, NO_LIMIT);
    assertThat(page.validity()).isEqualTo(expected);
    assertThat(page.items()).isEmpty();
    assertThat(page.reachesHead()).isFalse();
    assertThat(page.bounds()).isEqualTo(log.bounds());
  }

  // ---- LOG-9

  @Test
  void LOG_9_thePageSaysWhatTheLogHadSeen() {
    append(3);
    log.merge(page("there", 9, seen("far", 4), foreign("there", 9, entry())));
    Page page = log.read(Position.START, 10, NO_LIMIT);
    assertThat(page.bounds()).isEqualTo(log.bounds());
    assertThat(page.items().subList(0, 3))
        .allMatch(item -> page.bounds().context().covers(item.last().dot()));
    assertThat(page.bounds().context().covers(foreign("far", 4, entry()).last().dot())).isTrue();
    assertThat(page.bounds().context().covers(foreign("far", 5, entry()).last().dot())).isFalse();
  }

  @Test
  void LOG_9_aPageAndWhatWasSeenAreOfOneMoment() {
    Crowd.whileRunning(
        () -> {
          for (int i = 1; i <= rounds(); i++) {
            log.merge(page("there", i, seen("there", i), foreign("there", i, entry())));
            append(1);
          }
        },
        () -> {
          Page page = log.read(Position.START, 100_000, NO_LIMIT);
          assertThat(page.reachesHead()).isTrue();
          List<LogEntry.Dot> dots =
              page.items().stream().map(LogItem::last).map(LogEntry::dot).toList();
          long foreign = dots.stream().filter(dot -> dot.node().equals("there")).count();
          assertThat(page.bounds().context().covers(new LogEntry.Dot("there", EPOCH, foreign + 1)))
              .as("something was seen that is not in the page")
              .isFalse();
          assertThat(dots.stream().filter(dot -> !dot.node().equals("there")))
              .allMatch(page.bounds().context()::covers);
          return foreign;
        });
  }
}
