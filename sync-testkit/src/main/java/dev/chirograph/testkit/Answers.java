package dev.chirograph.testkit;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.SupportsCopy.Finished;
import dev.chirograph.spi.SupportsCopy.Step;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How one call speaks of trouble: by what it answers where the SPI has a word for it, else by
 * throwing.
 */
final class Answers {

  private static final int DESCRIBED = 20;

  /** What a call answers. */
  private enum Kinds {
    OUTCOME,
    OUTCOMES,
    OBSERVATION,
    OBSERVATIONS,
    LISTING,
    STEP,
    STREAM,
    ITERATOR,
    /** As many rows as fit. */
    ROWS,
    /** To a table: made as a whole, or not at all. */
    WRITE,
    OTHER
  }

  private static final Set<Kinds> CUT =
      EnumSet.of(Kinds.LISTING, Kinds.ITERATOR, Kinds.STREAM, Kinds.ROWS);

  private final Kinds kind;
  private final String what;
  private final String target;
  private final int items;
  private final boolean conditional;

  private Answers(Method method, Object[] arguments) {
    this.kind = kind(method);
    this.what = method.getDeclaringClass().getSimpleName() + "." + method.getName();
    this.target =
        Arrays.stream(arguments).map(Answers::described).collect(Collectors.joining(", "));
    this.items =
        Arrays.stream(arguments)
            .filter(List.class::isInstance)
            .mapToInt(list -> ((List<?>) list).size())
            .findFirst()
            .orElse(0);
    this.conditional = conditional(arguments);
  }

  static Answers of(Method method, Object[] arguments) {
    return new Answers(method, arguments);
  }

  private static Kinds kind(Method method) {
    Class<?> type = method.getReturnType();
    if (ReplicaTable.class == method.getDeclaringClass() && method.getName().equals("write")) {
      return Kinds.WRITE;
    }
    if (type == List.class) {
      return switch (method.getName()) {
        case "apply", "write", "repoint" -> Kinds.OUTCOMES;
        case "observe" -> Kinds.OBSERVATIONS;
        case "rows", "after" -> Kinds.ROWS;
        default -> Kinds.OTHER;
      };
    }
    if (type == Outcome.class) {
      return Kinds.OUTCOME;
    }
    if (type == Observation.class) {
      return Kinds.OBSERVATION;
    }
    if (type == Listing.class) {
      return Kinds.LISTING;
    }
    if (type == Step.class) {
      return Kinds.STEP;
    }
    if (type == InputStream.class) {
      return Kinds.STREAM;
    }
    return type == CloseableIterator.class ? Kinds.ITERATOR : Kinds.OTHER;
  }

  /** Whether every write or opening of the call expects something that can fail to hold. */
  private static boolean conditional(Object[] arguments) {
    boolean found = false;
    for (Object argument : arguments) {
      for (Object each : argument instanceof List<?> list ? list : List.of(argument)) {
        Object expect = each instanceof Change<?> change ? change.expect() : each;
        if (expect instanceof Expect.Anything) {
          return false;
        }
        found |= expect instanceof Expect;
      }
    }
    return found;
  }

  /** The interface and the method. */
  String what() {
    return what;
  }

  /** What the call is about. */
  String target() {
    return target;
  }

  /** Whether a store could really answer like this. */
  boolean makesSense(Fault fault) {
    return switch (fault) {
      case FAIL_BEFORE, FAIL_AFTER, LOSE_REPLY, DELAY, FORBIDDEN, SERVER_ERROR, SLOW_DOWN -> true;
      // To whoever opens a content, "not found" says that there is no such object.
      case NOT_FOUND -> kind != Kinds.STREAM;
      case CONFLICT -> conditional && isWrite();
      case PRECONDITION_FAILED -> conditional && (isWrite() || kind == Kinds.STREAM);
      case CUT -> CUT.contains(kind);
      case TOO_LARGE -> kind == Kinds.WRITE;
      case REFUSE -> kind == Kinds.LISTING;
    };
  }

  private boolean isWrite() {
    return kind == Kinds.OUTCOME || kind == Kinds.OUTCOMES || kind == Kinds.STEP;
  }

  /** The answer to a call that was not made. */
  Object instead(Fault fault) {
    SyncException why = error(fault);
    return switch (kind) {
      case OBSERVATION, OBSERVATIONS, LISTING -> unknown(fault, why);
      case OUTCOME, OUTCOMES, STEP -> outcome(refused(fault, why));
      case STREAM, ITERATOR, ROWS, WRITE, OTHER -> throw why;
    };
  }

  /** The answer to a call that was made and whose own answer nobody gets. */
  Object afterwards(Fault fault, @Nullable Object made) {
    SyncException why = error(fault);
    return switch (kind) {
      case OBSERVATION, OBSERVATIONS, LISTING -> unknown(fault, why);
      case OUTCOME, OUTCOMES, STEP -> {
        boolean unfinished = kind == Kinds.STEP && !(made instanceof Finished);
        if (fault == Fault.FAIL_AFTER || unfinished) {
          throw why;
        }
        yield outcome(Outcome.unsure(why));
      }
      case STREAM, ITERATOR, ROWS, WRITE, OTHER -> throw why;
    };
  }

  /** What was made, cut after so many entries, records or bytes. */
  Object cut(@Nullable Object made, int after) {
    SyncException why = error(Fault.CUT);
    if (made instanceof Listing listing) {
      return new Cuts.OfListing(listing, after, why);
    }
    if (made instanceof List<?> rows) {
      return rows.subList(0, Math.min(rows.size(), Math.max(1, after)));
    }
    if (made instanceof CloseableIterator<?> iterator) {
      return new Cuts.OfIterator<>(iterator, after, why);
    }
    return new Cuts.OfStream((InputStream) Objects.requireNonNull(made), after, why);
  }

  /** What was made, closed when it holds something open that nobody will get. */
  @Nullable Object discarded(@Nullable Object made) throws Exception {
    if (made instanceof AutoCloseable open
        && (kind == Kinds.LISTING || kind == Kinds.STREAM || kind == Kinds.ITERATOR)) {
      open.close();
    }
    return made;
  }

  private Object unknown(Fault fault, SyncException why) {
    return switch (kind) {
      case OBSERVATION -> Observation.unknown(why);
      case OBSERVATIONS -> Collections.nCopies(items, Observation.unknown(why));
      default -> new Cuts.Ended(isRefusal(fault) ? Listing.End.REFUSED : Listing.End.CUT, why);
    };
  }

  private Object outcome(Outcome outcome) {
    return switch (kind) {
      case OUTCOMES -> Collections.nCopies(items, outcome);
      case STEP -> new Finished(outcome);
      default -> outcome;
    };
  }

  private static Outcome refused(Fault fault, SyncException why) {
    return switch (fault) {
      case CONFLICT, PRECONDITION_FAILED -> Outcome.conflict();
      case SERVER_ERROR -> Outcome.unsure(why);
      case FORBIDDEN, NOT_FOUND, SLOW_DOWN -> Outcome.rejected(why);
      default -> throw why;
    };
  }

  private static boolean isRefusal(Fault fault) {
    return fault == Fault.REFUSE || fault == Fault.FORBIDDEN || fault == Fault.NOT_FOUND;
  }

  private SyncException error(Fault fault) {
    Kind errorKind =
        switch (fault) {
          case FORBIDDEN, REFUSE -> Kind.PERMISSION_DENIED;
          case NOT_FOUND -> Kind.NOT_FOUND;
          case CONFLICT, PRECONDITION_FAILED -> Kind.CONFLICT;
          case TOO_LARGE -> Kind.TOO_LARGE;
          case SLOW_DOWN -> Kind.RATE_LIMITED;
          default -> Kind.UNAVAILABLE;
        };
    String hint = fault == Fault.NOT_FOUND ? ": the store itself is not there" : "";
    return new SyncException(errorKind, "injected " + fault + " at " + what + hint);
  }

  private static String described(Object argument) {
    if (argument instanceof List<?> list) {
      return list.stream().limit(DESCRIBED).map(Answers::described).toList().toString();
    }
    if (argument instanceof Change<?> change) {
      return change.key().toString();
    }
    if (argument instanceof Write write) {
      return "puts "
          + described(write.puts().stream().map(Row::key).toList())
          + " deletes "
          + described(write.deletes().stream().map(RowVersion::key).toList());
    }
    if (argument instanceof Job job) {
      return job.key().toString();
    }
    return argument instanceof Key
            || argument instanceof KeyRange
            || argument instanceof BlobRef
            || argument instanceof RowKey
            || argument instanceof Slice
            || argument instanceof String
        ? argument.toString()
        : argument.getClass().getSimpleName();
  }
}
