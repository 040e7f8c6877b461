package dev.chirograph.examples.offices;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What replicates an office: a library in a process of its own, say, that runs every minute. */
final class Agent implements AutoCloseable {

  private final Office office;
  private final Tenant tenant;
  private final HikariDataSource memory;
  private final TableSync sync;

  private Agent(Office office, Tenant tenant, HikariDataSource memory, TableSync sync) {
    this.office = office;
    this.tenant = tenant;
    this.memory = memory;
    this.sync = sync;
  }

  /** An agent; it keeps what it remembers from run to run in a file of its own. */
  static Agent of(Office office, Tenant tenant, Door door, String token, Path file) {
    HikariDataSource memory = Pools.open(new Database("jdbc:sqlite:" + file, "", ""));
    JdbcSchema.of(memory).only(JdbcSchema.Component.STATE).install();
    HttpReplica center = HttpReplica.builder(door.address(), tenant).token(token).build();
    center.register();
    TableSync sync =
        TableSync.builder(office.name(), office.source(), center, JdbcState.of(memory))
            .table("synset")
            .table("sense")
            .agent(office.name())
            // Patience that fits an example.
            .retries(RetryPolicy.builder().attempts(3).build())
            .quarantine(
                RetryPolicy.builder().pauses(Duration.ofMillis(1), Duration.ofMillis(1)).build())
            .batch(2_000, 2 << 20, Duration.ofSeconds(2))
            .build();
    return new Agent(office, tenant, memory, sync);
  }

  Office office() {
    return office;
  }

  Tenant tenant() {
    return tenant;
  }

  TableSync sync() {
    return sync;
  }

  /** What a run did about each table. */
  static String told(List<TableReport> reports) {
    return reports.stream().map(Agent::told).collect(Collectors.joining("; "));
  }

  private static String told(TableReport report) {
    StringBuilder text = new StringBuilder(report.table());
    add(text, report.sent(), "sent");
    add(text, report.mended(), "mended");
    add(text, report.deleted(), "deleted");
    add(text, report.heldBack(), "held back");
    add(text, report.quarantined(), "in quarantine");
    report.failure().map(SyncException::kind).ifPresent(kind -> text.append(", ").append(kind));
    report
        .certificate()
        .ifPresent(proof -> text.append(", certified up to version ").append(proof.horizon()));
    return text.toString();
  }

  private static void add(StringBuilder text, long number, String what) {
    if (number > 0) {
      text.append(String.format(Locale.ROOT, ", %,d %s", number, what));
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
