package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The jobs of a lease as bytes.
 *
 * <p>One record per slot, big-endian: scope (4), rank (2), flags (2), seq (8), run (8), attempts
 * (2), lengths of key, note and error (2 each), then those three. PostgreSQL puts the records
 * together by itself, see {@link #POSTGRESQL}.
 *
 * <p>Notes that were written since stand beside it: slot (4), length (2), bytes; a later one of a
 * slot replaces an earlier one.
 */
final class LeasePayload {

  /**
   * The record of a row in PostgreSQL. Four numbers of eight bytes: fewer and larger pieces are
   * faster.
   */
  static final String POSTGRESQL =
      """
      int8send((scope::bigint << 32) | ((ranking & 65535)::bigint << 16) | flags)
        || int8send(seq) || int8send(run)
        || int8send((attempts::bigint << 48) | (octet_length(item)::bigint << 32)
             | (octet_length(note)::bigint << 16) | octet_length(error))
        || item || note || error""";

  private static final int FIXED_BYTES = 32;

  private LeasePayload() {}

  static byte[] encode(List<JobRow> rows) {
    int size = 0;
    for (JobRow row : rows) {
      size += FIXED_BYTES + row.key.length() + row.note.length + row.error.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (JobRow row : rows) {
      out.putInt(row.scope).putShort((short) row.rank).putShort((short) row.flags);
      out.putLong(row.seq).putLong(row.run).putShort((short) row.attempts);
      out.putShort((short) row.key.length());
      out.putShort((short) row.note.length).putShort((short) row.error.length);
      out.put(row.key.toBytes()).put(row.note).put(row.error);
    }
    return out.array();
  }

  /** The rows of a lease by slot, with their present notes. */
  static List<JobRow> decode(int lane, byte[] jobs, Map<Integer, byte[]> notes) {
    List<JobRow> rows = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(jobs);
    try {
      while (in.hasRemaining()) {
        JobRow row = decodeOne(lane, in);
        row.note = notes.getOrDefault(rows.size(), row.note);
        rows.add(row);
      }
    } catch (BufferUnderflowException | NegativeArraySizeException | SyncException e) {
      throw broken("a broken record at slot " + rows.size(), e);
    }
    return rows;
  }

  private static SyncException broken(String what, RuntimeException cause) {
    return new SyncException(
        SyncException.Kind.CORRUPT, "a lease holds " + what + "; its row was changed", cause);
  }

  private static JobRow decodeOne(int lane, ByteBuffer in) {
    int scope = in.getInt();
    int rank = in.getShort();
    int flags = in.getShort();
    long seq = in.getLong();
    long run = in.getLong();
    int attempts = in.getShort();
    byte[] key = new byte[in.getShort()];
    byte[] note = new byte[in.getShort()];
    byte[] error = new byte[in.getShort()];
    in.get(key).get(note).get(error);
    JobRow row = new JobRow(lane, scope, Key.ofBytes(key));
    row.rank = rank;
    row.flags = flags;
    row.seq = seq;
    row.run = run;
    row.attempts = attempts;
    row.note = note;
    row.error = error;
    return row;
  }

  static byte[] encodeNotes(Map<Integer, byte[]> notes) {
    int size = notes.values().stream().mapToInt(note -> 6 + note.length).sum();
    ByteBuffer out = ByteBuffer.allocate(size);
    notes.forEach((slot, note) -> out.putInt(slot).putShort((short) note.length).put(note));
    return out.array();
  }

  static Map<Integer, byte[]> decodeNotes(byte[] notes) {
    Map<Integer, byte[]> bySlot = new HashMap<>();
    ByteBuffer in = ByteBuffer.wrap(notes);
    try {
      while (in.hasRemaining()) {
        int slot = in.getInt();
        byte[] note = new byte[in.getShort()];
        in.get(note);
        bySlot.put(slot, note);
      }
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw broken("a broken note after " + bySlot.size() + " others", e);
    }
    return bySlot;
  }

  /** Hashes by slot, four bytes each. */
  static byte[] encodeHashes(List<JobRow> rows) {
    ByteBuffer out = ByteBuffer.allocate(4 * rows.size());
    rows.forEach(row -> out.putInt(row.hash()));
    return out.array();
  }

  /** The settled slots as bits; always long enough for PostgreSQL to ask for any slot, or empty. */
  static byte[] encodeSettled(BitSet settled, int slots) {
    byte[] bits = new byte[(slots + 7) / 8];
    byte[] set = settled.toByteArray();
    System.arraycopy(set, 0, bits, 0, set.length);
    return bits;
  }

  /** The only run of these rows, or -1 when there are several. */
  static long onlyRun(List<JobRow> rows) {
    long run = rows.get(0).run;
    return rows.stream().allMatch(row -> row.run == run) ? run : -1;
  }
}
