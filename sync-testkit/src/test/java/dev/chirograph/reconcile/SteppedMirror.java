package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryBlobStore;
import org.junit.jupiter.api.BeforeEach;

/** One object that is copied in four steps or more. */
abstract class SteppedMirror {

  static final Key KEY = key("large");

  final Lab lab = new Lab();
  final MemoryBlobStore from = MemoryBlobStore.builder("from").clock(lab.clock).build();
  final CopySteps to = new CopySteps(lab);
  final Mirror mirror = Mirror.of(from.asReplica(), from, to.target.asReplica(), to);

  @BeforeEach
  void fill() {
    from.put(KEY, "fourteen bytes".getBytes(UTF_8));
  }

  static void fail(Kind kind) {
    throw new SyncException(kind, "no step");
  }

  Reconciler<Mirror.Original> durable() {
    return lab.durable(mirror.source(), mirror.replica()).build();
  }

  String copied() {
    return new String(to.target.content(KEY).orElseThrow(), UTF_8);
  }
}
