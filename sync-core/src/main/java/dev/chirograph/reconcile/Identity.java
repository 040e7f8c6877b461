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
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsTags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Keeps the external id of each object as a tag on the object itself, so that a rebuilt catalogue
 * recovers its ids.
 *
 * <p>The tag is written before the catalogue: a crash in between leaves an id that nobody has and
 * that the next look takes. Only the latest version is tagged, only after its whole tag set was
 * read, and never when there is no room for another tag.
 */
final class Identity {

  private final String tag;

  Identity(String tag) {
    this.tag = tag;
  }

  /**
   * Settles the id of every object that will be there, and writes the tags that this needs, side by
   * side.
   *
   * @param stillMine asked before each tag is written
   */
  <V> List<Decision<V>> applyTo(
      Pair<V> pair, List<Decision<V>> decisions, Parallel parallel, BooleanSupplier stillMine) {
    SupportsIdentity ids = (SupportsIdentity) pair.replica();
    Map<String, Key> owners;
    try {
      owners = owners(ids, decisions);
    } catch (RuntimeException e) {
      // Without knowing whose the ids are, none is given or written.
      return decisions.stream()
          .map(d -> there(d) ? Decision.<V>failed(d.task(), SyncException.of(e)) : d)
          .toList();
    }
    Set<String> given = new HashSet<>();
    List<Step<V>> steps = new ArrayList<>(decisions.size());
    for (Decision<V> decision : decisions) {
      steps.add(there(decision) ? settled(ids, owners, given, decision) : Step.none(decision));
    }
    return tagged(pair, steps, parallel, stillMine);
  }

  /**
   * A decision, and the id with which its object has to be tagged before it is carried out.
   *
   * @param id empty when there is nothing to tag
   */
  private record Step<V>(Decision<V> decision, Optional<String> id) {
    static <V> Step<V> none(Decision<V> decision) {
      return new Step<>(decision, Optional.empty());
    }
  }

  @SuppressWarnings("unchecked")
  private <V> List<Decision<V>> tagged(
      Pair<V> pair, List<Step<V>> steps, Parallel parallel, BooleanSupplier stillMine) {
    List<Decision<V>> result = new ArrayList<>(steps.stream().map(Step::decision).toList());
    List<Integer> slots =
        IntStream.range(0, steps.size())
            .filter(i -> steps.get(i).id().isPresent())
            .boxed()
            .toList();
    List<Decision<V>> tagged =
        parallel.inChunks(
            slots,
            1,
            slot ->
                List.of(
                    (Decision<V>)
                        tag(
                            (Pair<ObjectState>) pair,
                            (Step<ObjectState>) steps.get(slot.get(0)),
                            stillMine)));
    for (int i = 0; i < tagged.size(); i++) {
      result.set(slots.get(i), tagged.get(i));
    }
    return result;
  }

  private static boolean there(Decision<?> decision) {
    return decision.error().isEmpty()
        && decision.left() instanceof Observation.Present<?> present
        && present.value() instanceof ObjectState;
  }

  @SuppressWarnings("unchecked")
  private <V> Step<V> settled(
      SupportsIdentity ids, Map<String, Key> owners, Set<String> given, Decision<V> decision) {
    try {
      return (Step<V>) settle(ids, owners, given, (Decision<ObjectState>) decision);
    } catch (RuntimeException e) {
      return Step.none(Decision.failed(decision.task(), SyncException.of(e)));
    }
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

  private Step<ObjectState> settle(
      SupportsIdentity ids,
      Map<String, Key> owners,
      Set<String> given,
      Decision<ObjectState> decision) {
    ObjectState observed = decision.left().content().orElseThrow();
    if (!(observed.latest().tags() instanceof Part.Known<Map<String, String>> known)) {
      // What was not read is not replaced; the catalogue gives or keeps an id.
      return Step.none(decision);
    }
    Key key = decision.task().key();
    Optional<String> stored = decision.right().content().flatMap(ObjectState::id);
    Optional<String> onObject = Optional.ofNullable(known.value().get(tag));
    String id =
        stored.orElseGet(
            () ->
                onObject.filter(text -> free(text, key, ids, owners, given)).orElseGet(ids::newId));
    given.add(id);
    return onObject.equals(Optional.of(id))
        ? Step.none(withState(decision, target(decision, id)))
        : new Step<>(decision, Optional.of(id));
  }

  private static boolean free(
      String id, Key key, SupportsIdentity ids, Map<String, Key> owners, Set<String> given) {
    return ids.isId(id)
        && !given.contains(id)
        && (!owners.containsKey(id) || key.equals(owners.get(id)));
  }

  private Decision<ObjectState> tag(
      Pair<ObjectState> pair, Step<ObjectState> step, BooleanSupplier stillMine) {
    Decision<ObjectState> decision = step.decision();
    try {
      return tag(pair, decision, step.id().orElseThrow(), stillMine);
    } catch (RuntimeException e) {
      return Decision.failed(decision.task(), SyncException.of(e));
    }
  }

  private Decision<ObjectState> tag(
      Pair<ObjectState> pair,
      Decision<ObjectState> decision,
      String id,
      BooleanSupplier stillMine) {
    SupportsTags source = (SupportsTags) pair.source();
    Key key = decision.task().key();
    ObjectState observed = decision.left().content().orElseThrow();
    ObjectState target = target(decision, id);
    String version = observed.latest().versionId();
    Map<String, String> all = new TreeMap<>(tagsNow(pair, decision, observed));
    if (!all.containsKey(tag) && all.size() >= source.maxTags()) {
      return withState(decision, target)
          .remarked(untagged(key, "it has " + all.size() + " tags already"));
    }
    if (!stillMine.getAsBoolean()) {
      return Decision.failed(decision.task(), new Applier.Lost());
    }
    all.put(tag, id);
    Outcome outcome = source.writeTags(key, version, all);
    if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged) {
      ObjectVersion latest = target.latest().toBuilder().tags(Part.known(all)).build();
      return withState(decision, target.withLatest(latest));
    }
    if (outcome instanceof Outcome.Rejected rejected && !transientError(rejected.why())) {
      return withState(decision, target).remarked(untagged(key, rejected.why().summary()));
    }
    return Decision.failed(decision.task(), why(outcome, key));
  }

  /**
   * The tags that are to be replaced. A source that takes what the catalogue knows for granted is
   * asked afresh: a set that was not read is never written back.
   */
  private static Map<String, String> tagsNow(
      Pair<ObjectState> pair, Decision<ObjectState> decision, ObjectState observed) {
    if (!(pair.source() instanceof SupportsKnown<?>) || decision.task().full()) {
      return observed.latest().tags().optional().orElseThrow();
    }
    Key key = decision.task().key();
    Observation<ObjectState> now = pair.source().observe(List.of(key)).get(0);
    if (now instanceof Observation.Unknown<ObjectState> unknown) {
      throw unknown.why();
    }
    ObjectVersion latest = now.content().map(ObjectState::latest).orElse(null);
    if (latest == null || !latest.sameContent(observed.latest())) {
      throw changed(key);
    }
    if (latest.tags() instanceof Part.Known<Map<String, String>> known) {
      return known.value();
    }
    throw latest.tags().trouble().orElseGet(() -> changed(key));
  }

  private SyncException untagged(Key key, String why) {
    return new SyncException(
        SyncException.Kind.UNSUPPORTED,
        "the tag "
            + tag
            + " of "
            + key
            + " could not be written, its id is kept in the catalogue"
            + " only: "
            + why);
  }

  private static SyncException changed(Key key) {
    return new SyncException(
        SyncException.Kind.CONFLICT, key + " changed between reading its tags and writing them");
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
    return changed(key);
  }

  private static ObjectState target(Decision<ObjectState> decision, String id) {
    ObjectState state =
        decision.change().orElse(null) instanceof Change.Put<ObjectState> put
            ? put.value()
            : decision.left().content().orElseThrow().onto(decision.right().content()).value();
    return state.withId(Optional.of(id));
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
