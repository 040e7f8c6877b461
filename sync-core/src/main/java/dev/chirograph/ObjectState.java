package dev.chirograph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of one object of a bucket: all its versions with their attributes. What a bucket and
 * its catalogue are compared on and agree about.
 *
 * <p>There is exactly one latest version, the first of the list; when it is a delete marker, the
 * object is deleted. Immutable and safe for use by several threads.
 *
 * @param id the external id kept with the object, when there is one
 * @param versions all versions, newest first; at least one, each id once
 * @param publiclyReadable whether anybody may read the object, as the store answers
 * @param partial whether a part of it could not be read when it was last looked at; such a state
 *     proves nothing, so that the next run looks again
 */
public record ObjectState(
    Optional<String> id,
    List<ObjectVersion> versions,
    Part<Boolean> publiclyReadable,
    boolean partial)
    implements Mergeable<ObjectState> {

  public ObjectState {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(publiclyReadable, "publiclyReadable");
    versions = List.copyOf(versions);
    if (versions.isEmpty()) {
      throw SyncException.invalid("the state of an object has at least one version");
    }
    if (versions.size() > 1
        && versions.stream().map(ObjectVersion::versionId).distinct().count() < versions.size()) {
      throw SyncException.invalid("the state of an object names a version id twice: " + versions);
    }
  }

  /** A state of which every part that was asked for was read. */
  public ObjectState(
      Optional<String> id, List<ObjectVersion> versions, Part<Boolean> publiclyReadable) {
    this(id, versions, publiclyReadable, false);
  }

  /** The state of an object with one version, no id, and publicity not asked for. */
  public static ObjectState of(ObjectVersion only) {
    return new ObjectState(Optional.empty(), List.of(only), Part.omitted());
  }

  /**
   * The state of an object with these versions, newest first, no id, and publicity not asked for.
   */
  public static ObjectState of(List<ObjectVersion> versions) {
    return new ObjectState(Optional.empty(), versions, Part.omitted());
  }

  /** The latest version. */
  public ObjectVersion latest() {
    return versions.get(0);
  }

  /** Whether the latest version is a delete marker. */
  public boolean deleted() {
    return latest().deleteMarker();
  }

  /** This state with another id. */
  public ObjectState withId(Optional<String> newId) {
    return new ObjectState(newId, versions, publiclyReadable, partial);
  }

  /** This state, of which a part could not be read, or all was. */
  public ObjectState withPartial(boolean unread) {
    return unread == partial ? this : new ObjectState(id, versions, publiclyReadable, unread);
  }

  /** This state with another latest version in place of the present one. */
  public ObjectState withLatest(ObjectVersion latest) {
    List<ObjectVersion> changed = new ArrayList<>(versions);
    changed.set(0, latest);
    return new ObjectState(id, changed, publiclyReadable, partial);
  }

  /**
   * What a listing can prove about this state: entity tag, size and time of the latest version, its
   * id and the history where the bucket keeps versions. A partial state only tells its size.
   */
  public Evidence evidence() {
    ObjectVersion latest = latest();
    if (partial) {
      return latest.deleteMarker()
          ? Evidence.none()
          : Evidence.builder().size(latest.size()).build();
    }
    Evidence.Builder evidence =
        Evidence.builder()
            .lastModified(latest.lastModified())
            .versionId(latest.versionId())
            .history(history(versions));
    return latest.deleteMarker()
        ? evidence.build()
        : evidence.etag(latest.etag()).size(latest.size()).checksums(latest.checksums()).build();
  }

  /**
   * A short digest of a list of versions: ids, markers, entity tags and times, in their order.
   * Equal lists give equal digests; attributes do not take part.
   *
   * @param versions newest first
   */
  public static String history(List<ObjectVersion> versions) {
    MessageDigest sha = sha256();
    for (ObjectVersion version : versions) {
      String line =
          version.versionId()
              + '\n'
              + (version.deleteMarker() ? "marker" : version.etag())
              + '\n'
              + version.lastModified().getEpochSecond()
              + '\n';
      sha.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha.digest(), 0, 8);
  }

  @Override
  public Merged<ObjectState> onto(Optional<ObjectState> stored) {
    Map<String, ObjectVersion> known = new HashMap<>();
    stored.ifPresent(state -> state.versions.forEach(v -> known.put(v.versionId(), v)));
    List<SyncException> unread = new ArrayList<>();
    List<ObjectVersion> merged = new ArrayList<>(versions.size());
    for (ObjectVersion version : versions) {
      merged.add(version.onto(known.get(version.versionId())));
      unread.addAll(version.unread());
    }
    publiclyReadable.trouble().ifPresent(unread::add);
    ObjectState result =
        new ObjectState(
            id.or(() -> stored.flatMap(ObjectState::id)),
            merged,
            publiclyReadable.orStored(
                stored.map(ObjectState::publiclyReadable).orElse(publiclyReadable)),
            !unread.isEmpty());
    return new Merged<>(result, !stored.equals(Optional.of(result)), unread);
  }

  /**
   * What a catalogue keeps when this state is written over the stored one: parts that are not known
   * leave the stored ones as they are, and whether anything is partial is kept.
   *
   * @param stored empty when nothing is stored
   */
  public ObjectState writtenOver(Optional<ObjectState> stored) {
    ObjectState merged = onto(stored).value();
    return merged.withPartial(partial || merged.partial);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
