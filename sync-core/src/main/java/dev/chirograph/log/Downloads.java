package dev.chirograph.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.LogEntry.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads contents from peers into files, from where the last attempt broke off, and checks their
 * length and digest before anything is stored.
 */
final class Downloads {

  private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PART = ".part";

  private final Map<String, LogPeer> peers;
  private final Path spool;

  /**
   * @param spool where unfinished downloads are kept; those of other contents may lie there, too
   */
  Downloads(Map<String, LogPeer> peers, Path spool) {
    this.peers = peers;
    this.spool = spool;
  }

  /** Who may have a content, and where; as much as fits into a job. */
  static String note(String peer, String location) {
    String note = JSON.createObjectNode().put("peer", peer).put("location", location).toString();
    return note.getBytes(StandardCharsets.UTF_8).length <= Job.MAX_NOTE_BYTES ? note : "";
  }

  private static JsonNode parsed(String note) {
    try {
      return note.isEmpty() ? JSON.createObjectNode() : JSON.readTree(note);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode(); // it only says where to look first
    }
  }

  /**
   * Fetches a content from whoever has it and stores it.
   *
   * @throws SyncException when nobody could give it
   */
  void fetch(Content wanted, String note, BooleanSupplier stillMine, ContentStore store) {
    JsonNode hint = parsed(note);
    String first = hint.path("peer").asText();
    Content located = new Content(wanted.sha256(), wanted.size(), hint.path("location").asText());
    Map<String, LogPeer> order = new LinkedHashMap<>();
    LogPeer best = peers.get(first);
    if (best != null) {
      order.put(first, best);
    }
    peers.forEach(order::putIfAbsent);
    SyncException last = null;
    for (Map.Entry<String, LogPeer> holder : order.entrySet()) {
      try {
        store(download(holder.getValue(), located, stillMine), wanted, store);
        return;
      } catch (IOException e) {
        last = worse(last, new SyncException(Kind.UNAVAILABLE, trouble(wanted, e), e));
      } catch (RuntimeException e) {
        last = worse(last, SyncException.of(e));
      }
      if (!stillMine.getAsBoolean()) {
        break;
      }
    }
    throw last != null
        ? last
        : new SyncException(
            Kind.NOT_FOUND,
            SyncException.Advice.MAY_RETRY,
            "there is no peer that could hold the content " + wanted.sha256(),
            null);
  }

  /** A peer that has not got it yet may get it: what may be tried again outweighs what may not. */
  private static SyncException worse(@Nullable SyncException before, SyncException now) {
    SyncException retried =
        now.mayRetry()
            ? now
            : new SyncException(
                now.kind(), SyncException.Advice.MAY_RETRY, String.valueOf(now.getMessage()), now);
    return before == null || before.kind() == Kind.NOT_FOUND ? retried : before;
  }

  private String trouble(Content content, IOException e) {
    return "downloading the content " + content.sha256() + " to " + spool + " broke off: " + e;
  }

  /** The file is measured once more: somebody else may have written into it. */
  private static void store(Path file, Content wanted, ContentStore store) throws IOException {
    Hashing.Measured measured = new Hashing.Measured(wanted.sha256(), wanted.size());
    try {
      store.put(
          wanted.sha256(),
          wanted.size(),
          () -> Hashing.checked(Files.newInputStream(file), measured));
    } catch (SyncException e) {
      if (!Hashing.measure(() -> Files.newInputStream(file)).equals(measured)) {
        Files.deleteIfExists(file);
      }
      throw e;
    }
    Files.deleteIfExists(file);
  }

  /** Downloads from where an earlier attempt has ended, and once more if that began wrong. */
  private Path download(LogPeer peer, Content content, BooleanSupplier stillMine)
      throws IOException {
    Files.createDirectories(spool);
    Path file = file(content.sha256());
    MessageDigest digest = Hashing.sha256();
    long before = digested(file, digest, content.size());
    if (isWhole(peer, content, file, before, digest, stillMine)
        || (before > 0 && isWhole(peer, content, file, 0, Hashing.sha256(), stillMine))) {
      return file;
    }
    throw new SyncException(
        Kind.CORRUPT,
        SyncException.Advice.MAY_RETRY,
        "what was downloaded as " + content.sha256() + " is something else",
        null);
  }

  private static boolean isWhole(
      LogPeer peer,
      Content content,
      Path file,
      long before,
      MessageDigest digest,
      BooleanSupplier stillMine)
      throws IOException {
    long have = before;
    if (have < content.size() || content.size() == 0) {
      have = append(peer, content, file, have, digest, stillMine);
    }
    if (have == content.size() && Hashing.hex(digest).equals(content.sha256())) {
      return true;
    }
    Files.deleteIfExists(file);
    return false;
  }

  private Path file(String sha256) {
    return spool.resolve(sha256 + PART);
  }

  /** Drops what an unfinished download has left. */
  void discard(String sha256) {
    try {
      Files.deleteIfExists(file(sha256));
    } catch (IOException e) {
      LOG.debug("an unfinished download stays for now: {}", e.toString(), e);
    }
  }

  /** Drops what downloads have left that nobody has gone on with for so long. */
  void sweep(Instant before) {
    if (!Files.isDirectory(spool)) {
      return;
    }
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(spool, "*" + PART)) {
      for (Path part : parts) {
        if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
          Files.deleteIfExists(part);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("unfinished downloads stay for now: {}", e.toString(), e);
    }
  }

  /** Takes up what an earlier attempt has left; answers its length. */
  private static long digested(Path file, MessageDigest digest, long most) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    if (Files.size(file) > most) {
      Files.delete(file);
      return 0;
    }
    byte[] buffer = new byte[1 << 16];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        length += read;
      }
    }
    return length;
  }

  private static long append(
      LogPeer peer,
      Content content,
      Path file,
      long from,
      MessageDigest digest,
      BooleanSupplier stillMine)
      throws IOException {
    long have = from;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = peer.content(content, from);
        OutputStream out =
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int read = in.read(buffer);
          read >= 0 && have <= content.size();
          read = in.read(buffer)) {
        if (!stillMine.getAsBoolean()) {
          throw new SyncException(
              Kind.UNAVAILABLE, "the download of " + content.sha256() + " is somebody else's now");
        }
        out.write(buffer, 0, read);
        digest.update(buffer, 0, read);
        have += read;
      }
    }
    if (have < content.size()) {
      throw new IOException("it ended after " + have + " of " + content.size() + " bytes");
    }
    return have;
  }
}
