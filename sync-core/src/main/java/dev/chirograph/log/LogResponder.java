package dev.chirograph.log;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Compared;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogRequest.Wanted;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsRepair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What a node answers to others, out of its own log. It neither waits nor calls anybody, so a pull
 * that finds nothing is answered at once.
 *
 * <p>Safe for use by several threads.
 */
public final class LogResponder {

  private final OwnLog own;
  private final LogLimits limits;
  private final BiConsumer<String, LogItem> merged;

  private LogResponder(OwnLog own, LogLimits limits, BiConsumer<String, LogItem> merged) {
    this.own = own;
    this.limits = limits;
    this.merged = merged;
  }

  /** Answers out of a log, with the limits of {@link LogLimits#standard}. */
  public static LogResponder of(ReplicaLog log) {
    return of(log, LogLimits.standard(), (from, item) -> {});
  }

  /**
   * Answers out of a log.
   *
   * @param merged hears of every pushed item that told something new, and who pushed it
   * @throws SyncException of kind INVALID_ARGUMENT when the log does not know its peers
   */
  public static LogResponder of(
      ReplicaLog log, LogLimits limits, BiConsumer<String, LogItem> merged) {
    return new LogResponder(OwnLog.of(log), limits, Objects.requireNonNull(merged, "merged"));
  }

  /**
   * Answers one request.
   *
   * @param from the node that asks, as the transport has made sure of it
   * @throws SyncException INVALID_ARGUMENT when more is asked for than the limits allow;
   *     UNSUPPORTED when the log cannot be compared; the trouble of the log
   */
  public LogAnswer answer(String from, LogRequest request) {
    if (request instanceof Pull pull) {
      return new Pulled(pulled(from, pull));
    }
    if (request instanceof Push push) {
      return new Pushed(pushed(from, push.items()));
    }
    if (request instanceof Compare compare) {
      return compared(compare);
    }
    if (request instanceof Hashes hashes) {
      return hashed(hashes.slices());
    }
    if (request instanceof Items items) {
      return found(items.wanted());
    }
    Find find = (Find) request;
    limits.check("keys in a request", find.keys().size());
    return new Found(own.log().find(find.keys()));
  }

  private Page pulled(String from, Pull pull) {
    Page page =
        own.log()
            .read(
                pull.after(),
                Math.min(pull.limit(), limits.items()),
                Math.min(pull.maxBytes(), limits.bytes()));
    // A delete that a reader could not take, or has lost with a restore, is not forgotten here.
    Position held = page.validity() == Validity.OK && !pull.gap() ? pull.after() : Position.START;
    if (!isNoted(from, held)) {
      own.peers().passed(from, held);
    }
    notice(pull.after(), page);
    return page;
  }

  /** One who waits costs no writes. The log is asked: another process may have noted since. */
  private boolean isNoted(String reader, Position held) {
    return own.peers().members().stream()
        .anyMatch(member -> member.name().equals(reader) && member.passed() == held.number());
  }

  /** A reader who has come further in this life than this log, or elsewhere, proves a restore. */
  private void notice(Position position, Page page) {
    boolean sameLife = position.epoch().equals(page.bounds().head().epoch());
    boolean elsewhere =
        page.validity() == Validity.BEYOND_HEAD || page.validity() == Validity.OTHER_HISTORY;
    if (sameLife && elsewhere) {
      own.peers().newEpoch(position.epoch());
    }
  }

  private List<Receipt> pushed(String from, List<LogItem> items) {
    limits.check("items in a push", items.size());
    List<Optional<String>> obstacles =
        new ArrayList<>(items.stream().map(limits::obstacle).toList());
    List<Appended> done = merged(from, items, obstacles);
    List<Receipt> receipts = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < items.size(); i++) {
      Optional<String> obstacle = obstacles.get(i);
      Receipt receipt =
          obstacle.isPresent()
              ? new Receipt(Result.REJECTED, obstacle.get())
              : Receipt.of(done.get(next++).fate());
      receipts.add(receipt);
      if (receipt.result() == Result.ACCEPTED) {
        merged.accept(from, items.get(i));
      }
    }
    return receipts;
  }

  /** Merges what nothing is in the way of; an item that the log refuses keeps out no other. */
  private List<Appended> merged(
      String from, List<LogItem> items, List<Optional<String>> obstacles) {
    List<LogItem> taken = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (obstacles.get(i).isEmpty()) {
        taken.add(items.get(i));
      }
    }
    if (taken.isEmpty()) {
      return List.of();
    }
    try {
      return own.log().merge(Merge.of(from, taken));
    } catch (SyncException e) {
      if (e.kind() != Kind.INVALID_ARGUMENT) {
        throw e;
      }
    }
    List<Appended> done = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (obstacles.get(i).isEmpty()) {
        try {
          done.addAll(own.log().merge(Merge.of(from, List.of(items.get(i)))));
        } catch (SyncException e) {
          if (e.kind() != Kind.INVALID_ARGUMENT) {
            throw e;
          }
          obstacles.set(i, Optional.of("its log refuses it: " + e.getMessage()));
        }
      }
    }
    return done;
  }

  private Compared compared(Compare compare) {
    limits.check("slices in a request", compare.slices().size());
    compare.pointer().ifPresent(position -> notice(position, own.log().read(position, 1, 1)));
    // The ends first: whatever the digests have beyond them is only known too early.
    Bounds bounds = own.log().bounds();
    List<Digest> digests = repair().digests(List.<Slice>copyOf(compare.slices()));
    return new Compared(bounds, digests);
  }

  /** As many slices as make no large answer, but at least one: the others are asked for again. */
  private Hashed hashed(List<Slice.Bucket> slices) {
    limits.check("slices in a request", slices.size());
    List<Digest> digests = repair().digests(List.<Slice>copyOf(slices));
    int most = 0;
    long hashes = 0;
    while (most < slices.size() && (hashes += digests.get(most).count()) <= LogRepair.HASHES) {
      most++;
    }
    if (most == 0 && !slices.isEmpty()) {
      // The finest are as small as they get.
      if (slices.get(0).bits() < Slice.Bucket.MAX_BITS) {
        throw SyncException.invalid(
            "there are more than "
                + LogRepair.HASHES
                + " items in "
                + slices.get(0)
                + "; compare the digests of smaller ones first");
      }
      most = 1;
    }
    return new Hashed(
        repair().hashes(slices.subList(0, most)).stream()
            .map(found -> Arrays.stream(found).boxed().toList())
            .toList());
  }

  /** As many as fit into an answer, but at least some: the others are asked for again. */
  private Found found(List<Wanted> wanted) {
    limits.check("items in a request", wanted.stream().mapToInt(w -> w.hashes().size()).sum());
    List<LogItem> items = new ArrayList<>();
    long bytes = 0;
    for (Wanted some : wanted) {
      for (int from = 0; from < some.hashes().size(); from += LogRepair.PIECE) {
        if (bytes > limits.bytes()) {
          return new Found(items);
        }
        int to = Math.min(some.hashes().size(), from + LogRepair.PIECE);
        List<LogItem> piece = repair().items(some.slice(), some.hashes().subList(from, to));
        bytes += piece.stream().mapToLong(LogLimits::bytes).sum();
        items.addAll(piece);
      }
    }
    return new Found(items);
  }

  private SupportsRepair repair() {
    return own.repair()
        .orElseThrow(() -> new SyncException(Kind.UNSUPPORTED, own.log() + " cannot be compared"));
  }
}
