package dev.chirograph.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One schedule: edits of one or two offices, runs that are disturbed, and a time of rest, in which
 * all becomes equal.
 */
final class TableStorm {

  /** The records of the second begin with what might be those of a table of the first. */
  private static final List<String> NAMES = List.of("office", "office/6/parent");

  private final RandomGenerator random;
  private final TableTown town;
  private final List<TableBranch> branches = new ArrayList<>();

  TableStorm(Seed seed, TableTrace trace) {
    this.random = seed.random(1);
    TableTerms terms = TableTerms.draw(seed.random(0));
    trace.tell(terms);
    this.town = TableWorld.town(terms);
    for (int i = 0; i < terms.offices(); i++) {
      TableWorld world = new TableWorld(terms, town, NAMES.get(i));
      branches.add(new TableBranch(world, seed, 2 + 2 * i, trace, this::another));
    }
  }

  /** How often everything happened. */
  Map<TableHappening, Long> run() {
    branches.forEach(TableBranch::begin);
    for (int step = 3 + random.nextInt(12); step > 0; step--) {
      branches.get(random.nextInt(branches.size())).step();
    }
    branches.forEach(TableBranch::rest);
    assertThat(branches).as("what rests stays as it is").allMatch(TableBranch::isEqual);
    return town.counts();
  }

  /** Who works while somebody stands still. */
  private void another(TableBranch resting) {
    TableBranch one = branches.get(random.nextInt(branches.size()));
    one.nested(one == resting);
  }
}
