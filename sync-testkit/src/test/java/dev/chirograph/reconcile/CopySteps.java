package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The target, which remembers each step and can be disturbed before it. */
final class CopySteps implements BlobStore, SupportsCopy {
  final MemoryBlobStore target;
  final List<String> steps = new ArrayList<>();
  final List<String> abandoned = new ArrayList<>();
  final Map<Integer, Runnable> disturbances = new HashMap<>();
  Runnable beforeAbandon = () -> {};

  CopySteps(Lab lab) {
    target = MemoryBlobStore.builder("to").clock(lab.clock).copyStepBytes(4).build();
  }

  void disturb(int step, Runnable action) {
    disturbances.put(step, action);
  }

  @Override
  public Step copy(
      BlobStore source,
      BlobRef ref,
      Version pin,
      ObjectVersion attributes,
      Key key,
      Expect expect,
      Optional<String> resume) {
    steps.add(resume.orElse("begin"));
    disturbances.getOrDefault(steps.size(), () -> {}).run();
    return target.copy(source, ref, pin, attributes, key, expect, resume);
  }

  @Override
  public void abandon(Key key, String resume) {
    beforeAbandon.run();
    abandoned.add(resume);
  }

  @Override
  public boolean copiesFrom(BlobStore source) {
    return target.copiesFrom(source);
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public StoreCapabilities capabilities() {
    return target.capabilities();
  }

  @Override
  public Observation<ObjectVersion> head(BlobRef ref) {
    return target.head(ref);
  }

  @Override
  public InputStream open(BlobRef ref, long offset, Expect expect) {
    return target.open(ref, offset, expect);
  }

  @Override
  public Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
    return target.put(key, attributes, content, expect);
  }

  @Override
  public Outcome delete(BlobRef ref, Expect expect) {
    return target.delete(ref, expect);
  }
}
