package dev.chirograph.examples;

import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Several JVMs work on one run. Nobody divides the work: whoever has time leases the next batch
 * from the queue in the database, see {@link ManyWorkersMember}.
 */
public final class ManyWorkers {

  private static final int OBJECTS = 600;
  private static final int MEMBERS = 3;

  private ManyWorkers() {}

  /** Takes no arguments; starts S3Mock, PostgreSQL and three JVMs. */
  public static void main(String... args) throws IOException {
    Database database = Shared.postgres().newDatabase();
    JdbcSchema.of(database.dataSource()).install();
    List<Member> members = new ArrayList<>();
    try (S3Client s3 = Shared.s3Mock().clientBuilder().build()) {
      fill(s3);
      for (int i = 1; i <= MEMBERS; i++) {
        members.add(Member.start("worker " + i, database));
      }
      for (Member member : members) {
        System.out.println(member.hears());
      }
      Reconciler<?> reconciler = ManyWorkersMember.reconciler(s3, database.dataSource()).build();
      Run run = reconciler.submit(Scope.all());
      System.out.println("Submitted run " + run.id() + "; this JVM only waits.");
      members.forEach(member -> member.tell(Long.toString(run.id())));
      Report report = run.await();
      for (Member member : members) {
        System.out.println(member.hears());
      }
      System.out.println(report);
    } finally {
      members.forEach(Member::close);
    }
  }

  private static void fill(S3Client s3) {
    s3.createBucket(request -> request.bucket(ManyWorkersMember.BUCKET));
    IntStream.range(0, OBJECTS)
        .parallel()
        .forEach(
            i ->
                s3.putObject(
                    r -> r.bucket(ManyWorkersMember.BUCKET).key("object/" + i),
                    RequestBody.fromString("content " + i)));
  }

  /** One of the JVMs, which ends with this one. */
  private record Member(Process process, BufferedReader output, PrintWriter input)
      implements AutoCloseable {

    static Member start(String name, Database database) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx256m",
              "-cp",
              System.getProperty("java.class.path"),
              ManyWorkersMember.class.getName(),
              name,
              Shared.s3Mock().endpoint().toString(),
              database.jdbcUrl(),
              database.user());
      builder.environment().put(ManyWorkersMember.PASSWORD, database.password());
      Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new Member(
          process,
          process.inputReader(StandardCharsets.UTF_8),
          new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true));
    }

    String hears() throws IOException {
      String line = output.readLine();
      if (line == null) {
        throw new IllegalStateException("a worker ended before its time, see above");
      }
      return line;
    }

    void tell(String line) {
      input.println(line);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
