package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.spi.SupportsIdentity;
import dev.chirograph.spi.SupportsTags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the external id of each object as a tag on the object itself, so that a rebuilt catalogue
 * recovers its ids.
 *
 * <p>The tag is written before the catalogue: a crash in between leaves an id that nobody has and
 * that the next look takes. Only the latest version is tagged, only after its whole tag set was
 * read, and never when there is no room for another tag.
 */
final class Identity {

  private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

  private final String tag;

  Identity(String tag) {
    this.tag = tag;
  }

  /** Settles the id of every object that will be there, and writes the tags that this needs. */
  @SuppressWarnings("unchecked")
  <V> List<Decision<V>> applyTo(Pair<V> pair, List<Decision<V>> decisions) {
    SupportsIdentity ids = (SupportsIdentity) pair.replica();
    Map<String, Key> owners = owners(ids, decisions);
    Set<String> given = new HashSet<>();
    List<Decision<V>> result = new ArrayList<>(decisions.size());
    for (Decision<V> decision : decisions) {
      if (decision.error().isEmpty()
          && decision.left() instanceof Observation.Present<V> present
          && present.value() instanceof ObjectState state) {
        Decision<ObjectState> typed = (Decision<ObjectState>) decision;
        result.add(
            (Decision<V>)
                settle(
                    pair.name(), (SupportsTags) pair.source(), ids, owners, given, typed, state));
      } else {
        result.add(decision);
      }
    }
    return result;
  }

  private <V> Map<String, Key> owners(SupportsIdentity ids, List<Decision<V>> decisions) {
    List<String> asked =
        decisions.stream()
            .map(Decision::left)
            .flatMap(left -> left.content().stream())
            .flatMap(value -> value instanceof ObjectState state ? tagged(state).stream() : null)
            .filter(ids::isId)
            .distinct()
            .toList();
    Map<String, Key> owners = new HashMap<>();
    if (!asked.isEmpty()) {
      List<Optional<Key>> found = ids.owners(asked);
      for (int i = 0; i < asked.size(); i++) {
        String id = asked.get(i);
        found.get(i).ifPresent(key -> owners.put(id, key));
      }
    }
    return owners;
  }

  private Optional<String> tagged(ObjectState state) {
    return state.latest().tags().optional().map(tags -> tags.get(tag));
  }

  private Decision<ObjectState> settle(
      String pair,
      SupportsTags source,
      SupportsIdentity ids,
      Map<String, Key> owners,
      Set<String> given,
      Decision<ObjectState> decision,
      ObjectState observed) {
    Part<Map<String, String>> tags = observed.latest().tags();
    if (!(tags instanceof Part.Known<Map<String, String>> known)) {
      return decision; // what was not read is not replaced; the catalogue gives or keeps an id
    }
    Key key = decision.task().key();
    Optional<String> stored = decision.right().content().flatMap(ObjectState::id);
    Optional<String> onObject = Optional.ofNullable(known.value().get(tag));
    String id =
        stored.orElseGet(
            () ->
                onObject.filter(text -> free(text, key, ids, owners, given)).orElseGet(ids::newId));
    given.add(id);
    if (onObject.equals(Optional.of(id))) {
      return withState(decision, target(decision, observed).withId(Optional.of(id)));
    }
    return tag(pair, source, decision, observed, known.value(), id);
  }

  private static boolean free(
      String id, Key key, SupportsIdentity ids, Map<String, Key> owners, Set<String> given) {
    return ids.isId(id)
        && !given.contains(id)
        && (!owners.containsKey(id) || key.equals(owners.get(id)));
  }

  private Decision<ObjectState> tag(
      String pair,
      SupportsTags source,
      Decision<ObjectState> decision,
      ObjectState observed,
      Map<String, String> tags,
      String id) {
    Key key = decision.task().key();
    ObjectState target = target(decision, observed).withId(Optional.of(id));
    if (!tags.containsKey(tag) && tags.size() >= source.maxTags()) {
      LOG.warn(
          "{}: {} has no room for the tag {}; its id is kept in the catalogue only",
          pair,
          key,
          tag);
      return withState(decision, target);
    }
    Map<String, String> all = new TreeMap<>(tags);
    all.put(tag, id);
    Outcome outcome = source.writeTags(key, observed.latest().versionId(), all);
    if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged) {
      ObjectVersion latest = target.latest().toBuilder().tags(Part.known(all)).build();
      return withState(decision, target.withLatest(latest));
    }
    if (outcome instanceof Outcome.Rejected rejected && !transientError(rejected.why())) {
      LOG.warn(
          "{}: the tag {} of {} could not be written: {}",
          pair,
          tag,
          key,
          rejected.why().summary());
      return withState(decision, target);
    }
    return Decision.failed(decision.task(), why(outcome, key));
  }

  /**
   * A refusal stays; anything that may pass is worth another look before an id is given without a
   * tag.
   */
  private static boolean transientError(SyncException why) {
    return why.mayRetry() && why.kind() != SyncException.Kind.PERMISSION_DENIED;
  }

  private static SyncException why(Outcome outcome, Key key) {
    if (outcome instanceof Outcome.Rejected rejected) {
      return rejected.why();
    }
    if (outcome instanceof Outcome.Unsure unsure) {
      return unsure.why();
    }
    return new SyncException(
        SyncException.Kind.CONFLICT, key + " changed between reading its tags and writing them");
  }

  private static ObjectState target(Decision<ObjectState> decision, ObjectState observed) {
    if (decision.change().orElse(null) instanceof Change.Put<ObjectState> put) {
      return put.value();
    }
    return observed.onto(decision.right().content()).value();
  }

  private static Decision<ObjectState> withState(
      Decision<ObjectState> decision, ObjectState state) {
    Optional<ObjectState> stored = decision.right().content();
    if (stored.equals(Optional.of(state))) {
      return decision;
    }
    ItemResult result = stored.isPresent() ? ItemResult.UPDATED : ItemResult.CREATED;
    return Decision.write(
        decision.task(),
        Change.put(decision.task().key(), state, decision.right().expectation()),
        result,
        decision.unread(),
        decision.left(),
        decision.right());
  }
}
