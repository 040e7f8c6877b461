package dev.chirograph.reconcile;

import dev.chirograph.jobs.HeldLease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsSteps.Progress;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** How far the write of a job is, kept as the job's note while its lease lasts. */
final class JobProgress implements Progress {

  private final HeldLease lease;
  private final int slot;
  private final BooleanSupplier closing;
  private volatile String note;

  JobProgress(HeldLease lease, LeasedJob leased, BooleanSupplier closing) {
    this.lease = lease;
    this.slot = leased.slot();
    this.closing = closing;
    this.note = leased.job().note();
  }

  @Override
  public Optional<String> kept() {
    return Optional.of(note).filter(kept -> !kept.isEmpty());
  }

  @Override
  public boolean keep(String next) {
    if (!lease.settle(List.of(new Settlement.Note(slot, next)))) {
      return false;
    }
    note = next;
    return lease.mine() && !closing.getAsBoolean();
  }
}
