package dev.chirograph.http;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Tenant;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tables that fail as they are told, once they are looked at or written to. */
final class FailingTenants implements ReplicaTenants {

  private final ReplicaTenants real;
  private @Nullable RuntimeException failure;
  private @Nullable Outcome outcome;
  private @Nullable ReplicaTable any;
  private boolean lost;

  FailingTenants(ReplicaTenants real) {
    this.real = real;
  }

  /** What digests and writes throw instead. */
  FailingTenants failure(RuntimeException value) {
    failure = value;
    return this;
  }

  /** What every delete comes to instead. */
  FailingTenants outcome(Outcome value) {
    outcome = value;
    return this;
  }

  /** This table is there under every name. */
  FailingTenants any(ReplicaTable table) {
    any = table;
    return this;
  }

  /** Writes are carried out before they fail. */
  FailingTenants afterwards() {
    lost = true;
    return this;
  }

  @Override
  public void register(Tenant tenant) {
    real.register(tenant);
  }

  @Override
  public List<String> databases(String customer) {
    return real.databases(customer);
  }

  @Override
  public ReplicaDatabase database(Tenant tenant) {
    ReplicaDatabase database = real.database(tenant);
    return new ReplicaDatabase() {
      @Override
      public Optional<State> state(Optional<String> known) {
        return database.state(known);
      }

      @Override
      public ReplicaTable table(String name) {
        return failing(any == null ? database.table(name) : any);
      }
    };
  }

  private ReplicaTable failing(ReplicaTable table) {
    return (ReplicaTable)
        Proxy.newProxyInstance(
            FailingTenants.class.getClassLoader(),
            new Class<?>[] {ReplicaTable.class},
            (proxy, method, arguments) -> {
              boolean writes = method.getName().equals("write");
              if (writes && outcome != null) {
                return List.of(outcome);
              }
              RuntimeException why = failure;
              boolean fails = why != null && (writes || method.getName().equals("digests"));
              if (fails && !lost) {
                throw why;
              }
              Object answer = invoke(() -> method.invoke(table, arguments));
              if (fails) {
                throw why;
              }
              return answer;
            });
  }

  private interface Reflective {
    @Nullable Object call() throws ReflectiveOperationException;
  }

  private static @Nullable Object invoke(Reflective call) throws Throwable {
    try {
      return call.call();
    } catch (InvocationTargetException e) {
      throw e.getCause() == null
          ? new SyncException(SyncException.Kind.UNEXPECTED, "?", e)
          : e.getCause();
    }
  }
}
