package dev.chirograph;

/** How a store enforces the expectation of a write; the weakest is first. */
public enum Guard {
  /** Not at all. */
  NONE,
  /** By a look just before the write; something may slip in between. */
  CHECKED,
  /** By the store itself, in one step with the write. */
  ATOMIC
}
