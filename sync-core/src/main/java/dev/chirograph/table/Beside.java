package dev.chirograph.table;

import dev.chirograph.Environment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Something that is done in a thread of its own, while the caller does something else. */
final class Beside<T> {

  private final CompletableFuture<T> result = new CompletableFuture<>();

  Beside(Environment environment, Supplier<T> work) {
    environment
        .threads()
        .newThread(
            () -> {
              try {
                result.complete(work.get());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            })
        .start();
  }

  /** Does two things at once; neither is under way any more when this ends. */
  static <A, B, R> R both(
      Environment environment, Supplier<A> here, Supplier<B> there, BiFunction<A, B, R> then) {
    Beside<B> other = new Beside<>(environment, there);
    A mine;
    try {
      mine = here.get();
    } catch (RuntimeException e) {
      other.settle();
      throw e;
    }
    return then.apply(mine, other.get());
  }

  /** Waits until it has ended, well or not. */
  void settle() {
    result.handle((value, error) -> true).join();
  }

  /** Waits for it; what it threw is thrown here. */
  T get() {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
