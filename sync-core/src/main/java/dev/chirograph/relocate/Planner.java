package dev.chirograph.relocate;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Says what would be moved, line by line, and a hash of it. */
final class Planner implements Collector.Misplaced {

  /** Takes what nobody wants to read. */
  static final Appendable NOWHERE = Writer.nullWriter();

  private final BlobStores stores;
  private final KeyRule keys;
  private final Appendable lines;
  private final MessageDigest hash;
  private long handles;
  private long objects;
  private long bytes;
  private long ofUnknownSize;
  private long streamed;

  /**
   * @param lines takes one line of CSV for each handle
   */
  Planner(BlobStores stores, KeyRule keys, Appendable lines) {
    this.stores = stores;
    this.keys = keys;
    this.lines = lines;
    try {
      this.hash = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
    write(PlanLine.NAMES + "\n");
  }

  @Override
  public void page(Placement placement, List<FileHandle> page) {
    objects += page.stream().map(Alike::of).distinct().count();
    for (FileHandle handle : page) {
      handles++;
      bytes += handle.size().orElse(0);
      ofUnknownSize += handle.size().isPresent() ? 0 : 1;
      streamed += copies(handle.at().bucket(), placement.bucket()) ? 0 : 1;
      write(line(placement, handle));
    }
  }

  private boolean copies(String from, String to) {
    BlobStore target = stores.open(to);
    return target instanceof SupportsCopy copier && copier.copiesFrom(stores.open(from));
  }

  private String line(Placement placement, FileHandle handle) {
    Location to = CopyName.of(keys, placement, handle.at().key(), 0);
    return PlanLine.of(handle, to).text() + "\n";
  }

  private void write(String line) {
    hash.update(line.getBytes(StandardCharsets.UTF_8));
    try {
      lines.append(line);
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "the plan could not be written: " + e, e);
    }
  }

  RelocationPlan plan(Optional<String> owner) {
    return new RelocationPlan(
        owner,
        HexFormat.of().formatHex(hash.digest()),
        handles,
        objects,
        bytes,
        ofUnknownSize,
        streamed);
  }
}
