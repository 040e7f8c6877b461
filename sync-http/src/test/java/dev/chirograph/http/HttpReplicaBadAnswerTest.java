package dev.chirograph.http;

import static dev.chirograph.http.CannedReplica.failure;
import static dev.chirograph.http.CannedReplica.replica;
import static dev.chirograph.http.CannedReplica.server;
import static dev.chirograph.http.CannedReplica.table;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.SALT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are damaged, too large, late, not whole, or to another question, are none. */
@Timeout(60)
class HttpReplicaBadAnswerTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "[]",
        "{\"outcomes\":[{\"result\":\"deleted\"}]}",
        "{\"outcomes\":{}}",
        "{\"outcomes\":[]} x",
        "<html>"
      })
  void answersThatAreNoneAreDamaged(String body) {
    try (Canned server = server(Canned.ok("application/json", body))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void pagesOfSomebodyElseAreNoAnswers() {
    try (Canned server = server(Canned.ok("text/html", "<html>"))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(failure(server)).hasMessageContaining("content type");
    }
  }

  @Test
  void anAnswerThatBreaksOffIsUnavailable() {
    String cut = Canned.ok("application/json", "{\"outcomes\":[]}");
    try (Canned server = server(cut.substring(0, cut.length() - 3))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
    try (Canned server = server("")) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void aServerThatIsSilentIsUnavailableInTime() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"
                      .getBytes(ISO_8859_1));
              new CountDownLatch(1).await();
            })) {
      HttpReplica replica = replica(server.base()).timeout(Duration.ofMillis(500)).build();
      assertThatThrownBy(() -> replica.table("invoice"))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("in time");
    }
  }

  @Test
  void L9_answersBeyondTheLimitAreNotReadToTheirEnd() {
    byte[] bomb = Lab.zipped(("{\"tag\":\"" + "x".repeat(5_000_000)).getBytes(ISO_8859_1));
    assertTooLong(new String(bomb, ISO_8859_1));
  }

  /** It comes to nothing when it is decompressed, and takes as long. */
  @Test
  void L9_theNameOfACompressedFileHasNoMoreBytesThanTheAnswer() {
    String header = "\u001f\u008b\b\b\0\0\0\0\0\0"; // a name follows, up to a zero
    assertTooLong(header + "x".repeat(5_000_000));
  }

  private static void assertTooLong(String zipped) {
    String answer =
        Canned.ok("application/json", zipped)
            .replaceFirst("\r\n", "\r\nContent-Encoding: gzip\r\n");
    try (Canned server = Canned.answering(answer)) {
      HttpReplica replica = replica(server.base()).answerLimit(100_000).build();
      assertThatThrownBy(() -> replica.state(Optional.empty()))
          .isInstanceOf(SyncException.class)
          .hasMessageContaining("more than 100000 bytes");
    }
  }

  // ---- answers that are not whole, or to another question

  private static void assertCorrupt(String answer, Function<ReplicaTable, Object> question) {
    try (Canned server = server(Canned.ok("application/json", answer.replace('\'', '"')))) {
      ReplicaTable table = table(server);
      assertThatThrownBy(() -> question.apply(table))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
  }

  /** A row that is left out would be taken for one that is not there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'more':true,'rows':[]}",
        "{'rows':[]}",
        "{'more':false}",
        "{'more':false,'rows':[]",
        "{'more':false,'rows':[['7',7,'0000000000000000']]}",
        "{'more':true,'rows':[['8',8,'0000000000000000'],['7',7,'0000000000000000']]}",
        "{'more':true,'rows':[['8',8,'0000000000000000']]}", // and the same again
        "{'more':false,'rows':[['8',8,'00'],['9',9,'0'],['10',10,'0']]}",
      })
  void TAB_3_L2_aPageThatIsNotTheNextOneIsNone(String page) {
    assertCorrupt(
        page,
        table ->
            table.manifest(
                new Selection(FORMAT, SALT, Mark.LAST),
                List.of(Slice.Bucket.ALL),
                Optional.of(new RowKey("7")),
                100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'parts':[]}",
        "{'parts':[{'after':1,'through':5}]}",
        "{'parts':[{'after':2,'through':9}]}",
        "{'parts':[{'after':1,'through':5},{'after':6,'through':9}]}",
        "{'parts':[{'after':1,'through':5},{'after':4,'through':9}]}",
        "{'parts':[{'after':5,'through':9},{'after':1,'through':5}]}",
        "{'parts':[{'through':9}]}",
        "{'parts':[{'after':1,'through':10}]}",
      })
  void TAB_5_L2_partsThatAreNotAllOfARangeAreNone(String parts) {
    assertCorrupt(parts, table -> table.split(FORMAT, new Slice.Marks(1, 9), 2));
  }

  @Test
  void TAB_4_L1_anAnswerToAnotherQuestionIsNone() {
    List<RowKey> keys = List.of(new RowKey("1"), new RowKey("2"));
    Selection selection = new Selection(FORMAT, SALT, Mark.LAST);
    for (String rows :
        List.of(
            "[null]",
            "[null,null,null]",
            "[null,['3',3,'0000000000000000']]",
            "[['2',2,'0000000000000000'],['1',1,'0000000000000000']]")) {
      assertCorrupt("{'rows':" + rows + "}", table -> table.find(selection, keys));
    }
    for (String rows : List.of("[]", "[null,null,null]", "[null,['3',null,null,'3']]")) {
      assertCorrupt("{'rows':" + rows + "}", table -> table.rows(FORMAT, keys, 1_000));
    }
    for (String digests : List.of("[]", "['" + "A".repeat(32) + "']", "['AAAA','AAAA']")) {
      assertCorrupt(
          "{'digests':" + digests + "}",
          table -> table.digests(selection, List.of(new Slice.Marks(1, 2), new Slice.Marks(2, 3))));
    }
  }

  @Test
  void tablesThatComeTwiceAreNoState() {
    String info = "{\"table\":\"a\",\"rows\":1,\"fingerprint\":\"f\",\"incarnation\":\"i\"}";
    String body = "{\"tag\":\"x\",\"tables\":[" + info + "," + info + "]}";
    try (Canned server = server(Canned.ok("application/json", body))) {
      HttpReplica replica = replica(server.base()).build();
      assertThatThrownBy(() -> replica.state(Optional.empty()))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
  }
}
