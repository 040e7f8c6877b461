package dev.chirograph.testkit;

import java.util.ArrayList;
import java.util.List;

/** All orders of a few things. */
final class Permutations {

  private Permutations() {}

  static <T> List<List<T>> of(List<T> things) {
    if (things.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> orders = new ArrayList<>();
    for (int i = 0; i < things.size(); i++) {
      List<T> rest = new ArrayList<>(things);
      T first = rest.remove(i);
      for (List<T> order : of(rest)) {
        List<T> whole = new ArrayList<>();
        whole.add(first);
        whole.addAll(order);
        orders.add(whole);
      }
    }
    return orders;
  }
}
