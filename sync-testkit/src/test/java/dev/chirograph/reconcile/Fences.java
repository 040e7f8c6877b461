package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remembers who leased each job last, and notes every settlement that comes from anybody else. */
final class Fences {

  private final Map<Id, Long> holders = new HashMap<>();
  final List<String> trespasses = new ArrayList<>();

  private record Id(String kind, String scope, Key key) {
    static Id of(Lease lease, int slot) {
      var job = lease.jobs().get(slot).job();
      return new Id(job.kind(), job.scope(), job.key());
    }
  }

  /** The queue, watched. */
  WorkQueue around(WorkQueue queue) {
    return (WorkQueue)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            MemoryQueue.class.getInterfaces(),
            (proxy, method, arguments) -> {
              Object answer;
              try {
                answer = method.invoke(queue, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (method.getName().equals("lease")) {
                ((java.util.Optional<?>) answer).ifPresent(lease -> leased((Lease) lease));
              } else if (answer == WorkQueue.Settled.DONE) {
                settled((Lease) arguments[0], (List<?>) arguments[1]);
              }
              return answer;
            });
  }

  private void leased(Lease lease) {
    for (int slot = 0; slot < lease.jobs().size(); slot++) {
      holders.put(Id.of(lease, slot), lease.fence());
    }
  }

  private void settled(Lease lease, List<?> settlements) {
    for (Object settlement : settlements) {
      Id id = Id.of(lease, ((Settlement) settlement).slot());
      if (holders.get(id) != lease.fence()) {
        trespasses.add(settlement + " of " + id + " under " + lease.fence());
      }
    }
  }
}
