package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogAnswer.Compared;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogRequest.Wanted;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.testkit.HostileKeys;
import dev.chirograph.testkit.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever is written is read again as it was. */
class RoundTripTest {

  private static final List<String> TEXTS =
      Stream.concat(
              HostileKeys.text().stream().map(Key::text),
              Stream.of("", "\u0000\u0001\u001f\u007f", "a\r\nb", "\uFFFF", "\u2028", "</script>"))
          .toList();

  private final Seed seed = Seed.draw();
  private final SplittableRandom random = seed.random();

  private void requestComesBack(LogRequest request) throws IOException {
    if (request instanceof Pull pull) {
      assertThat(PullQuery.read(PullQuery.write(pull))).isEqualTo(pull);
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Requests.write(request, bytes);
    assertThat(
            Requests.read(Route.of(request), new ByteArrayInputStream(bytes.toByteArray()), 10_000))
        .isEqualTo(request);
  }

  private void answerComesBack(LogRequest request, LogAnswer answer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Answers.write(answer, bytes);
    assertThat(Answers.read(request, new ByteArrayInputStream(bytes.toByteArray())))
        .isEqualTo(answer);
  }

  @Test
  void everyHostileKeyAndTextComesBack() throws IOException {
    List<LogItem> items = new ArrayList<>();
    for (Key key : HostileKeys.all()) {
      items.add(item(key));
    }
    requestComesBack(new Push(items));
    requestComesBack(new Find(HostileKeys.all()));
    answerComesBack(new Find(List.of()), new Found(items));
  }

  @Test
  void randomMessagesComeBack() throws IOException {
    for (int i = 0; i < 300; i++) {
      List<Slice.Bucket> slices = some(this::slice);
      List<Wanted> wanted = some(() -> new Wanted(slice(), some(random::nextLong)));
      requestComesBack(pull());
      requestComesBack(new Push(some(this::item)));
      requestComesBack(
          new Compare(random.nextBoolean() ? Optional.of(position()) : Optional.empty(), slices));
      requestComesBack(new Hashes(slices));
      requestComesBack(new Items(wanted));
      requestComesBack(new Find(some(this::key)));
      List<LogItem> items = some(this::item);
      answerComesBack(
          new Pull(Position.START, Math.max(1, items.size()), 1, Duration.ZERO),
          new Pulled(new Page(items, position(), bounds(), one(Validity.values()))));
      answerComesBack(
          new Push(items),
          new Pushed(
              items.stream().map(item -> new Receipt(one(Result.values()), text())).toList()));
      answerComesBack(
          new Compare(Optional.empty(), slices),
          new Compared(bounds(), slices.stream().map(slice -> digest()).toList()));
      answerComesBack(
          new Hashes(slices),
          new Hashed(slices.stream().map(slice -> some(random::nextLong)).toList()));
      answerComesBack(new Find(List.of()), new Found(items));
    }
  }

  private <T> List<T> some(Supplier<T> one) {
    return Stream.generate(one).limit(random.nextInt(6)).toList();
  }

  private <T> T one(T[] all) {
    return all[random.nextInt(all.length)];
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private long number() {
    return random.nextBoolean() ? random.nextInt(100) : random.nextLong();
  }

  private Key key() {
    return HostileKeys.all().get(random.nextInt(HostileKeys.all().size()));
  }

  private Slice.Bucket slice() {
    int bits = random.nextInt(17);
    return new Slice.Bucket(bits, random.nextInt(1 << bits));
  }

  private Position position() {
    return random.nextInt(5) == 0 ? Position.START : new Position(uuid(), number(), uuid());
  }

  private Pull pull() {
    return new Pull(
        position(),
        random.nextBoolean(),
        1 + random.nextInt(Integer.MAX_VALUE),
        1 + random.nextLong(Long.MAX_VALUE),
        Duration.ofMillis(random.nextInt(100_000)));
  }

  private Digest digest() {
    return new Digest(random.nextLong(), random.nextLong(), random.nextLong());
  }

  private Bounds bounds() {
    Map<Life, Long> seen = new HashMap<>();
    some(this::text).forEach(node -> seen.put(new Life(node, uuid()), number()));
    return new Bounds(position(), position(), LogContext.of(seen));
  }

  private LogItem item() {
    return item(key());
  }

  private LogItem item(Key key) {
    LogEntry entry = entry(one(Operation.values()), key, text());
    boolean deprecated = entry.body().operation() == Operation.DEPRECATE && random.nextBoolean();
    return new LogItem(
        entry,
        deprecated
            ? Optional.of(entry(Operation.ADD, key, entry.body().version()))
            : Optional.empty());
  }

  private LogEntry entry(Operation operation, Key key, String version) {
    Content content = random.nextBoolean() ? Content.NONE : new Content(text(), number(), text());
    return new LogEntry(
        new Dot(text(), uuid(), number()),
        time(),
        new Body(uuid(), operation, key, version, content, text()));
  }

  private Instant time() {
    return switch (random.nextInt(4)) {
      case 0 -> Instant.MIN;
      case 1 -> Instant.MAX;
      case 2 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      default -> Instant.parse("2026-01-01T00:00:00Z");
    };
  }
}
