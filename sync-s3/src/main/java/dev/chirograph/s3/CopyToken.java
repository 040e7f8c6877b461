package dev.chirograph.s3;

import dev.chirograph.SyncException;

/**
 * Where a copy in parts stands.
 *
 * @param upload the id of the upload
 * @param partBytes the size of its parts
 * @param copied the number of the last part that needs no look any more
 */
record CopyToken(String upload, long partBytes, int copied) {

  static CopyToken parse(String text) {
    String[] fields = text.split(" ", 3);
    try {
      return new CopyToken(fields[2], Long.parseLong(fields[0]), Integer.parseInt(fields[1]));
    } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
      throw SyncException.invalid("not a token of a copy in parts: " + text, e);
    }
  }

  CopyToken at(int part) {
    return new CopyToken(upload, partBytes, part);
  }

  @Override
  public String toString() {
    return partBytes + " " + copied + " " + upload;
  }
}
