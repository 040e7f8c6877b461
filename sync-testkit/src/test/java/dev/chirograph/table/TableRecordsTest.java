package dev.chirograph.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Digest;
import dev.chirograph.Expect;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.RetryPolicy;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.TableShape;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept in the state store may be lost, damaged, refused, or come from another version. */
class TableRecordsTest {

  private static final String MEMORY = "table-memory";
  private static final String HELD = "table-quarantine";

  private final TableLab lab = new TableLab();

  private static List<Stored> records(StateStore state, String space) {
    List<Stored> all = new ArrayList<>();
    try (CloseableIterator<Stored> records = state.scan(space, KeyRange.all())) {
      records.forEachRemaining(all::add);
    }
    return all;
  }

  private void overwrite(String space, String value) {
    for (Stored record : records(lab.state, space)) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      lab.state.write(space, List.of(Change.put(record.key(), bytes, new Expect.Anything())));
    }
  }

  /** The state store, some of whose writes have another outcome. */
  private static StateStore answering(
      StateStore state, String space, Function<byte[], @Nullable Outcome> answer) {
    return Watched.of(
        StateStore.class,
        state,
        (method, arguments, real) -> {
          if (method.getName().equals("write") && arguments[0].equals(space)) {
            for (Object change : (List<?>) arguments[1]) {
              if (change instanceof Change.Put<?> put) {
                Outcome outcome = answer.apply((byte[]) put.value());
                if (outcome != null) {
                  return List.of(outcome);
                }
              }
            }
          }
          return real.call();
        });
  }

  private TableSync.Builder with(StateStore state) {
    return TableSync.builder("office", lab.office, lab.cloud, state)
        .agent("agent")
        .environment(lab.clock.environment());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"round\":{}}",
        "{\"compared\":1767225600000,\"round\":{\"salt\":\"a\",\"incarnation\":\"office\"}}",
        "{\"certificate\":{}}",
        "{\"certificate\":{\"incarnation\":\"a\",\"salt\":\"b\",\"ranges\":[{}]}}",
        "{\"source\":{},\"replica\":{}}",
        "{\"round\":{\"salt\":\"a\",\"incarnation\":\"office\",\"format\":\"x\",\"equal\":[null],"
            + "\"pending\":[{\"after\":5,\"through\":1,\"bits\":-1}]}}"
      })
  void whatIsRememberedAndMakesNoSenseIsForgotten(String record) {
    lab.rows(1, 10);
    lab.run();
    overwrite(MEMORY, record);
    lab.rows(11, 12);
    lab.source.remove("3");
    TableReport report = lab.run();
    assertThat(report.failure()).isEmpty();
    lab.assertEqual();
    assertThat(lab.builder().build().certificates()).containsKey("invoice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "[]", "{\"key\":\"3\",\"more\":true}"})
  void L11_aDamagedRecordOfARowStopsNothing(String record) {
    lab.rows(1, 10);
    lab.replica.refuse(row -> row.key().text().equals("3"));
    lab.run();
    overwrite(HELD, record);
    lab.clock.advance(Duration.ofMinutes(1));
    lab.rows(11, 11);
    assertThat(lab.run().failure()).isEmpty();
    lab.replica.refuse(row -> false);
    lab.clock.advance(Duration.ofHours(1));
    assertThat(lab.run().failure()).isEmpty();
    lab.assertEqual();
  }

  @Test
  void namesThatRunTogetherAreNamesOfDifferentRecords() {
    assertThat(TableMemory.record("a/b", "c")).isNotEqualTo(TableMemory.record("a", "b/c"));
    assertThat(TableMemory.record("a", "b/c")).doesNotStartWith(TableMemory.record("a", "b") + "/");
  }

  @Test
  void L11_aKillAfterTheCursorHasPassedAPoisonRowLosesNothing() {
    lab.rows(1, 10);
    lab.run();
    lab.replica.refuse(row -> row.key().text().equals("3"));
    lab.source.put("3", "changed", "11");
    StateStore killed =
        answering(
            lab.state,
            MEMORY,
            value -> {
              throw new SyncException(SyncException.Kind.PERMISSION_DENIED, "killed");
            });
    assertThat(with(killed).build().run().get(0).failure()).isPresent();
    assertThat(records(lab.state, HELD)).hasSize(1);

    lab.run();
    lab.replica.refuse(row -> false);
    lab.clock.advance(Duration.ofMinutes(1));
    lab.run();
    lab.assertEqual();
  }

  @Test
  void L12_aRowWithAHugeKeyIsOnRecord() {
    TableShape shape =
        new TableShape(
            "t",
            List.of(
                new Column("name", ColumnType.of(Kind.TEXT), false),
                new Column("version", ColumnType.of(Kind.INTEGER), false)),
            List.of("name"),
            Optional.of("version"));
    TableLab texts = new TableLab(shape);
    texts.source.put("\u0001".repeat(19_000), "1");
    texts.source.put("small", "2");
    texts.replica.refuse(row -> row.mark().value() == 1);
    StateStore state = answering(texts.state, HELD, TableRecordsTest::tooLarge);
    TableReport report =
        TableSync.builder("office", texts.office, texts.cloud, state)
            .agent("agent")
            .environment(texts.clock.environment())
            .build()
            .run()
            .get(0);
    assertThat(report.quarantined()).isOne();
    assertThat(records(texts.state, HELD)).hasSize(1);
  }

  private static @Nullable Outcome tooLarge(byte[] value) {
    return value.length > 65_536
        ? Outcome.rejected(SyncException.invalid(value.length + " bytes are too many"))
        : null;
  }

  @ParameterizedTest
  @ValueSource(strings = {MEMORY, HELD, "table-tag"})
  void L12_aRecordThatWasRefusedIsToldAndOneOfUnknownFateIsWrittenAgain(String space) {
    lab.rows(1, 10);
    lab.replica.refuse(row -> row.key().text().equals("3"));
    SyncException full = SyncException.invalid("the store takes no more");
    assertThatRunFails(with(answering(lab.state, space, value -> Outcome.rejected(full))));

    int[] lost = {2};
    SyncException silent = new SyncException(SyncException.Kind.UNAVAILABLE, "no answer");
    StateStore flaky =
        answering(lab.state, space, value -> lost[0]-- > 0 ? Outcome.unsure(silent) : null);
    assertThat(with(flaky).build().verify().get(0).failure()).isEmpty();
    assertThat(records(lab.state, space)).isNotEmpty();
  }

  private static void assertThatRunFails(TableSync.Builder builder) {
    try {
      assertThat(builder.build().run().get(0).failure())
          .hasValueSatisfying(why -> assertThat(why).hasMessageContaining("takes no more"));
    } catch (SyncException e) {
      assertThat(e).hasMessageContaining("takes no more");
    }
  }

  @Test
  void theRecordOfATableFitsIntoEveryStore() {
    long far = Long.MIN_VALUE;
    Digest large = new Digest(Long.MAX_VALUE / 1_000, Long.MIN_VALUE, Long.MIN_VALUE);
    Round round =
        Round.begin("0123456789abcdef", far, true, "i".repeat(300), "f".repeat(64), far, true);
    for (int i = 0; i < 200; i++) {
      Slice differing = new Slice.Marks(far + 2 * i, far + 2 * i + 1);
      List<Slice> two = List.of(differing, new Slice.Marks(far + 9_000 + i, far + 9_001 + i));
      round = round.after(Optional.of(far + i), large, two, 0, 1_767_225_600_000L);
    }
    TableMemory.Proof proof =
        new TableMemory.Proof("i".repeat(300), far, "0123456789abcdef", round.equal());
    TableMemory memory = TableMemory.NOTHING.withEnd(1, 1, proof).withRound(round);
    memory.write(settings(), "office", "invoice", Optional.empty());
    assertThat(records(lab.state, MEMORY).get(0).value().length).isLessThan(60_000);
  }

  private TableSettings settings() {
    return new TableSettings(
        "agent",
        lab.state,
        Duration.ofMinutes(1),
        1,
        1,
        Duration.ofSeconds(1),
        Duration.ofHours(1),
        Pace.standard(),
        RetryPolicy.forCalls(),
        RetryPolicy.forJobs(),
        SyncListener.none(),
        lab.clock.environment());
  }

  @Test
  void whatIsSaidOfRulesIsTheSameInEveryProcess() {
    String[] names = IntStream.range(10, 40).mapToObj(i -> "c" + i).toArray(String[]::new);
    ColumnRules rules = ColumnRules.standard().leaveOut(names).ignore(names).allowNarrower(names);
    for (String name : names) {
      rules = rules.rename(name, "other_" + name);
    }
    List<String> sorted = List.of(names);
    assertThat(rules.leftOut()).containsExactlyElementsOf(sorted);
    assertThat(rules.ignored()).containsExactlyElementsOf(sorted);
    assertThat(rules.narrower()).containsExactlyElementsOf(sorted);
    assertThat(rules.renamed().keySet()).containsExactlyElementsOf(sorted);
  }
}
