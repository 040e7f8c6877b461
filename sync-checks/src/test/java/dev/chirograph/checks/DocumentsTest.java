package dev.chirograph.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents name tests as proof: the tests have to exist. */
class DocumentsTest {

  /** {@code ClassName.methodName} or {@code ClassName} between back quotes. */
  private static final Pattern NAMED =
      Pattern.compile(
          "`([A-Z][A-Za-z0-9]*(?:Test|IT|Conformance|Guarantees))(?:\\.([A-Za-z0-9_]+))?`");

  @Test
  void coverageNamesTestsThatExist() {
    assertThat(missing(Documents.ROOT.resolve("docs/coverage.md"))).isEmpty();
  }

  @Test
  void guardsNameTestsThatExist() {
    assertThat(missing(Documents.ROOT.resolve("docs/guards.md"))).isEmpty();
  }

  @Test
  void everyPointOfTheFirstEngineIsCovered() throws IOException {
    String coverage = Files.readString(Documents.ROOT.resolve("docs/coverage.md"));
    for (int point = 0; point <= 15; point++) {
      assertThat(coverage).contains("| 1." + point + " ");
    }
  }

  private static List<String> missing(Path document) {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    Matcher named = NAMED.matcher(Documents.read(document));
    int count = 0;
    while (named.find()) {
      count++;
      String source = sources.get(named.group(1));
      if (source == null) {
        missing.add(named.group(1));
      } else if (named.group(2) != null
          && !Pattern.compile("\\bvoid\\s+" + Pattern.quote(named.group(2)) + "\\s*\\(")
              .matcher(source)
              .find()) {
        missing.add(named.group(1) + "." + named.group(2));
      }
    }
    assertThat(count).as("tests named in " + document.getFileName()).isPositive();
    return missing;
  }

  private static Map<String, String> testSources() {
    try (Stream<Path> files = Files.walk(Documents.ROOT)) {
      Map<String, String> sources = new TreeMap<>();
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !Documents.ROOT.relativize(file).toString().contains("target"))
          .forEach(
              file ->
                  sources.put(
                      file.getFileName().toString().replace(".java", ""), Documents.read(file)));
      return sources;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
