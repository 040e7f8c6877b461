package dev.chirograph.log;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsPeers.Member;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node does to agree with one peer: it pulls from where it was, and compares the logs when
 * it was told to or when the peer does not know the place any more.
 *
 * <p>It does no I/O but with the own log, and knows no time: whoever drives it sends {@link #next}
 * to the peer and tells what came of it to {@link #answered} or {@link #failed}. An answer that is
 * lost, late or comes twice does no harm; the next request is made from what is durable.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class LogLink {

  private final OwnLog own;
  private final String peer;
  private final Options options;
  private @Nullable LogRepair repair;
  private @Nullable LogRequest asked;
  private boolean compare;
  private boolean comparable = true;
  private boolean pullFirst;
  private boolean justCompared;

  /**
   * How a link asks.
   *
   * @param items how many items a page has
   * @param bytes how many bytes of payloads a page has
   * @param patience how long the peer waits with an empty page
   * @param forgets how many items one comparison may drop because the peer has forgotten them
   * @param merged hears of every item that told something new
   * @param dropped hears of every item that was dropped because the peer has seen it deleted, and
   *     has forgotten the delete
   * @param refused hears of every item that could not be taken, and why
   */
  public record Options(
      int items,
      long bytes,
      Duration patience,
      DeleteLimit forgets,
      Consumer<LogItem> merged,
      Consumer<LogItem> dropped,
      Refused refused) {

    public Options {
      Objects.requireNonNull(patience, "patience");
      Objects.requireNonNull(forgets, "forgets");
      Objects.requireNonNull(merged, "merged");
      Objects.requireNonNull(dropped, "dropped");
      Objects.requireNonNull(refused, "refused");
    }

    /** Nobody hears of what is dropped. */
    public Options(
        int items,
        long bytes,
        Duration patience,
        DeleteLimit forgets,
        Consumer<LogItem> merged,
        Refused refused) {
      this(items, bytes, patience, forgets, merged, item -> {}, refused);
    }

    /** Pages of 1,000 items and 4 MiB, no waiting, the standard limit, and nobody who hears. */
    public static Options standard() {
      return new Options(
          1_000, 4 << 20, Duration.ZERO, DeleteLimit.standard(), item -> {}, (item, why) -> {});
    }
  }

  /** Hears of items that could not be taken. */
  @FunctionalInterface
  public interface Refused {

    /** The peer has this item, and the own log does not take it. */
    void item(LogItem item, SyncException why);

    /** The own log has this item, and the peer does not take it, or has forgotten it. */
    default void own(LogItem item, SyncException why) {
      item(item, why);
    }
  }

  private LogLink(OwnLog own, String peer, Options options) {
    this.own = own;
    this.peer = peer;
    this.options = options;
  }

  /**
   * A link to a peer.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the log does not know its peers
   */
  public static LogLink of(ReplicaLog log, String peer, Options options) {
    return new LogLink(
        OwnLog.of(log),
        Objects.requireNonNull(peer, "peer"),
        Objects.requireNonNull(options, "options"));
  }

  /** Compares the logs next, and pulls again afterwards. */
  public void compare() {
    compare = true;
    comparable = true;
  }

  /** Whether a comparison is under way or due. */
  public boolean comparing() {
    return compare || repair != null;
  }

  /** The request to make now; the same one until it is answered or has failed. */
  public LogRequest next() {
    if (asked == null) {
      if (compare && repair == null && !pullFirst) {
        compare = false;
        repair = canCompare() ? new LogRepair(own, peer, options) : null;
      }
      asked = repair == null ? pull() : repair.next();
    }
    return asked;
  }

  private boolean canCompare() {
    return comparable && own.repair().isPresent();
  }

  private Pull pull() {
    Optional<Member> known =
        own.peers().members().stream().filter(member -> member.name().equals(peer)).findFirst();
    return new Pull(
        known.flatMap(Member::pointer).orElse(Position.START),
        known.filter(Member::gap).isPresent(),
        options.items(),
        options.bytes(),
        compare ? Duration.ZERO : options.patience());
  }

  /**
   * The request was not answered, or refused; the next one begins from what is durable. A
   * comparison begins anew after everything was pulled, so that its trouble keeps nothing else from
   * coming.
   */
  public void failed() {
    asked = null;
    if (repair != null) {
      repair = null;
      compare = true;
      pullFirst = true;
    }
  }

  /** The same, and why: a peer that cannot compare is not asked to before somebody says so. */
  public void failed(SyncException why) {
    boolean refused = repair != null && why.kind() == Kind.UNSUPPORTED;
    failed();
    if (refused) {
      comparable = false;
      compare = false;
      pullFirst = false;
    }
  }

  /**
   * Takes an answer. One to a request that is not under way any more changes nothing, be it equal
   * to the one that is: what it says may be overtaken.
   *
   * @param request what it is the answer to, as {@link #next} gave it
   * @return whether there is more to do now; false when this node has all that the peer had
   * @throws SyncException when the own log fails, or the answer does not belong to the request;
   *     then the request counts as failed
   */
  @SuppressWarnings("ReferenceEquality") // an equal one may have been made before
  public boolean answered(LogRequest request, LogAnswer answer) {
    if (request != asked) {
      return true;
    }
    try {
      boolean more = repair == null ? pulled(answer) : repaired(repair, answer);
      asked = null;
      return more;
    } catch (RuntimeException e) {
      failed();
      throw e;
    }
  }

  private boolean repaired(LogRepair under, LogAnswer answer) {
    under.answered(answer);
    if (under.isDone()) {
      repair = null;
      justCompared = true;
    }
    return true;
  }

  private boolean pulled(LogAnswer answer) {
    if (!(answer instanceof Pulled pulled) || !(asked instanceof Pull pull)) {
      throw wrong(peer, answer);
    }
    Page page = pulled.page();
    if (page.validity() != Validity.OK) {
      lost(pull.after(), page.validity());
      return true;
    }
    if (!page.reachesHead() && page.next().number() <= pull.after().number()) {
      throw nonsense("says that there is more, and leads no further than " + pull.after());
    }
    merge(own, options, Merge.of(peer, page).readAfter(pull.after()));
    justCompared = false;
    // Unless the own log was restored meanwhile, or another process has read on.
    boolean atHead =
        page.reachesHead() && own.peers().pointer(peer).filter(page.next()::equals).isPresent();
    pullFirst &= !atHead;
    return compare || !atHead;
  }

  /** The peer does not know where reading has come to. */
  private void lost(Position after, Validity validity) {
    if (after.equals(Position.START)) {
      throw nonsense("does not know the beginning of its log: " + validity);
    }
    if (!canCompare()) {
      // Everything again, from the beginning: what is known costs no more than its way here.
      own.log().merge(Merge.fromTheStart(peer));
      return;
    }
    compare = true;
    pullFirst = false;
    if (justCompared) {
      justCompared = false;
      throw new SyncException(
          Kind.CONFLICT,
          peer
              + " does not know a place that it gave a moment ago: "
              + validity
              + "; is it several logs behind one address?");
    }
  }

  private SyncException nonsense(String what) {
    return new SyncException(Kind.UNEXPECTED, peer + " " + what);
  }

  /**
   * Takes over what can be taken over; what cannot is told, and stops nothing.
   *
   * @return whether everything was taken over
   */
  static boolean merge(OwnLog own, Options options, Merge merge) {
    List<Appended> done;
    try {
      done = own.log().merge(merge);
    } catch (SyncException e) {
      if (e.kind() != Kind.INVALID_ARGUMENT || merge.items().isEmpty()) {
        throw e;
      }
      mergeOneByOne(own, options, merge);
      return false;
    }
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i).fate() == Fate.ADDED) {
        options.merged().accept(merge.items().get(i));
      }
    }
    return true;
  }

  private static void mergeOneByOne(OwnLog own, Options options, Merge merge) {
    for (LogItem item : merge.items()) {
      try {
        if (own.log().merge(Merge.of(merge.peer(), List.of(item))).get(0).fate() == Fate.ADDED) {
          options.merged().accept(item);
        }
      } catch (SyncException e) {
        if (e.kind() != Kind.INVALID_ARGUMENT) {
          throw e;
        }
        options.refused().item(item, e);
      }
    }
    own.log().merge(merge.leavingOut());
  }

  static SyncException wrong(String peer, LogAnswer answer) {
    return new SyncException(
        Kind.UNEXPECTED,
        peer
            + " gave an answer that does not belong to the request: "
            + answer.getClass().getSimpleName());
  }
}
