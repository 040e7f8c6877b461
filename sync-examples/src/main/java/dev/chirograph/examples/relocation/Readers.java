package dev.chirograph.examples.relocation;

import dev.chirograph.Pacing;
import dev.chirograph.spi.relocate.Location;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Users who go on reading, with addresses that they were given some time ago. Each read has to give
 * a content of the file, as long as the address is no older than the grace.
 */
final class Readers implements AutoCloseable {

  private static final Duration BREATH = Duration.ofMillis(10);

  private final Host host;
  private final S3Client s3;
  private final Ledger ledger;
  private final Duration grace;
  private final long holdNanos;
  private final List<Thread> threads;
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong moved = new AtomicLong();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  /** An address, and when it was given. */
  private record Address(String id, Location at, long since) {}

  /**
   * Starts some.
   *
   * @param hold how long they keep an address before they read there; less than the grace
   */
  Readers(
      Host host, S3Client s3, Ledger ledger, Duration grace, Duration hold, int number, long seed) {
    this.host = host;
    this.s3 = s3;
    this.ledger = ledger;
    this.grace = grace;
    this.holdNanos = hold.toNanos();
    this.threads =
        new Random(seed).longs(number).mapToObj(one -> new Thread(() -> read(one))).toList();
    threads.forEach(Thread::start);
  }

  /** How often a file was read. */
  long reads() {
    return reads.get();
  }

  /** How often it had left the address by then. */
  long moved() {
    return moved.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  private void read(long seed) {
    Random random = new Random(seed);
    Deque<Address> addresses = new ArrayDeque<>();
    while (!ended) {
      List<String> ids = List.copyOf(ledger.files().keySet());
      for (int i = 0; i < 100 && !ended; i++) {
        String id = ids.get(random.nextInt(ids.size()));
        long now = System.nanoTime();
        host.address(id).ifPresent(at -> addresses.add(new Address(id, at, now)));
        while (!addresses.isEmpty() && now - addresses.element().since() >= holdNanos) {
          read(addresses.remove());
        }
        Pacing.system().await(BREATH);
      }
    }
  }

  private void read(Address address) {
    Optional<String> trouble = trouble(address);
    boolean excused =
        ledger.of(address.id()).deleted() || System.nanoTime() - address.since() > grace.toNanos();
    reads.incrementAndGet();
    if (!host.address(address.id()).equals(Optional.of(address.at()))) {
      moved.incrementAndGet();
    }
    if (trouble.isPresent() && !excused) {
      failures.add(address.id() + " at " + address.at() + ": " + trouble.get());
    }
  }

  private Optional<String> trouble(Address address) {
    Location at = address.at();
    try {
      String content =
          Ledger.hash(
              "SHA-256",
              s3.getObjectAsBytes(get -> get.bucket(at.bucket()).key(at.key().text()))
                  .asByteArrayUnsafe());
      return ledger.of(address.id()).contents().contains(content)
          ? Optional.empty()
          : Optional.of("holds something else");
    } catch (SdkException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
