package dev.chirograph.log;

import dev.chirograph.SyncException;
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
   * Opens a content that the node holds. The caller closes the stream.
   *
   * @param sha256 its digest in lower-case hexadecimal
   * @param from the offset of the first byte
   * @throws SyncException NOT_FOUND when the node does not hold it, or the trouble
   */
  InputStream content(String sha256, long from);
}
