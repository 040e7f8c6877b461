package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.spi.StateStore;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** What is kept of each pair in a state store: when it was worked on, and what hints may delete. */
final class PairStore {

  private static final String SCOPES = "reconcile-scopes";
  private static final String BUDGETS = "reconcile-budgets";

  private final Records records;
  private final RandomGenerator random;

  PairStore(StateStore state, Engine<?> engine) {
    this.records = new Records(state, engine);
    this.random = engine.random();
  }

  /**
   * When a pair was last asked for and last completed, in milliseconds since 1970; 0 means never.
   *
   * @param size how many items its replica had when it was last walked whole; 0 when it never was
   */
  record State(long lastRequested, long lastCompleted, long lastFailed, long size) {
    static final State NEVER = new State(0, 0, 0, 0);

    State requested(long at) {
      return new State(Math.max(at, lastRequested), lastCompleted, lastFailed, size);
    }

    State completed(long at) {
      return new State(lastRequested, Math.max(at, lastCompleted), lastFailed, size);
    }

    State failed(long at) {
      return new State(lastRequested, lastCompleted, Math.max(at, lastFailed), size);
    }

    State sized(long items) {
      return new State(lastRequested, lastCompleted, lastFailed, items);
    }
  }

  State read(String pair) {
    return records
        .get(SCOPES, Key.utf8(pair))
        .map(stored -> RunRecord.read(stored.value(), State.class))
        .orElse(State.NEVER);
  }

  void update(String pair, Function<State, State> function) {
    records.change(
        SCOPES,
        Key.utf8(pair),
        old ->
            Optional.of(
                RunRecord.bytes(
                    function.apply(
                        old.map(bytes -> RunRecord.read(bytes, State.class))
                            .orElse(State.NEVER)))));
  }

  // ---- budgets for deletes outside runs

  /**
   * How many deletes were made in a time window.
   *
   * @param spender drawn by who spent last, so that nobody takes another's write for their own
   */
  record Budget(long windowStart, long spent, long spender) {}

  /**
   * Gives back a delete that was certainly not made.
   *
   * @param window what {@link #spend} answered; once another window has begun, nothing is given
   *     back
   */
  void giveBack(String pair, long window) {
    long me = random.nextLong();
    records.change(
        BUDGETS,
        Key.utf8(pair),
        old ->
            old.map(bytes -> RunRecord.read(bytes, Budget.class))
                .map(
                    now ->
                        now.windowStart() == window
                            ? new Budget(window, Math.max(0, now.spent() - 1), me)
                            : now)
                .map(RunRecord::bytes));
  }

  /**
   * Takes one delete out of the budget of a pair; answers the window it was taken from, or nothing
   * when none was left. The window is measured by the clocks of the workers: one that runs fast
   * opens the next one early, once.
   */
  OptionalLong spend(String pair, long now, long windowMillis, long limit) {
    OptionalLong[] granted = {OptionalLong.empty()};
    long me = random.nextLong();
    records.change(
        BUDGETS,
        Key.utf8(pair),
        old -> {
          Budget before =
              old.map(bytes -> RunRecord.read(bytes, Budget.class)).orElse(new Budget(now, 0, me));
          boolean over = now - before.windowStart() >= windowMillis;
          Budget window = over ? new Budget(now, 0, me) : before;
          boolean left = window.spent() < limit;
          granted[0] = left ? OptionalLong.of(window.windowStart()) : OptionalLong.empty();
          Budget after = left ? new Budget(window.windowStart(), window.spent() + 1, me) : window;
          return Optional.of(RunRecord.bytes(after));
        });
    return granted[0];
  }
}
