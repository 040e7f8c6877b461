package dev.chirograph.s3;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a listing, a bounded number of them fetched ahead on an executor.
 *
 * <p>The reader never waits for a task that has not begun: it runs it itself. So a reader that runs
 * on the executor's only thread, or an executor that refuses, makes the listing slower and nothing
 * else.
 *
 * @param <C> what names the place of a page
 * @param <T> the content of a page
 */
final class PageFeed<C, T> implements AutoCloseable {

  /** One page, and where the next one begins; null after the last. */
  record Page<C, T>(T content, @Nullable C next) {}

  /** Fetches the page at a place; null stands for the beginning. */
  @FunctionalInterface
  interface Fetch<C, T> {
    Page<C, T> fetch(@Nullable C place);
  }

  private final Fetch<C, T> fetch;
  private final @Nullable Executor executor;
  private final int ahead;

  /** Fetched pages in order; only the last one can be under way. */
  private final Deque<FutureTask<T>> pages = new ArrayDeque<>();

  private @Nullable C place;
  private boolean underWay;
  private boolean ended;

  /**
   * @param executor null: nothing is fetched ahead
   * @param ahead how many pages may be fetched and not read yet; at least 1
   */
  PageFeed(Fetch<C, T> fetch, @Nullable Executor executor, int ahead) {
    this.fetch = fetch;
    this.executor = executor;
    this.ahead = ahead;
  }

  /**
   * The next page; null after the last.
   *
   * @throws SyncException when it could not be fetched; nothing follows then
   */
  @Nullable T next() {
    FutureTask<T> page = head();
    if (page == null) {
      return null;
    }
    page.run();
    try {
      T content = page.get();
      read(page);
      return content;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyncException(Kind.UNAVAILABLE, "the listing was interrupted", e);
    } catch (ExecutionException e) {
      throw SyncException.of(e.getCause() == null ? e : e.getCause());
    } catch (CancellationException e) {
      throw new SyncException(Kind.UNAVAILABLE, "the listing was closed before its end", e);
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    for (FutureTask<T> page : pages) {
      page.cancel(true);
    }
    pages.clear();
  }

  private synchronized @Nullable FutureTask<T> head() {
    return pages.isEmpty() && !ended ? add() : pages.peekFirst();
  }

  private synchronized void read(FutureTask<T> page) {
    pages.remove(page);
    fetchAhead();
  }

  private FutureTask<T> add() {
    C from = place;
    FutureTask<T> page = new FutureTask<>(() -> fetch(from));
    underWay = true;
    pages.addLast(page);
    return page;
  }

  private T fetch(@Nullable C from) {
    try {
      Page<C, T> page = fetch.fetch(from);
      if (page.next() != null && page.next().equals(from)) {
        throw new SyncException(
            Kind.CORRUPT, "the listing does not move on: a page ends where it began, at " + from);
      }
      fetched(page.next());
      return page.content();
    } catch (RuntimeException e) {
      fetched(null);
      throw e;
    }
  }

  private synchronized void fetched(@Nullable C next) {
    place = next;
    underWay = false;
    ended |= next == null;
    fetchAhead();
  }

  private void fetchAhead() {
    if (executor == null || ended || underWay || pages.size() >= ahead) {
      return;
    }
    FutureTask<T> page = add();
    try {
      executor.execute(page);
    } catch (RejectedExecutionException e) {
      // The reader will run it.
    }
  }
}
