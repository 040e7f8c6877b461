package dev.chirograph.simulation;

import java.util.random.RandomGenerator;

/**
 * What may happen in a schedule; drawn first, so that simple ones exist, too.
 *
 * @param tables how many there are, from 1 to 5
 * @param batch how many rows a batch has at most
 * @param most how many rows one round may delete
 * @param appends only what a source shows by growing versions happens, and nothing is compared
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
    int tables,
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

  static TableTerms draw(RandomGenerator random) {
    boolean appends = random.nextInt(4) == 0;
    return new TableTerms(
        random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(appends ? 2 : 5),
        1 + random.nextInt(6),
        2 + random.nextInt(9),
        appends,
        random.nextInt(3) > 0,
        !appends && random.nextInt(8) == 0,
        !appends && random.nextInt(3) == 0,
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
