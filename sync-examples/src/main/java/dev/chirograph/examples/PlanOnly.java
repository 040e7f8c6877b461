package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.SyncListener;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.spi.BlobStore.BlobRef;

/**
 * Plan before you act: the same report as a run, and not one write. The single items are told to a
 * listener.
 *
 * <p>A plan also shows when a run would refuse to delete: here, after most of a bucket was lost.
 */
public final class PlanOnly {

  private static final int PICTURES = 40;

  private final MemoryBlobStore bucket = MemoryBlobStore.of("photos");
  private final MemoryReplica<ObjectState> catalogue = MemoryReplica.ofObjects();

  private PlanOnly() {}

  /** Takes no arguments and needs no server. */
  public static void main(String... args) {
    new PlanOnly().run();
  }

  private void run() {
    for (int i = 0; i < PICTURES; i++) {
      put("2025/" + i + ".jpg", "picture " + i);
    }
    Reconciler.builder("photos", bucket.asReplica(), catalogue).build().sync(Scope.all());
    var planner =
        Reconciler.builder("photos", bucket.asReplica(), catalogue).listener(new Printer()).build();

    put("2026/new.jpg", "a new picture");
    put("2025/1.jpg", "an old picture, retouched");
    delete("2025/2.jpg");
    System.out.println("Plan after three changes in the bucket:");
    System.out.println(planner.plan(Scope.all()));

    for (int i = 10; i < PICTURES; i++) {
      delete("2025/" + i + ".jpg");
    }
    System.out.println("Plan after most of the bucket was lost:");
    System.out.println(planner.plan(Scope.all()));
    System.out.println("The catalogue was not touched: it holds " + catalogue.size() + " objects.");
  }

  private void put(String path, String content) {
    bucket.put(Key.utf8(path), content.getBytes(UTF_8));
  }

  private void delete(String path) {
    bucket.delete(BlobRef.latest(Key.utf8(path)), Expect.anything());
  }

  /** Says of each item what would be done. */
  private static final class Printer implements SyncListener {
    @Override
    public void itemDone(ItemEvent event) {
      System.out.println("  " + event.result() + " " + event.key());
    }
  }
}
