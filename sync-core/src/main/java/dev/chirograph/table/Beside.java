package dev.chirograph.table;

import dev.chirograph.Environment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Two things at once: they are done by different databases. */
final class Beside {

  private Beside() {}

  /**
   * Does one thing here and the other in a thread of its own; neither is under way any more when
   * this ends. When both fail, the first one's failure is told.
   */
  static <A, B, R> R both(
      Environment environment, Supplier<A> here, Supplier<B> there, BiFunction<A, B, R> then) {
    CompletableFuture<B> other = new CompletableFuture<>();
    environment.threads().newThread(() -> complete(other, there)).start();
    A mine;
    try {
      mine = here.get();
    } catch (RuntimeException | Error e) {
      other.handle((value, error) -> true).join();
      throw e;
    }
    return then.apply(mine, result(other));
  }

  private static <B> void complete(CompletableFuture<B> result, Supplier<B> work) {
    try {
      result.complete(work.get());
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  private static <B> B result(CompletableFuture<B> other) {
    try {
      return other.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
