package dev.chirograph.http;

import dev.chirograph.Guard;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.table.ColumnType;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Constants as words: in lower case, with hyphens. */
final class Words {

  static final Map<String, Operation> OPERATIONS = all(Operation.values());
  static final Map<String, Validity> VALIDITIES = all(Validity.values());
  static final Map<String, Result> RESULTS = all(Result.values());
  static final Map<String, Kind> KINDS = all(Kind.values());
  static final Map<String, ColumnType.Kind> TYPES = all(ColumnType.Kind.values());
  static final Map<String, Guard> GUARDS = all(Guard.values());

  private Words() {}

  private static <E extends Enum<E>> Map<String, E> all(E[] constants) {
    return Collections.unmodifiableMap(
        Arrays.stream(constants)
            .collect(
                Collectors.toMap(Words::word, Function.identity(), (a, b) -> a, TreeMap::new)));
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The same for what stands in every item, without making it anew. */
  static String name(Operation operation) {
    return switch (operation) {
      case ADD -> "add";
      case DEPRECATE -> "deprecate";
      case DELETE -> "delete";
    };
  }
}
