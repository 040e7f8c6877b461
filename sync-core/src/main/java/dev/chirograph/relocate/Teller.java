package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.SyncListener.ItemEvent;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.spi.Job;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener what became of moves; what it throws is its own affair. */
record Teller(SyncListener listener) {

  private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

  void told(Job job, Key item, ItemResult result, Optional<SyncException> remark) {
    try {
      listener.itemDone(new ItemEvent(job.run(), job.scope(), item, result, remark));
    } catch (RuntimeException e) {
      LOG.warn("a listener failed: {}", e.toString(), e);
    }
  }

  /** It failed; whether it is tried again, its advice says. */
  void failed(Job job, Key item, SyncException why) {
    told(job, item, why.mayRetry() ? ItemResult.RETRIED : ItemResult.FAILED, Optional.of(why));
  }
}
