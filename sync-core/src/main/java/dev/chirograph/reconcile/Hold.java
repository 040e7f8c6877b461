package dev.chirograph.reconcile;

/** Whether a batch is still ours. Safe for use by several threads. */
interface Hold {

  /** A batch that nobody else can have. */
  Hold FREE =
      new Hold() {
        @Override
        public boolean mine() {
          return true;
        }

        @Override
        public boolean extended() {
          return true;
        }
      };

  /** Whether it is ours for all that is known here; asks nobody. */
  boolean mine();

  /** Asks the queue, and keeps the batch for longer; false when it is not ours any more. */
  boolean extended();

  /** Whether it is ours, even if the queue has to be asked. */
  default boolean stillMine() {
    return mine() || extended();
  }
}
