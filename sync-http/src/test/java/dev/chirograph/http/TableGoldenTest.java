package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.Outcome;
import dev.chirograph.http.TableRequests.Body;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.http.TableRequests.Digests;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Lease;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.http.TableRequests.Split;
import dev.chirograph.http.TableSamples.Sample;
import dev.chirograph.http.TableSamples.Writing;
import dev.chirograph.spi.table.ReplicaTable.Write;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about tables is what the golden files say, order of members aside. */
class TableGoldenTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Stream<String> requests() {
    return TableSamples.requests().keySet().stream();
  }

  static Stream<String> answers() {
    return TableSamples.answers().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestsAreWrittenAndReadAsTheGoldenFilesSay(String name) throws IOException {
    Body request = Objects.requireNonNull(TableSamples.requests().get(name));
    String golden = golden("table-" + name + ".request");
    assertThat(MAPPER.readTree(written(request::write))).isEqualTo(MAPPER.readTree(golden));
    Body read = JsonIn.document(Json.reader(stream(golden)), in -> read(request, in));
    assertThat(read).isEqualTo(request);
  }

  private static Body read(Body like, JsonIn in) throws IOException {
    TableLimits limits = TableLimits.STANDARD;
    if (like instanceof Digests) {
      return Digests.read(in, limits);
    }
    if (like instanceof Manifest) {
      return Manifest.read(in, limits);
    }
    if (like instanceof Find) {
      return Find.read(in, limits);
    }
    if (like instanceof Rows) {
      return Rows.read(in, limits);
    }
    if (like instanceof Split) {
      return Split.read(in);
    }
    return like instanceof Lease ? Lease.read(in) : Deletes.read(in, limits);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answersAreWrittenAndReadAsTheGoldenFilesSay(String name) throws IOException {
    Sample answer = Objects.requireNonNull(TableSamples.answers().get(name));
    String golden = golden("table-" + name + ".answer");
    assertThat(MAPPER.readTree(written(answer.writing()))).isEqualTo(MAPPER.readTree(golden));
    if (!List.of("clear", "health").contains(name)) { // nobody here reads these
      Object read = JsonIn.document(Json.reader(stream(golden)), in -> answer.reading().read(in));
      assertThat(read).isEqualTo(answer.value());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"write", "write-keyless"})
  void writesAreWrittenAndReadAsTheGoldenFilesSay(String name) throws Exception {
    Write write = name.equals("write") ? TableSamples.write() : TableSamples.keyless();
    String golden = golden("table-" + name + ".request");
    String[] lines = new String(TableLab.lines(write), UTF_8).split("\n");
    String[] expected = golden.split("\n");
    assertThat(lines).hasSameSizeAs(expected);
    for (int i = 0; i < lines.length; i++) {
      assertThat(MAPPER.readTree(lines[i])).isEqualTo(MAPPER.readTree(expected[i]));
    }
    assertThat(
            RowStream.read(Json.factory(1_000), stream(golden), TableLimits.STANDARD, head -> {}))
        .isEqualTo(write);
  }

  @Test
  void membersThatAreNotKnownAreLeftOut() throws IOException {
    for (String name : requests().toList()) {
      Body request = Objects.requireNonNull(TableSamples.requests().get(name));
      String more = golden("table-" + name + ".request").replace("{", "{\"new\":[{\"a\":1}],");
      Body read = JsonIn.document(Json.reader(stream(more)), in -> read(request, in));
      assertThat(read).isEqualTo(request);
    }
  }

  @Test
  void deletesThatWereRefusedSayWhy() throws IOException {
    String text = written(out -> TableAnswers.outcomes(out, List.of(TableSamples.rejected())));
    assertThat(text)
        .isEqualTo(
            "{\"outcomes\":[{\"result\":\"rejected\",\"kind\":\"unsupported\","
                + "\"detail\":\"rows here are never deleted\"}]}");
    List<Outcome> read =
        JsonIn.document(Json.reader(stream(text)), in -> TableAnswers.outcomes(in, 1));
    assertThat(read.get(0))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.why()).hasMessage("rows here are never deleted"));
  }

  static String written(Writing writing) {
    return new String(
        Lab.bytes(
            to -> {
              try (JsonGenerator out = Json.writer(to)) {
                writing.write(out);
              }
            }),
        UTF_8);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static String golden(String name) throws IOException {
    return GoldenTest.golden(name);
  }
}
