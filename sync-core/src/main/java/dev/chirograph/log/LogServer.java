package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Answers those who may ask, and lets pulls wait for something to come. */
final class LogServer {

  private final String node;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final LogResponder responder;
  private final Changes changes;
  private final LogSettings settings;
  private volatile boolean closed;

  LogServer(
      String node,
      Set<String> known,
      LogResponder responder,
      Changes changes,
      LogSettings settings) {
    this.node = node;
    this.known.addAll(known);
    this.responder = responder;
    this.changes = changes;
    this.settings = settings;
  }

  boolean admits(String from) {
    return known.contains(from);
  }

  /** Answers a node no more. */
  void refuse(String from) {
    known.remove(from);
    changes.grew();
  }

  void admit(String from) {
    if (!admits(from)) {
      throw new SyncException(
          Kind.PERMISSION_DENIED, "'" + from + "' is neither a peer nor a reader of " + node);
    }
  }

  LogAnswer answer(String from, LogRequest request) {
    long end = System.nanoTime() + patience(request).toNanos();
    while (true) {
      admit(from); // it may have been retired while it waited
      long counted = changes.count();
      LogAnswer answer = responder.answer(from, request);
      if (request instanceof Push) {
        changes.grew();
      }
      long left = end - System.nanoTime();
      if (closed || left <= 0 || !isEmpty(answer)) {
        return answer;
      }
      try {
        // Other processes append without telling: look again now and then.
        changes.await(counted, Duration.ofNanos(Math.min(left, settings.poll().toNanos())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return answer;
      }
    }
  }

  private Duration patience(LogRequest request) {
    if (!(request instanceof Pull pull)) {
      return Duration.ZERO;
    }
    return pull.patience().compareTo(settings.patience()) < 0
        ? pull.patience()
        : settings.patience();
  }

  private static boolean isEmpty(LogAnswer answer) {
    return answer instanceof Pulled pulled && isEmpty(pulled.page());
  }

  private static boolean isEmpty(Page page) {
    return page.items().isEmpty() && page.validity() == Validity.OK;
  }

  /** Lets nobody wait any longer. */
  void close() {
    closed = true;
    changes.grew();
  }
}
