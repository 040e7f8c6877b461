package dev.chirograph.simulation;

/** What happens in a {@link LogSimulation}; a {@link Tally} counts it. */
public enum Happening {
  /** A node was simulated. */
  NODE("nodes"),
  /** A message was sent. */
  SENT("messages"),
  /** A message was lost on its way. */
  LOST("lost"),
  /** A message arrived twice. */
  REPEATED("repeated"),
  /** A message took much longer than others, which overtook it. */
  DELAYED("delayed"),
  /** A message did not arrive because the network was cut. */
  CUT_OFF("cut off"),
  /** The network was cut, in both directions or in one. */
  CUT("cuts"),
  /** A node was cut off for longer than deletes are remembered. */
  AWAY("long absences"),
  /** An entry was acknowledged. */
  APPENDED("entries"),
  /** A process ended between two events. */
  CRASH("crashes"),
  /** A process ended just before or after a call of its log. */
  CRASH_AT_A_CALL("crashes at a call"),
  /** A call of a log failed, before it had done anything or after. */
  FAILED_CALL("failed calls"),
  /** A log was restored from a backup. */
  RESTORE("restores"),
  /** A log was restored beneath processes that went on, as when a database fails over. */
  FAILOVER("restores beneath processes"),
  /** A log was restored from a backup of another branch, as when a copy takes its place. */
  BRANCH("restores to another branch"),
  /** An entry was in no log any more after a restore, or when its node had left. */
  VANISHED("entries nobody has"),
  /** A log began a new life. */
  NEW_EPOCH("new epochs"),
  /** Somebody's place in a log was not known there any more. */
  INVALID_PLACE("unknown places"),
  /** A delete was forgotten. */
  FORGOTTEN("forgotten deletes"),
  /** An item was dropped in a comparison, since a peer had forgotten its delete. */
  DROPPED("dropped items"),
  /** An item was not taken in. */
  REFUSED("refused items"),
  /** Two logs were compared. */
  COMPARISON("comparisons"),
  /** A comparison had to begin again. */
  ANEW("comparisons begun anew"),
  /** A node joined those that were there. */
  JOIN("joins"),
  /** A node left for good. */
  LEAVE("leaves");

  private final String text;

  Happening(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
