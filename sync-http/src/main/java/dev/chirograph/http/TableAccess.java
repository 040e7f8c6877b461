package dev.chirograph.http;

import java.util.Optional;

/**
 * Finds out who makes a request to tables; {@link BearerTokens} does by a token.
 *
 * <p>What it reads must not be up to the caller, as a header is unless it proves something or a
 * proxy overwrites it. Safe for use by several threads.
 */
public interface TableAccess {

  /**
   * Who makes a request; nothing of its body has been read.
   *
   * @return empty when that is not certain, and the request is refused
   * @throws dev.chirograph.SyncException of kind PERMISSION_DENIED when the caller is known and may
   *     nothing; of another kind when it cannot be found out now
   */
  Optional<TableCaller> caller(HttpCall call);
}
