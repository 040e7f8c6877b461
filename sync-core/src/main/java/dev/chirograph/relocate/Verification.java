package dev.chirograph.relocate;

/** How a copy is compared with its original before handles are pointed to it. */
public enum Verification {
  /** By its length, and by what it says it is a copy of. Reads nothing. */
  SIZE,
  /**
   * By checksums that both stores give; where they share none, both are read and hashed. The
   * default.
   */
  CHECKSUM,
  /** Both are read and hashed, whatever the stores say. */
  BYTES
}
