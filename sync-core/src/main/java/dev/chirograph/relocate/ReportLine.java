package dev.chirograph.relocate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.relocate.RelocationReport.Fate;
import dev.chirograph.spi.relocate.Location;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What became of a handle.
 *
 * @param now where its bytes are; empty where it is gone
 * @param reason why its move was given up
 */
record ReportLine(PlanLine planned, Fate fate, Optional<Location> now, Optional<String> reason) {

  private static final List<String> NAMES =
      List.of(
          "owner",
          "handle",
          "fate",
          "size",
          "from bucket",
          "from key",
          "from version",
          "bucket",
          "key",
          "version",
          "reason");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The first line, with its break. */
  static String head(ReportFormat format) {
    return format == ReportFormat.CSV ? csv(NAMES) : "";
  }

  /** The line, with its break. */
  String text(ReportFormat format) {
    return format == ReportFormat.CSV ? csv(values()) : json();
  }

  private List<String> values() {
    Location from = planned.from();
    return List.of(
        planned.owner(),
        PlanLine.encoded(planned.handle()),
        fate.name(),
        planned.size().isPresent() ? String.valueOf(planned.size().getAsLong()) : "",
        from.bucket(),
        PlanLine.encoded(from.key()),
        from.versionId().orElse(""),
        now.map(Location::bucket).orElse(""),
        now.map(at -> PlanLine.encoded(at.key())).orElse(""),
        now.flatMap(Location::versionId).orElse(""),
        reason.orElse(""));
  }

  private static String csv(List<String> values) {
    return values.stream().map(ReportLine::quoted).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String quoted(String value) {
    boolean plain = value.chars().allMatch(c -> c >= ' ' && c != '"' && c != ',');
    return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }

  private String json() {
    List<String> values = values();
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if (!values.get(i).isEmpty()) {
        object.put(NAMES.get(i).replace(' ', '_'), values.get(i));
      }
    }
    planned.size().ifPresent(size -> object.put("size", size));
    try {
      return JSON.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
