package dev.chirograph.jdbc;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** The tables of all logs of a database. Immutable and safe for use by several threads. */
final class LogTables {

  final Database database;
  final LogHeads heads;
  final LogItems items;
  final LogCommits commits;
  final LogLives lives;
  final LogMembers members;
  final LogDigests digests;
  final LogContentTable contents;
  final LogInbox inbox;
  final LogNotes notes;
  private final RandomGenerator random;

  LogTables(Database database, RandomGenerator random) {
    this.database = database;
    this.random = random;
    this.heads = new LogHeads(database);
    this.items = new LogItems(database);
    this.commits = new LogCommits(database);
    this.lives = new LogLives(database);
    this.members = new LogMembers(database);
    this.digests = new LogDigests(database);
    this.contents = new LogContentTable(database);
    this.inbox = new LogInbox(database);
    this.notes = new LogNotes(database);
  }

  /** An id for an epoch or a commit, which nobody else has. */
  UUID newId() {
    return new UUID(random.nextLong(), random.nextLong());
  }
}
