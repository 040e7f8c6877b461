package dev.chirograph.spi.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A row of the host that says where the bytes of a file are.
 *
 * @param id the row
 * @param etag changes whenever the row does
 * @param owner whose file it is, such as a project; decides where it belongs
 * @param at where its bytes are
 * @param size in bytes, where the host knows it
 * @param md5 of the bytes, in lower-case hexadecimal, where the host knows it
 * @param preview the handle of a picture or excerpt of the file; it has the owner of the file, so
 *     that it is moved as the file is
 */
public record FileHandle(
    Key id,
    Version etag,
    String owner,
    Location at,
    OptionalLong size,
    Optional<String> md5,
    Optional<Key> preview) {

  public FileHandle {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(etag, "etag");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(md5, "md5");
    Objects.requireNonNull(preview, "preview");
    if (id.isEmpty()) {
      throw SyncException.invalid("a file handle has an id that is not empty");
    }
  }

  /** The same in another state. */
  public FileHandle withEtag(Version value) {
    return new FileHandle(id, value, owner, at, size, md5, preview);
  }

  /** The same with its bytes elsewhere. */
  public FileHandle movedTo(Location to) {
    return new FileHandle(id, etag, owner, to, size, md5, preview);
  }
}
