package dev.chirograph.log;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How it stands between this node and a peer.
 *
 * @param peer its name
 * @param paused whether this node was told not to ask it
 * @param comparing whether the logs are being compared, or will be next
 * @param lagItems how many positions of its log this node has not read yet, at most; as of the last
 *     answer
 * @param lag how long ago this node had all that the peer had; zero when it had with the last
 *     answer and is neither paused nor failing since, empty when it never had
 * @param merged how many items from it told something new, since this node was started
 * @param refused how many of its items this node does not take, since it was started
 * @param pushed how many items it was sent, since this node was started
 * @param dropped how many items were not sent, because it could not be reached or there were too
 *     many at once: it will pull them
 * @param lastSuccess when it answered last; empty when never
 * @param lastError what went wrong last, empty when nothing has since it answered
 */
public record PeerStatus(
    String peer,
    boolean paused,
    boolean comparing,
    long lagItems,
    Optional<Duration> lag,
    long merged,
    long refused,
    long pushed,
    long dropped,
    Optional<Instant> lastSuccess,
    Optional<String> lastError) {

  public PeerStatus {
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(lag, "lag");
    Objects.requireNonNull(lastSuccess, "lastSuccess");
    Objects.requireNonNull(lastError, "lastError");
  }
}
