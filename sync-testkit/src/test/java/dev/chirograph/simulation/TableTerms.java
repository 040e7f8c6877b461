package dev.chirograph.simulation;

import java.util.random.RandomGenerator;

/**
 * What may happen in a schedule; drawn first, so that simple ones exist, too.
 *
 * @param offices how many there are, each with a replica of its own in the cloud
 * @param tables how many there are, from 1 to 5
 * @param size how many rows a table seems to have for each one it has: many make a comparison come
 *     in pieces
 * @param slices how many slices are asked for at once
 * @param pieces a run compares one piece of each table
 * @param batch how many rows a batch has at most
 * @param most how many rows one round may delete
 * @param appends only what a source shows by growing versions happens, and nothing is compared
 *     unless the source says that another life has begun
 * @param late transactions commit after later ones
 * @param lag the horizon is a guess
 * @param restores databases go back to a backup
 * @param tampering rows change without a trace
 * @param refusals the replica does not take some rows, and unique values are swapped
 * @param company another agent works on the tables
 * @param strangers another database is mounted for a while
 * @param losses what the engine remembers is lost
 * @param trouble how many of 1,000 calls fail
 * @param kills how many of 1,000 calls end their process
 * @param edits how many of 1,000 calls have an edit before them
 */
record TableTerms(
    int offices,
    int tables,
    int size,
    int slices,
    boolean pieces,
    int batch,
    int most,
    boolean appends,
    boolean late,
    boolean lag,
    boolean restores,
    boolean tampering,
    boolean refusals,
    boolean company,
    boolean strangers,
    boolean losses,
    int trouble,
    int kills,
    int edits) {

  private static final int[] SIZES = {1, 1, 1_000, 100_000};

  /** Nothing goes wrong by itself. */
  static TableTerms calm(int batch, int most) {
    return new TableTerms(
        1, 5, 1, 256, false, batch, most, false, false, false, false, false, true, false, false,
        false, 0, 0, 0);
  }

  static TableTerms draw(RandomGenerator random) {
    boolean appends = random.nextInt(4) == 0;
    int size = SIZES[random.nextInt(SIZES.length)];
    return new TableTerms(
        random.nextInt(5) == 0 ? 2 : 1,
        random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(appends ? 2 : 5),
        size,
        size == 1 ? 256 : 2 + random.nextInt(18),
        size > 1 && random.nextInt(4) > 0,
        1 + random.nextInt(6),
        2 + random.nextInt(9),
        appends,
        random.nextInt(3) > 0,
        !appends && random.nextInt(8) == 0,
        random.nextInt(3) == 0,
        !appends && random.nextInt(3) == 0,
        random.nextInt(2) == 0,
        random.nextInt(3) == 0,
        !appends && random.nextInt(6) == 0,
        !appends && random.nextInt(4) == 0,
        random.nextInt(3) == 0 ? 0 : random.nextInt(60),
        random.nextInt(3) == 0 ? 0 : random.nextInt(40),
        random.nextInt(3) == 0 ? 0 : random.nextInt(150));
  }
}
