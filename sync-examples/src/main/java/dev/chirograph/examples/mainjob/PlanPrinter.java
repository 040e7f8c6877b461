package dev.chirograph.examples.mainjob;

import dev.chirograph.Key;
import dev.chirograph.SyncListener;
import dev.chirograph.examples.tools.Say;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Collects what a plan would do: how many items, and some of them as a sample. */
final class PlanPrinter implements SyncListener {

  private static final int SAMPLE = 3;
  private static final int WIDTH = 72;

  private final Map<ItemResult, Long> counts = new EnumMap<>(ItemResult.class);
  private final Map<ItemResult, TreeSet<Key>> samples = new EnumMap<>(ItemResult.class);

  @Override
  public synchronized void itemDone(ItemEvent event) {
    counts.merge(event.result(), 1L, Long::sum);
    TreeSet<Key> sample = samples.computeIfAbsent(event.result(), result -> new TreeSet<>());
    sample.add(event.key());
    if (sample.size() > SAMPLE) {
      sample.pollLast();
    }
  }

  synchronized long count(ItemResult result) {
    return counts.getOrDefault(result, 0L);
  }

  synchronized void print(Say say) {
    for (ItemResult result : List.of(ItemResult.CREATED, ItemResult.UPDATED, ItemResult.DELETED)) {
      say.line("would be %-8s %5d", result.name().toLowerCase(Locale.ROOT), count(result));
      samples
          .getOrDefault(result, new TreeSet<>())
          .forEach(key -> say.line("    %s", shortened(key.toString())));
    }
  }

  private static String shortened(String text) {
    return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
  }
}
