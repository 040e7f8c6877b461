package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.Run;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/**
 * What fails for good is kept, delays nothing else, and is done again once its cause is gone.
 *
 * <p>The cause here is a rule of the host's database that refuses drafts.
 */
public final class DeadLetters {

  private DeadLetters() {}

  /** Takes no arguments and needs no server. */
  public static void main(String... args) throws SQLException {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:dead-letters;DB_CLOSE_DELAY=-1");
    JdbcSchema.of(database).install();
    MemoryBlobStore bucket = MemoryBlobStore.of("texts");
    JdbcCatalogue catalogue = JdbcCatalogue.of(database, "texts");
    JdbcQueue queue = JdbcQueue.of(database, "texts");
    var reconciler =
        Reconciler.builder("texts", bucket.asReplica(), catalogue)
            .queue(queue)
            .state(JdbcState.of(database))
            .build();

    put(bucket, "final/book.txt");
    put(bucket, "drafts/one.txt");
    put(bucket, "drafts/two.txt");
    execute(
        database,
        "alter table chirograph_catalogue_object"
            + " add constraint no_drafts check (path not like 'drafts/%')");

    Run run = reconciler.start(Scope.all());
    reconciler.drain();
    System.out.println(run.report());
    System.out.println("Dead letters:");
    print(queue);

    execute(database, "alter table chirograph_catalogue_object drop constraint no_drafts");
    System.out.println("Cause removed; replayed: " + queue.replay(Selection.all()));
    reconciler.drain();
    System.out.println("Dead letters now: " + reconciler.status("texts").jobs().dead());
    System.out.println("Catalogued: " + catalogue.find("drafts/two.txt").isPresent());
  }

  private static void print(JdbcQueue queue) {
    try (CloseableIterator<DeadLetter> letters = queue.deadLetters(Selection.all())) {
      letters.forEachRemaining(
          letter ->
              System.out.printf(
                  "  %s after %d attempts: %s%n",
                  letter.job().key(), letter.attempts(), letter.error()));
    }
  }

  private static void put(MemoryBlobStore bucket, String path) {
    bucket.put(Key.utf8(path), path.getBytes(UTF_8));
  }

  private static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
