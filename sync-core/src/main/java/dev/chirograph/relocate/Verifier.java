package dev.chirograph.relocate;

import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Location;
import java.util.Optional;

/** Compares copies with their originals. */
final class Verifier {

  private final BlobStores stores;
  private final Verification how;
  private final Throttle throttle;

  Verifier(BlobStores stores, Verification how, Throttle throttle) {
    this.stores = stores;
    this.how = how;
    this.throttle = throttle;
  }

  /** Whether it is worth comparing something that is there already with what is to be copied. */
  boolean mayBeEqual(ObjectVersion original, ObjectVersion there) {
    return Contents.areEqual(original, there)
        || (how != Verification.SIZE && Contents.mayBeEqual(original, there));
  }

  /** Whether the bytes of both have to be read. */
  boolean reads(ObjectVersion original, ObjectVersion copy) {
    return how == Verification.BYTES
        || (how == Verification.CHECKSUM && !Contents.areEqual(original, copy));
  }

  /**
   * Why handles must not be pointed to a copy.
   *
   * @param ofHandle whether the copy is right, and what the handle says of its content is not
   */
  record Fault(String why, boolean ofHandle) {}

  /** What a copy holds that its original does not, or its handle does not say; most often none. */
  Optional<Fault> fault(Step.Task task, Location to, Observation.Present<ObjectVersion> copy) {
    String both = "the copy of " + task.from() + " in " + to;
    if (copy.value().size() != task.object().size()) {
      String sizes = copy.value().size() + " bytes instead of " + task.object().size();
      return Optional.of(new Fault(both + " has " + sizes, false));
    }
    if (!reads(task.object(), copy.value())) {
      return Optional.empty();
    }
    Hashes here = Hashes.read(stores, throttle, task.from(), task.pin());
    return Hashes.read(stores, throttle, to, copy.version()).equals(here)
        ? ofHandle(task, here)
        : Optional.of(new Fault(both + " holds something else", false));
  }

  private static Optional<Fault> ofHandle(Step.Task task, Hashes here) {
    return task.handle()
        .md5()
        .filter(said -> !said.equals(here.md5()))
        .map(
            said ->
                new Fault(
                    "the handle "
                        + task.handle().id()
                        + " says that the MD5 of "
                        + task.from()
                        + " is "
                        + said
                        + ", but it is "
                        + here.md5()
                        + "; find out which of them is right before this job is replayed",
                    true));
  }
}
