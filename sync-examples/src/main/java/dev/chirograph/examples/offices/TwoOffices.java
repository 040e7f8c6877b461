package dev.chirograph.examples.offices;

import dev.chirograph.SyncException;
import dev.chirograph.examples.offices.Door.Traffic;
import dev.chirograph.examples.offices.FullComparison.Result;
import dev.chirograph.examples.offices.WordNet.Synset;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.servers.MariaDbServer;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.Certificate;
import dev.chirograph.table.TableReport;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Two offices replicate their tables to one PostgreSQL that they share, through its HTTP API:
 * bergen from a file of SQLite, oslo from a MariaDB. Their data is WordNet's. Everything that goes
 * wrong in offices goes wrong here; in the end every row of every table is compared by plain SQL.
 */
public final class TwoOffices {

  private static final String CUSTOMER = "wordhouse";

  /** So many each office has, and about 50,000 senses. */
  private static final int SYNSETS = 30_000;

  private final Say say;
  private final Path folder;
  private final Center center;
  private final Agent bergen;
  private final Agent oslo;
  private final String osloToken;

  private TwoOffices(Say say, Path folder, Center center, Office bergen, Office oslo) {
    this.say = say;
    this.folder = folder;
    this.center = center;
    Tenant first = new Tenant(CUSTOMER, bergen.name());
    Tenant second = new Tenant(CUSTOMER, oslo.name());
    this.osloToken = center.admit(second);
    this.bergen = agent(bergen, first, center.admit(first));
    this.oslo = agent(oslo, second, osloToken);
  }

  private Agent agent(Office office, Tenant tenant, String token) {
    Path memory = folder.resolve(office.name() + "-agent.db");
    return Agent.of(office, tenant, center.door(), token, memory);
  }

  /**
   * Takes no arguments.
   *
   * @throws IllegalStateException when the tables differ in the end
   */
  public static void main(String... args) throws Exception {
    Path folder = Files.createTempDirectory("chirograph-offices");
    Say say = new Say();
    say.step("PostgreSQL and MariaDB start");
    try (MariaDbServer mariaDb = MariaDbServer.start();
        Center center = Center.open(Shared.postgres().newDatabase());
        Office bergen = Office.onSqlite("bergen", folder.resolve("bergen.db"));
        Office oslo = Office.onMariaDb("oslo", mariaDb.newDatabase())) {
      TwoOffices example = new TwoOffices(say, folder, center, bergen, oslo);
      try (example.bergen;
          example.oslo) {
        example.run();
      }
    }
  }

  private void run() throws Exception {
    load();
    edit();
    delete();
    restore();
    poison();
    interrupt();
    intrude();
    conclude();
    check();
  }

  // ---- the story

  private void load() throws IOException, SQLException {
    say.step("The offices enter their data");
    enter(bergen, WordNet.read(SYNSETS, "verb", "adj", "adv"));
    enter(oslo, WordNet.read(SYNSETS, "noun"));

    say.step("Both are replicated for the first time, at the same time");
    double before = say.seconds();
    CompletableFuture<List<TableReport>> first =
        CompletableFuture.supplyAsync(() -> bergen.sync().run());
    List<TableReport> second = oslo.sync().run();
    tell(bergen, first.join());
    tell(oslo, second);
    double seconds = say.seconds() - before;
    long rows = sent(first.join()) + sent(second);
    say.line("%,d rows in %.1f s, %,.0f rows/s", rows, seconds, rows / seconds);
  }

  private void enter(Agent agent, List<Synset> synsets) throws SQLException {
    int words = agent.office().enter(synsets);
    say.line("%s: %,d synsets, %,d senses", agent.office().name(), synsets.size(), words);
  }

  private void edit() throws SQLException {
    say.step("People work: new rows, changed rows, rows that move to newer versions");
    int contact =
        bergen
            .office()
            .does(
                "update synset set gloss = replace(gloss, '; \"', '; as in \"'),"
                    + " changed = {now}, version = {next synset} where topic = 35");
    bergen
        .office()
        .enter(
            List.of(
                new Synset("v90000001", 36, 0, "take a picture of oneself 🤳", List.of("selfie")),
                new Synset("v90000002", 31, 0, "search the web", List.of("google", "look up"))));
    say.line("bergen: %,d verbs of contact changed, 2 synsets are new", contact);
    int animals =
        oslo.office()
            .does(
                "update synset set relations = relations + 1, version = {next synset}"
                    + " where topic = 5");
    say.line("oslo: %,d animals got a newer version each", animals);
    runBoth();
  }

  private void delete() throws SQLException {
    say.step("Rows are deleted: some in between, and the newest");
    Office office = bergen.office();
    int senses = office.does("delete from sense where synset like 'a%77'");
    int synsets = office.does("delete from synset where id like 'a%77'");
    senses += office.does("delete from sense where synset = 'v90000002'");
    synsets += office.does("delete from synset where id = 'v90000002'");
    say.line("bergen: %,d synsets and %,d senses deleted", synsets, senses);
    runBoth();
  }

  private void restore() throws SQLException {
    say.step("An office is restored from its backup, and gives old versions out again");
    Office office = bergen.office();
    Path backup = folder.resolve("bergen.backup");
    office.backUp(backup);
    for (int digit = 1; digit <= 3; digit++) {
      change(office, "lost", "r%" + digit);
    }
    runBoth();
    office.restore(backup);
    for (int digit = 3; digit <= 7; digit++) {
      change(office, "done again", "r%" + digit);
    }
    say.line("bergen: back, and already beyond the version it had before");
    runBoth();
    say.line("a comparison of everything finds what no version tells:");
    tell(bergen, bergen.sync().verify());
  }

  private static void change(Office office, String word, String ids) throws SQLException {
    office.does(
        "update synset set gloss = gloss || ' (%s)', version = {next synset} where id like '%s'"
            .formatted(word, ids));
  }

  private void poison() throws SQLException {
    say.step("A row comes that the shared table refuses, among others that it takes");
    oslo.office()
        .enter(
            List.of(
                new Synset("n90000001", 6, 0, "a phone that is a computer", List.of("smartphone")),
                new Synset("n90000002", 6, 0, "", List.of("gizmo", "doodad")),
                new Synset("n90000003", 6, 0, "a small drone", List.of("quadcopter"))));
    List<TableReport> reports = oslo.sync().run();
    tell(oslo, reports);
    String why = oslo.sync().explain("synset", "n90000002").why();
    say.line("   n90000002: … %s", why.substring(why.indexOf("writing rows")));
    oslo.office()
        .does(
            "update synset set gloss = 'a thing without a name', version = {next synset}"
                + " where id = 'n90000002'");
    say.line("oslo: somebody writes what it means");
    runBoth();
  }

  private void interrupt() throws SQLException {
    say.step("The API goes away in the middle of a run, with an answer under way");
    int persons =
        oslo.office()
            .does("update synset set changed = {now}, version = {next synset} where topic = 18");
    say.line("oslo: %,d persons have a newer version", persons);
    center.door().leaveAfter(2);
    tell(oslo, oslo.sync().run());
    center.door().comeBack();
    say.line("it is back");
    tell(oslo, oslo.sync().run());
  }

  private void intrude() throws IOException, InterruptedException {
    say.step("A stranger asks, and an office for what belongs to the other");
    HttpReplica.Builder bergens = HttpReplica.builder(center.door().address(), bergen.tenant());
    refused("a stranger", bergens.token("0123456789-0123456789-0123456789"));
    refused("oslo", bergens.token(osloToken));
    HttpRequest request =
        HttpRequest.newBuilder(
                center
                    .door()
                    .address()
                    .resolve("/sync/v1/customers/wordhouse/databases/bergen/tables/sense?all=true"))
            .header("Authorization", "Bearer " + osloToken)
            .DELETE()
            .build();
    int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
    say.line("oslo, deleting all of bergen's senses: %d", status);
  }

  private void refused(String who, HttpReplica.Builder replica) {
    try {
      replica.build().state(Optional.empty());
      throw new IllegalStateException(who + " was let in");
    } catch (SyncException e) {
      say.line("%s, looking at bergen's tables: %s", who, e.kind());
    }
  }

  private void conclude() throws SQLException {
    say.step("Everything is compared once more; then nothing changes");
    int same = oslo.office().does("update sense set lemma = lower(lemma) where lemma like 'X%'");
    say.line("oslo: %,d lemmas were changed, and kept their versions by mistake", same);
    tell(bergen, bergen.sync().verify());
    tell(oslo, oslo.sync().verify());
    poll(bergen);
    poll(oslo);
    for (Agent agent : List.of(bergen, oslo)) {
      agent.sync().certificates().forEach((table, proof) -> certificate(agent, table, proof));
    }
  }

  private void poll(Agent agent) {
    Traffic before = center.door().traffic();
    agent.sync().run();
    Traffic poll = center.door().traffic().since(before);
    say.line(
        "%s: a run without news makes %d request, %,d bytes",
        agent.office().name(), poll.requests(), poll.bytes());
  }

  private void certificate(Agent agent, String table, Certificate proof) {
    say.line(
        "%s %s: certified up to version %s, %,d rows in %d ranges, at %s",
        agent.office().name(),
        table,
        proof.horizon(),
        proof.digest().count(),
        proof.ranges().size(),
        proof.at());
  }

  /** Nothing is taken on trust. */
  private void check() throws SQLException {
    say.step("Every row is compared by plain SQL");
    FullComparison comparison = new FullComparison(center.database());
    boolean equal = true;
    for (Agent agent : List.of(bergen, oslo)) {
      equal &= tell(agent, "synset", comparison.synsets(agent.office().database(), agent.tenant()));
      equal &= tell(agent, "sense", comparison.senses(agent.office().database(), agent.tenant()));
    }
    if (!equal) {
      throw new IllegalStateException("the offices and the shared database differ");
    }
    say.line("All equal, after %.0f s.", say.seconds());
  }

  private boolean tell(Agent agent, String table, Result result) {
    say.line(
        "%s %s: %,d rows, %,d differ %s",
        agent.office().name(),
        table,
        result.rows(),
        result.differing().size(),
        result.differing().stream().limit(5).toList());
    return result.differing().isEmpty();
  }

  // ---- runs

  private void runBoth() {
    tell(bergen, bergen.sync().run());
    tell(oslo, oslo.sync().run());
  }

  private void tell(Agent agent, List<TableReport> reports) {
    say.line("-> %s: %s", agent.office().name(), Agent.told(reports));
  }

  private static long sent(List<TableReport> reports) {
    return reports.stream().mapToLong(TableReport::sent).sum();
  }
}
