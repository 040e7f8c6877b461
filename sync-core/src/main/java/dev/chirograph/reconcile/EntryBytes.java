package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Entries of a listing as bytes of a temporary file. */
final class EntryBytes {

  private EntryBytes() {}

  static void write(Entry entry, DataOutputStream out) throws IOException {
    byte[] key = entry.key().toBytes();
    out.writeShort(key.length);
    out.write(key);
    out.writeBoolean(entry.tombstone());
    Evidence evidence = entry.evidence();
    writeText(evidence.etag(), out);
    out.writeLong(evidence.size().orElse(-1));
    writeText(evidence.versionId(), out);
    out.writeLong(evidence.lastModified().map(Instant::getEpochSecond).orElse(Long.MIN_VALUE));
    writeText(evidence.uid(), out);
    writeText(evidence.history(), out);
    out.writeByte(evidence.checksums().size());
    for (Map.Entry<String, String> checksum : evidence.checksums().entrySet()) {
      out.writeUTF(checksum.getKey());
      out.writeUTF(checksum.getValue());
    }
  }

  private static void writeText(Optional<String> text, DataOutputStream out) throws IOException {
    out.writeBoolean(text.isPresent());
    if (text.isPresent()) {
      out.writeUTF(text.get());
    }
  }

  static Entry read(DataInputStream in) throws IOException {
    byte[] key = new byte[in.readUnsignedShort()];
    in.readFully(key);
    boolean tombstone = in.readBoolean();
    Evidence.Builder evidence = Evidence.builder().etag(readText(in));
    long size = in.readLong();
    if (size >= 0) {
      evidence.size(size);
    }
    evidence.versionId(readText(in));
    long modified = in.readLong();
    evidence.lastModified(modified == Long.MIN_VALUE ? null : Instant.ofEpochSecond(modified));
    evidence.uid(readText(in)).history(readText(in));
    int checksums = in.readByte();
    Map<String, String> byAlgorithm = new HashMap<>();
    for (int i = 0; i < checksums; i++) {
      byAlgorithm.put(in.readUTF(), in.readUTF());
    }
    return new Entry(Key.ofBytes(key), evidence.checksums(byAlgorithm).build(), tombstone);
  }

  private static @Nullable String readText(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }
}
