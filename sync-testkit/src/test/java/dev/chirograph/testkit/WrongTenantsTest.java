package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Databases that mix tenants up, or tell of changes wrongly, fail a test. */
class WrongTenantsTest {

  /** The suite, with something wrong in front of what is right. */
  static final class Suite extends ReplicaTenantsConformance {
    private final UnaryOperator<ReplicaTenants> wrong;

    Suite(UnaryOperator<ReplicaTenants> wrong) {
      this.wrong = wrong;
    }

    @Override
    protected ReplicaTenants newTenants(List<TableShape> shapes) {
      return wrong.apply(MemoryTenants.of(shapes, ManualClock.create()));
    }
  }

  /** Does what other tenants do, save what a test overrides. */
  private static class Around implements ReplicaTenants {
    final ReplicaTenants tenants;

    Around(ReplicaTenants tenants) {
      this.tenants = tenants;
    }

    @Override
    public void register(Tenant tenant) {
      tenants.register(tenant);
    }

    @Override
    public List<String> databases(String customer) {
      return tenants.databases(customer);
    }

    @Override
    public ReplicaDatabase database(Tenant tenant) {
      return tenants.database(tenant);
    }
  }

  @Test
  void whatIsRightFailsNothing() {
    assertThat(Suites.failures(Suite.class, () -> new Suite(Around::new))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongs")
  void whatIsWrongFails(String what, String test, UnaryOperator<ReplicaTenants> wrong) {
    assertThat(Suites.failures(Suite.class, () -> new Suite(wrong))).contains(test);
  }

  private static Arguments mixed(String what, UnaryOperator<Tenant> taken) {
    UnaryOperator<ReplicaTenants> wrong =
        tenants ->
            new Around(tenants) {
              @Override
              public void register(Tenant tenant) {
                tenants.register(taken.apply(tenant));
              }

              @Override
              public ReplicaDatabase database(Tenant tenant) {
                return tenants.database(taken.apply(tenant));
              }
            };
    return Arguments.of(what, "TAB_11_nobodySeesOrTouchesWhatIsOfOthers", wrong);
  }

  private static Arguments stated(String what, String test, UnaryOperator<ReplicaDatabase> state) {
    UnaryOperator<ReplicaTenants> wrong =
        tenants ->
            new Around(tenants) {
              @Override
              public ReplicaDatabase database(Tenant tenant) {
                return state.apply(tenants.database(tenant));
              }
            };
    return Arguments.of(what, test, wrong);
  }

  private static ReplicaDatabase tagged(ReplicaDatabase database, Tag tag) {
    return new ReplicaDatabase() {
      @Override
      public Optional<State> state(Optional<String> known) {
        State state = database.state(Optional.empty()).orElseThrow();
        String now = tag.of(state);
        return known.filter(now::equals).isPresent()
            ? Optional.empty()
            : Optional.of(new State(now, state.tables()));
      }

      @Override
      public ReplicaTable table(String name) {
        return database.table(name);
      }
    };
  }

  /** What is answered as the tag of a state. */
  private interface Tag {
    String of(ReplicaDatabase.State state);
  }

  static Stream<Arguments> wrongs() {
    String changes = "theTagChangesWithEveryWriteAndOnlyThen";
    return Stream.of(
        mixed("one customer's databases are one", t -> new Tenant(t.customer(), "all")),
        mixed("customers share their databases", t -> new Tenant("all", t.database())),
        mixed(
            "customers are compared leniently",
            t -> new Tenant(t.customer().toLowerCase(Locale.ROOT), t.database())),
        mixed(
            "databases are compared leniently",
            t -> new Tenant(t.customer(), t.database().toLowerCase(Locale.ROOT))),
        mixed("names are joined", t -> joined(t)),
        Arguments.of(
            "everybody is registered",
            "whoIsNotRegisteredHasNoDatabase",
            (UnaryOperator<ReplicaTenants>)
                tenants ->
                    new Around(tenants) {
                      @Override
                      public ReplicaDatabase database(Tenant tenant) {
                        tenants.register(tenant);
                        return tenants.database(tenant);
                      }
                    }),
        stated("the tag never changes", changes, d -> tagged(d, state -> "always")),
        stated("the tag is the number of rows", changes, d -> tagged(d, WrongTenantsTest::rows)),
        stated("the tag is what is there", changes, d -> tagged(d, state -> contents(d))),
        stated(
            "a lease changes the tag",
            changes,
            d ->
                new ReplicaDatabase() {
                  private int leases;

                  @Override
                  public Optional<State> state(Optional<String> known) {
                    return tagged(d, state -> state.tag() + leases).state(known);
                  }

                  @Override
                  public ReplicaTable table(String name) {
                    return new ReplicaAround(d.table(name)) {
                      @Override
                      public Optional<Long> lease(String agent, Duration duration) {
                        leases++;
                        return table.lease(agent, duration);
                      }
                    };
                  }
                }),
        stated(
            "one table changes the tag",
            "aWriteToAnyTableChangesTheTag",
            d -> tagged(d, state -> "" + state.tables().get(0))),
        stated(
            "every tag is known",
            "aTagOfNobodyIsNotKnown",
            d ->
                new ReplicaDatabase() {
                  @Override
                  public Optional<State> state(Optional<String> known) {
                    return known.isPresent() ? Optional.empty() : d.state(known);
                  }

                  @Override
                  public ReplicaTable table(String name) {
                    return d.table(name);
                  }
                }));
  }

  private static Tenant joined(Tenant tenant) {
    String name = tenant.customer() + tenant.database();
    return new Tenant("all", name.replaceAll("(?i)acme.?north|northacme", "one"));
  }

  private static String rows(ReplicaDatabase.State state) {
    return state.tables().stream().mapToLong(TableInfo::rows).sum() + " rows";
  }

  private static String contents(ReplicaDatabase database) {
    ReplicaTable table = database.table("invoice");
    RowFormat format = TableSubject.ofReplica(TableShapes.INVOICE, table.shape());
    Selection all = new Selection(format, "", Mark.LAST);
    return table.digests(all, List.of(TableSubject.ALL)).toString();
  }
}
