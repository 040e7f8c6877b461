package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry;
import java.io.InputStream;

/**
 * Another node, as this one reaches it. Implementations make one request for one call: they neither
 * retry nor wait beyond what a request asks for.
 *
 * <p>Safe for use by several threads.
 */
public interface LogPeer {

  /**
   * Asks the node.
   *
   * @return the answer that belongs to the request
   * @throws SyncException UNAVAILABLE when no answer came, whatever became of the request; what the
   *     node refused otherwise
   */
  LogAnswer call(LogRequest request);

  /**
   * Opens a content that the node holds, at its location where that belongs to the node, else where
   * all its content is. The caller closes the stream.
   *
   * @param content what; its location comes from elsewhere and is not to be trusted: an
   *     implementation asks no address but those that were registered for this peer
   * @param from the offset of the first byte
   * @throws SyncException NOT_FOUND when the node does not hold it, or the trouble
   */
  InputStream content(LogEntry.Content content, long from);

  /**
   * A node in this process.
   *
   * @param caller the name under which it is asked
   */
  static LogPeer of(String caller, LogReplicator node) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        return node.answer(caller, request);
      }

      @Override
      public InputStream content(LogEntry.Content content, long from) {
        return node.content(caller, content.sha256(), from);
      }
    };
  }
}
