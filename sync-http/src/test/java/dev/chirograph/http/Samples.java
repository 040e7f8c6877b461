package dev.chirograph.http;

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
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** One of everything that goes over the wire, always the same. */
final class Samples {

  static final UUID EPOCH = UUID.fromString("0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a");
  static final UUID MARK = UUID.fromString("7d444840-9dc0-41d1-b245-5ffdce74fad2");
  static final String SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private Samples() {}

  static Position position(long number) {
    return new Position(EPOCH, number, MARK);
  }

  static UUID id(int number) {
    return new UUID(0x5eed_0000_0000_4000L, 0x8000_0000_0000_0000L | number);
  }

  static LogEntry entry(int number, Operation operation, Key key, Content content) {
    return new LogEntry(
        new Dot("oslo", EPOCH, number),
        Instant.parse("2026-01-01T00:00:00.000123Z"),
        new Body(
            id(number), operation, key, "1.0", content, number == 1 ? "{\"by\":\"ann\"}" : ""));
  }

  static List<LogItem> items() {
    Content content = new Content(SHA256, 4, "https://oslo.example/log/v1/content/" + SHA256);
    LogEntry added = entry(1, Operation.ADD, Key.utf8("lib/a.jar"), content);
    LogEntry deprecated = entry(2, Operation.DEPRECATE, Key.utf8("lib/a.jar"), Content.NONE);
    return List.of(
        LogItem.of(added),
        new LogItem(deprecated, Optional.of(added)),
        LogItem.of(
            entry(3, Operation.DELETE, Key.ofBytes(new byte[] {(byte) 0xff, 0}), Content.NONE)),
        LogItem.of(
            entry(
                4, Operation.ADD, Key.utf8("\uD83D\uDE00 \u0000\"\\/"), new Content("", 7, "x"))));
  }

  static Bounds bounds() {
    return new Bounds(
        position(0),
        position(4),
        LogContext.of(Map.of(new Life("oslo", EPOCH), 4L, new Life("bergen", MARK), 9L)));
  }

  static List<Slice.Bucket> slices() {
    return List.of(
        Slice.Bucket.ALL,
        new Slice.Bucket(3, 5),
        new Slice.Bucket(8, 0x0a),
        new Slice.Bucket(16, 0xbeef));
  }

  /** Every kind of request, by the name of its golden file. */
  static Map<String, LogRequest> requests() {
    Map<String, LogRequest> requests = new LinkedHashMap<>();
    requests.put("pull-from-start", new Pull(Position.START, 1_000, 4 << 20, Duration.ZERO));
    requests.put("pull", new Pull(position(17), true, 500, 1L << 40, Duration.ofSeconds(20)));
    requests.put("push", new Push(items()));
    requests.put("digests", new Compare(Optional.of(position(17)), slices()));
    requests.put("digests-first", new Compare(Optional.empty(), List.of(Slice.Bucket.ALL)));
    requests.put("hashes", new Hashes(slices()));
    requests.put(
        "items",
        new Items(
            List.of(
                new Wanted(new Slice.Bucket(16, 0xbeef), List.of(1L, -1L, Long.MIN_VALUE)),
                new Wanted(new Slice.Bucket(12, 0x0af), List.of()))));
    requests.put(
        "find", new Find(List.of(Key.utf8("lib/a.jar"), Key.ofBytes(new byte[] {(byte) 0xff, 0}))));
    return requests;
  }

  /** The answer to each of {@link #requests}. */
  static Map<String, LogAnswer> answers() {
    Map<String, LogAnswer> answers = new LinkedHashMap<>();
    answers.put(
        "pull-from-start", new Pulled(new Page(items(), position(4), bounds(), Validity.OK)));
    answers.put(
        "pull", new Pulled(new Page(List.of(), position(17), bounds(), Validity.OTHER_HISTORY)));
    answers.put(
        "push",
        new Pushed(
            List.of(
                new Receipt(Result.ACCEPTED, ""),
                new Receipt(Result.DUPLICATE, ""),
                new Receipt(Result.FORGOTTEN, ""),
                new Receipt(Result.REJECTED, "its payload has more than 262144 bytes"))));
    answers.put(
        "digests",
        new Compared(
            bounds(),
            List.of(
                Digest.EMPTY,
                Digest.of(1),
                Digest.of(-1).plus(Digest.of(Long.MIN_VALUE)),
                new Digest(Long.MAX_VALUE, Long.MIN_VALUE, 0x0123_4567_89ab_cdefL))));
    answers.put("digests-first", new Compared(bounds(), List.of(Digest.of(42))));
    answers.put(
        "hashes",
        new Hashed(List.of(List.of(), List.of(1L), List.of(-1L, Long.MIN_VALUE), List.of(7L))));
    answers.put("items", new Found(items()));
    answers.put("find", new Found(List.of()));
    return answers;
  }
}
