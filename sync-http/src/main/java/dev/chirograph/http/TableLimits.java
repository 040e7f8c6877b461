package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.spi.table.WriteLimits;
import java.io.IOException;

/**
 * How much a handler of tables takes and gives at once.
 *
 * @param rows of one write, put and deleted ones together
 * @param bytes of the rows of one write or answer, as {@code Row.bytes} counts them
 * @param row bytes of a row that is written alone
 * @param slices of one request
 * @param keys of one request
 * @param page rows of one page of a manifest
 * @param body bytes of a request that brings no rows, after decompression
 */
record TableLimits(int rows, long bytes, int row, int slices, int keys, int page, int body) {

  private static final int BYTES_OF_A_CHARACTER = 6; // where it is escaped
  private static final int BYTES_OF_A_CELL = 4;
  private static final int MOST_MESSAGE = 256 << 20;

  static final TableLimits STANDARD =
      new TableLimits(10_000, 16L << 20, 48 << 20, 1_024, 10_000, 10_000, 16 << 20);

  /** These, where a table takes no less. */
  TableLimits within(WriteLimits table) {
    return new TableLimits(
        Math.min(rows, table.rows()),
        Math.min(bytes, table.bytes()),
        row,
        slices,
        keys,
        page,
        body);
  }

  /** The bytes of a write of so many rows. */
  long bytesOf(int number) {
    return number == 1 ? Math.max(row, bytes) : bytes;
  }

  WriteLimits ofWrites() {
    return new WriteLimits(rows, bytes);
  }

  /** How many bytes a write has as JSON at most. */
  long writeBody() {
    long content = Math.max(bytes, row + (long) BYTES_OF_A_CELL * FormatWire.MOST_COLUMNS);
    return Math.max(MOST_MESSAGE, content * BYTES_OF_A_CHARACTER) + body;
  }

  static void write(JsonGenerator out, TableLimits limits) throws IOException {
    out.writeStartObject();
    out.writeNumberField("rows", limits.rows);
    out.writeNumberField("bytes", limits.bytes);
    out.writeNumberField("row", limits.row);
    out.writeNumberField("slices", limits.slices);
    out.writeNumberField("keys", limits.keys);
    out.writeNumberField("page", limits.page);
    out.writeNumberField("body", limits.body);
    out.writeEndObject();
  }

  /** Reads what a handler says; what it does not say is as usual. */
  static TableLimits read(JsonIn in) throws IOException {
    Member<Integer> rows = number("rows");
    Member<Long> bytes = Member.of("bytes", TableLimits::positive);
    Member<Integer> row = number("row");
    Member<Integer> slices = number("slices");
    Member<Integer> keys = number("keys");
    Member<Integer> page = number("page");
    Member<Integer> body = number("body");
    in.object(rows, bytes, row, slices, keys, page, body);
    return new TableLimits(
        rows.or(STANDARD.rows),
        bytes.or(STANDARD.bytes),
        row.or(STANDARD.row),
        slices.or(STANDARD.slices),
        keys.or(STANDARD.keys),
        page.or(STANDARD.page),
        body.or(STANDARD.body));
  }

  private static Member<Integer> number(String name) {
    return Member.of(name, in -> in.whole(1, Integer.MAX_VALUE));
  }

  private static long positive(JsonIn in) throws IOException {
    long number = in.whole();
    if (number < 1) {
      throw in.wrong("a limit is not positive");
    }
    return number;
  }
}
