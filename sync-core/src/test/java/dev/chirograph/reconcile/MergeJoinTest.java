package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Listing.End;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergeJoinTest {

  private final List<String> seen = new ArrayList<>();

  private List<String> walk(FakeListing left, FakeListing right) {
    MergeJoin.walk(left, right, new Notes(Integer.MAX_VALUE));
    return seen;
  }

  private final class Notes implements MergeJoin.Visitor {
    private final int most;

    Notes(int most) {
      this.most = most;
    }

    private boolean note(String what, Entry entry) {
      seen.add(what + entry.key());
      return seen.size() < most;
    }

    @Override
    public boolean onlyLeft(Entry left) {
      return note("<", left);
    }

    @Override
    public boolean onlyRight(Entry right) {
      return note(">", right);
    }

    @Override
    public boolean both(Entry left, Entry right) {
      return note("=", left);
    }
  }

  @Test
  void givesEachKeyOnceInOrder() {
    assertThat(
            walk(
                FakeListing.of(End.COMPLETE, "a", "b", "d", "f"),
                FakeListing.of(End.COMPLETE, "b", "c", "d", "e")))
        .containsExactly("<a", "=b", ">c", "=d", ">e", "<f");
  }

  @Test
  void ofTwoEmptyListingsNothing() {
    assertThat(walk(FakeListing.of(End.COMPLETE), FakeListing.of(End.CUT))).isEmpty();
  }

  @Test
  void L2_whenTheLeftListingBreaksOffNothingBeyondIsOnlyRight() {
    assertThat(
            walk(
                FakeListing.of(End.CUT, "a", "c"),
                FakeListing.of(End.COMPLETE, "b", "c", "d", "e")))
        .containsExactly("<a", ">b", "=c");
  }

  @Test
  void L2_whenTheRightListingBreaksOffNothingBeyondIsOnlyLeft() {
    assertThat(walk(FakeListing.of(End.COMPLETE, "a", "d"), FakeListing.of(End.REFUSED, "b")))
        .containsExactly("<a", ">b");
  }

  @Test
  void endsWhenTheVisitorHasEnough() {
    MergeJoin.walk(
        FakeListing.of(End.COMPLETE, "a", "c"), FakeListing.of(End.CUT, "b", "c"), new Notes(2));

    assertThat(seen).containsExactly("<a", ">b");
  }
}
