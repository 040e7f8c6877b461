package dev.chirograph.reconcile;

import dev.chirograph.spi.SupportsSteps.Progress;
import java.util.Optional;

/** Progress that nobody keeps: the work has no job. */
enum Unkept implements Progress {
  PROGRESS;

  @Override
  public Optional<String> kept() {
    return Optional.empty();
  }

  @Override
  public boolean keep(String note) {
    return true;
  }
}
