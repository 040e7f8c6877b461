package dev.chirograph.s3.batch;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of several files, one after the other. Each file is compared with its MD5 when all of
 * its rows were given, since it is read once only.
 */
final class CsvFiles<T> implements CloseableIterator<T> {

  /**
   * A file.
   *
   * @param md5 in hexadecimal; empty: not known
   */
  record File(Key key, Optional<String> md5) {}

  private final BlobStore store;
  private final Iterator<File> files;
  private final boolean zipped;
  private final Function<Row, T> parser;

  private @Nullable Open open;
  private @Nullable T next;

  CsvFiles(BlobStore store, List<File> files, boolean zipped, Function<Row, T> parser) {
    this.store = store;
    this.files = files.iterator();
    this.zipped = zipped;
    this.parser = parser;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      if (open == null) {
        if (!files.hasNext()) {
          return false;
        }
        open = new Open(files.next());
      }
      next = open.next();
      if (next == null) {
        open.check();
        close();
      }
    }
    return true;
  }

  @Override
  public T next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("there are no more rows");
    }
    T row = next;
    next = null;
    return row;
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  private final class Open {
    private final File file;
    private final DigestInputStream bytes;
    private final CsvReader rows;

    Open(File file) {
      this.file = file;
      InputStream content = store.open(BlobRef.latest(file.key()), 0, Expect.anything());
      this.bytes = new DigestInputStream(content, Md5.digest());
      try {
        this.rows = new CsvReader(zipped ? new GZIPInputStream(bytes, 1 << 16) : bytes);
      } catch (IOException e) {
        close();
        throw broken(e);
      }
    }

    @Nullable T next() {
      try {
        List<String> fields = rows.next();
        return fields == null ? null : parser.apply(new Row(fields));
      } catch (IOException e) {
        throw broken(e);
      } catch (SyncException e) {
        throw new SyncException(
            e.kind(), e.advice(), name() + " at row " + rows.row() + ": " + e.getMessage(), e);
      }
    }

    void check() {
      try {
        bytes.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw broken(e);
      }
      String found = Md5.hex(bytes.getMessageDigest());
      if (file.md5().isPresent() && !file.md5().get().equalsIgnoreCase(found)) {
        throw new SyncException(
            Kind.CORRUPT,
            name()
                + " has the MD5 "
                + found
                + ", and its manifest says "
                + file.md5().get()
                + ": take back what its rows have led to, or have the file made anew");
      }
    }

    void close() {
      try {
        bytes.close();
      } catch (IOException e) {
        // What was read has been judged already.
      }
    }

    private String name() {
      return store.name() + "/" + file.key();
    }

    private SyncException broken(IOException why) {
      return why instanceof ZipException
          ? new SyncException(Kind.CORRUPT, name() + " is no gzip file: " + why.getMessage(), why)
          : new SyncException(Kind.UNAVAILABLE, "reading " + name() + " broke off", why);
    }
  }
}
