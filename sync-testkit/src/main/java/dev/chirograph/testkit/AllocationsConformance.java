package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Allocations;
import dev.chirograph.spi.relocate.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees PLC-1, PLC-2 and ALC-1 to ALC-5 of {@link Allocations}.
 *
 * <p>An adapter's test extends this class and says how its allocations are made.
 */
public abstract class AllocationsConformance {

  private static final String HOME = "home";
  private static final String OWNER = "project";
  private static final Allocation LAB = Allocation.of("lab", "lab-bucket", "alice");
  private static final Allocation CLINIC =
      new Allocation("clinic", "clinic-bucket", "p/é/", Optional.of("STANDARD_IA"), "bob");

  private Allocations allocations;

  /**
   * Makes allocations, of which there are none yet; once in a test.
   *
   * @param bucket where files of no allocation belong
   */
  protected abstract Allocations newAllocations(String bucket) throws Exception;

  /** Another object for the same allocations, as another JVM would have; or the same. */
  protected abstract Allocations again();

  /** Gives back what a test held. */
  protected void close() throws Exception {}

  @BeforeEach
  final void makeAllocations() throws Exception {
    allocations = newAllocations(HOME);
  }

  @AfterEach
  final void closeAll() throws Exception {
    close();
  }

  private void createBoth() {
    assertThat(allocations.create(LAB)).isTrue();
    assertThat(allocations.create(CLINIC)).isTrue();
  }

  private static Placement placement(Allocation in, long generation) {
    return new Placement(
        OWNER, generation, Optional.of(in.name()), in.bucket(), in.prefix(), in.storageClass());
  }

  private static Placement home(long generation) {
    return new Placement(OWNER, generation, Optional.empty(), HOME, "", Optional.empty());
  }

  private static void refused(Kind kind, ThrowingCallable call) {
    SyncException refusal = catchThrowableOfType(SyncException.class, call);
    assertThat(refusal).as("the refusal").isNotNull();
    assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
  }

  // ---- placements

  @Test
  void PLC_1_everyChangeRaisesTheGenerationAndIsSeen() {
    createBoth();
    assertThat(allocations.placementFor(OWNER)).isEmpty();
    long generation = 0;
    for (int round = 0; round < 3; round++) {
      Placement lab = allocations.assign(OWNER, "lab");
      assertThat(lab.generation()).isGreaterThan(generation);
      assertThat(lab).isEqualTo(placement(LAB, lab.generation()));
      assertThat(again().placementFor(OWNER)).contains(lab);
      Placement clinic = allocations.reassign(OWNER, "clinic");
      assertThat(clinic.generation()).isGreaterThan(lab.generation());
      assertThat(clinic).isEqualTo(placement(CLINIC, clinic.generation()));
      assertThat(again().placementFor(OWNER)).contains(clinic);
      Placement home = allocations.release(OWNER);
      assertThat(home.generation()).isGreaterThan(clinic.generation());
      assertThat(home).isEqualTo(home(home.generation()));
      assertThat(again().placementFor(OWNER)).contains(home);
      generation = home.generation();
    }
  }

  @Test
  void PLC_1_whatChangesNothingRaisesNothing() {
    createBoth();
    Placement lab = allocations.assign(OWNER, "lab");
    assertThat(allocations.assign(OWNER, "lab")).isEqualTo(lab);
    assertThat(allocations.reassign(OWNER, "lab")).isEqualTo(lab);
    allocations.assign("other", "lab");
    allocations.reassign("other", "clinic");
    assertThat(allocations.placementFor(OWNER)).contains(lab);
    Placement home = allocations.release(OWNER);
    assertThat(allocations.release(OWNER)).isEqualTo(home);
  }

  @Test
  void PLC_1_noChangeOfSeveralIsLost() {
    createBoth();
    int threads = 4;
    int rounds = 15;
    List<List<Placement>> given =
        Crowd.of(
            threads,
            number -> {
              List<Placement> mine = new ArrayList<>();
              for (int i = 0; i < rounds; i++) {
                String name = (number + i) % 2 == 0 ? "lab" : "clinic";
                mine.add(Crowd.patiently(() -> again().reassign(OWNER, name)));
              }
              return mine;
            });
    List<Placement> all = given.stream().flatMap(List::stream).toList();
    for (Placement one : all) {
      assertThat(all)
          .as("one placement for each generation")
          .filteredOn(other -> other.generation() == one.generation())
          .allMatch(one::equals);
    }
    long last = all.stream().mapToLong(Placement::generation).max().orElseThrow();
    assertThat(allocations.placementFor(OWNER).orElseThrow().generation()).isEqualTo(last);
  }

  @Test
  void PLC_2_ofSeveralThatAssignOneWins() {
    createBoth();
    for (int round = 0; round < 20; round++) {
      String owner = "project " + round;
      List<Boolean> assigned =
          Crowd.of(
              4,
              number ->
                  unlessRefused(
                      Kind.ALREADY_EXISTS,
                      () -> again().assign(owner, number % 2 == 0 ? "lab" : "clinic")));
      String has = allocations.placementFor(owner).orElseThrow().allocation().orElseThrow();
      assertThat(assigned)
          .as("%s has %s", owner, has)
          .isEqualTo(
              IntStream.range(0, 4).mapToObj(i -> (i % 2 == 0) == has.equals("lab")).toList());
    }
  }

  private static boolean unlessRefused(Kind kind, Runnable call) {
    try {
      return Crowd.patiently(
          () -> {
            call.run();
            return true;
          });
    } catch (SyncException e) {
      if (e.kind() != kind) {
        throw e;
      }
      return false;
    }
  }

  @Test
  void PLC_2_ownersAreKeptApart() {
    createBoth();
    List<String> owners = List.of("p", "P", "p ", " p", "%", "p/", "é", "e\u0301", "\uD83D\uDE00");
    for (int i = 0; i < owners.size(); i++) {
      allocations.assign(owners.get(i), i % 2 == 0 ? "lab" : "clinic");
    }
    for (int i = 0; i < owners.size(); i++) {
      assertThat(allocations.placementFor(owners.get(i)).orElseThrow().allocation())
          .contains(i % 2 == 0 ? "lab" : "clinic");
    }
    assertThat(allocations.placementFor("p%")).isEmpty();
    List<String> seen = new ArrayList<>();
    Optional<String> after = Optional.empty();
    List<String> page;
    do {
      page = allocations.owners(after, 2);
      assertThat(page).hasSizeLessThanOrEqualTo(2);
      seen.addAll(page);
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1));
    } while (!page.isEmpty());
    assertThat(seen).hasSameElementsAs(owners).hasSize(owners.size());
    assertThat(again().owners(Optional.empty(), 100)).isEqualTo(seen);
    assertThat(again().owners(Optional.of(seen.get(3)), 2)).isEqualTo(seen.subList(4, 6));
  }

  // ---- allocations

  @Test
  void ALC_1_creatingAgainChangesNothing() {
    createBoth();
    assertThat(allocations.create(LAB)).isFalse();
    assertThat(again().create(CLINIC)).isFalse();
    allocations.assign(OWNER, "clinic");
    assertThat(allocations.create(CLINIC)).isFalse();
    assertThat(allocations.placementFor(OWNER)).contains(placement(CLINIC, 1));
  }

  @Test
  void ALC_1_anotherOfTheNameIsRefused() {
    createBoth();
    for (Allocation other :
        List.of(
            new Allocation("lab", "other", "", Optional.empty(), "alice"),
            new Allocation("lab", "lab-bucket", "p", Optional.empty(), "alice"),
            new Allocation("lab", "lab-bucket", "", Optional.of("GLACIER"), "alice"),
            new Allocation("lab", "lab-bucket", "", Optional.empty(), "bob"))) {
      refused(Kind.ALREADY_EXISTS, () -> allocations.create(other));
    }
    allocations.assign(OWNER, "lab");
    assertThat(allocations.placementFor(OWNER)).contains(placement(LAB, 1));
  }

  @Test
  void ALC_1_namesAreComparedExactly() {
    List<String> names = List.of("lab", "Lab", "lab ", "làb", "l%");
    for (String name : names) {
      assertThat(allocations.create(Allocation.of(name, name + " bucket", "alice"))).isTrue();
    }
    for (String name : names) {
      assertThat(allocations.reassign(OWNER, name).bucket()).isEqualTo(name + " bucket");
    }
    refused(Kind.NOT_FOUND, () -> allocations.reassign(OWNER, "LAB"));
  }

  @Test
  void ALC_1_ofSeveralThatCreateOneDoes() {
    for (int round = 0; round < 20; round++) {
      Allocation same = Allocation.of("lab " + round, "bucket", "alice");
      assertThat(Crowd.of(4, number -> Crowd.patiently(() -> again().create(same))))
          .containsOnlyOnce(true);
    }
  }

  @Test
  void ALC_2_anotherAllocationIsGivenByReassigningOnly() {
    createBoth();
    Placement lab = allocations.assign(OWNER, "lab");
    refused(Kind.ALREADY_EXISTS, () -> allocations.assign(OWNER, "clinic"));
    assertThat(allocations.placementFor(OWNER)).contains(lab);
    allocations.reassign(OWNER, "clinic");
    refused(Kind.ALREADY_EXISTS, () -> allocations.assign(OWNER, "lab"));
    allocations.release(OWNER);
    assertThat(allocations.assign(OWNER, "lab").allocation()).contains("lab");
  }

  @Test
  void ALC_2_whatThereIsNotIsGivenToNobody() {
    refused(Kind.NOT_FOUND, () -> allocations.assign(OWNER, "lab"));
    refused(Kind.NOT_FOUND, () -> allocations.reassign(OWNER, "lab"));
    assertThat(allocations.placementFor(OWNER)).isEmpty();
    assertThat(allocations.owners(Optional.empty(), 9)).isEmpty();
  }

  @Test
  void ALC_3_whoseAllocationIsReleasedStaysKnown() {
    createBoth();
    allocations.assign(OWNER, "clinic");
    allocations.release(OWNER);
    assertThat(allocations.owners(Optional.empty(), 9)).containsExactly(OWNER);
    assertThat(again().placementFor(OWNER)).contains(home(2));
  }

  @Test
  void ALC_3_whoNeverHadOneStaysUnknown() {
    Placement placement = allocations.release(OWNER);
    assertThat(placement).isEqualTo(home(placement.generation()));
    assertThat(allocations.owners(Optional.empty(), 9)).isEmpty();
    assertThat(allocations.placementFor(OWNER)).isEmpty();
  }

  @Test
  void ALC_4_whatAnOwnerHasIsNotDropped() {
    createBoth();
    allocations.assign(OWNER, "lab");
    allocations.assign("other", "lab");
    refused(Kind.CONFLICT, () -> allocations.drop("lab"));
    allocations.release(OWNER);
    refused(Kind.CONFLICT, () -> again().drop("lab"));
    allocations.reassign("other", "clinic");
    allocations.drop("lab");
    allocations.drop("lab");
    refused(Kind.NOT_FOUND, () -> allocations.assign(OWNER, "lab"));
    assertThat(allocations.create(Allocation.of("lab", "another bucket", "bob"))).isTrue();
    assertThat(allocations.assign(OWNER, "lab").bucket()).isEqualTo("another bucket");
  }

  @Test
  void ALC_4_ofAssigningAndDroppingOneWins() {
    for (int round = 0; round < 30; round++) {
      String name = "lab " + round;
      String owner = "project " + round;
      allocations.create(Allocation.of(name, "lab bucket", "alice"));
      if (round % 2 == 0) { // a row of its own, or one that is there
        allocations.create(CLINIC);
        allocations.assign(owner, "clinic");
        allocations.release(owner);
      }
      List<Boolean> won =
          Crowd.of(
              2,
              number ->
                  number == 0
                      ? unlessRefused(Kind.CONFLICT, () -> again().drop(name))
                      : unlessRefused(Kind.NOT_FOUND, () -> again().assign(owner, name)));
      assertThat(won).as("round %s", round).containsOnlyOnce(true);
      Optional<String> has = allocations.placementFor(owner).flatMap(Placement::allocation);
      assertThat(has).isEqualTo(won.get(1) ? Optional.of(name) : Optional.empty());
    }
  }

  @Test
  void ALC_5_allocationsAreListedInOneOrderEachOnce() {
    assertThat(allocations.list(Optional.empty(), 9)).isEmpty();
    createBoth();
    for (String name : List.of("l", "Lab", "lab ", "l%", "é", "\uFF5E", "\uD83D\uDE00", "z")) {
      allocations.create(Allocation.of(name, "bucket", "alice"));
    }
    List<Allocation> all = allocations.list(Optional.empty(), 100);
    assertThat(all).hasSize(10).doesNotHaveDuplicates().contains(LAB, CLINIC);
    assertThat(listed(again(), 3)).isEqualTo(all);
    allocations.assign(OWNER, "clinic");
    assertThat(listed(again(), 1)).as("whoever has them").isEqualTo(all);
  }

  @Test
  void ALC_5_whatIsCreatedAndDroppedMeanwhileMovesNothingElse() {
    createBoth();
    for (int i = 0; i < 6; i++) {
      allocations.create(Allocation.of("n" + i, "bucket", "alice"));
    }
    List<Allocation> all = allocations.list(Optional.empty(), 100);
    List<Allocation> seen = new ArrayList<>(allocations.list(Optional.empty(), 4));
    allocations.drop(all.get(3).name());
    allocations.drop(all.get(5).name());
    allocations.create(Allocation.of("!", "bucket", "alice"));
    seen.addAll(allocations.list(Optional.of(all.get(3).name()), 100));
    List<Allocation> kept = new ArrayList<>(all);
    kept.remove(5);
    assertThat(seen).doesNotHaveDuplicates().containsSubsequence(kept);
  }

  private static List<Allocation> listed(Allocations from, int limit) {
    List<Allocation> all = new ArrayList<>();
    List<Allocation> page = from.list(Optional.empty(), limit);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page);
      page = from.list(Optional.of(page.get(page.size() - 1).name()), limit);
    }
    return all;
  }
}
