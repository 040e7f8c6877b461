package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The description of tables over HTTP, and what was seen of it. */
final class OpenApi {

  private static final Path FILE = Path.of("../docs/spec/tables.openapi.yaml");

  private final JsonNode root;
  private final JsonNode strict;
  private final JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
  private final Map<JsonNode, JsonSchema> schemas = new HashMap<>();

  /** Operations with their statuses, such as {@code GET /v1/health 200}. */
  final Set<String> seen = new TreeSet<>();

  /** Members of answers, such as {@code Info.rows}. */
  final Set<String> told = new TreeSet<>();

  OpenApi() {
    try {
      this.root = new YAMLMapper().readTree(FILE.toFile());
      this.strict = closed(root.deepCopy());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Allows no member that is not described. */
  private static JsonNode closed(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("properties").isObject()) {
      object.put("additionalProperties", false);
    }
    node.forEach(OpenApi::closed);
    return node;
  }

  // ---- what is described

  /** All operations, such as {@code GET /v1/health}. */
  Set<String> operations() {
    Set<String> all = new TreeSet<>();
    root.get("paths")
        .properties()
        .forEach(
            path ->
                methods(path.getValue()).forEach(method -> all.add(method + " " + path.getKey())));
    return all;
  }

  private static List<String> methods(JsonNode path) {
    List<String> methods = new ArrayList<>();
    path.fieldNames().forEachRemaining(methods::add);
    methods.remove("parameters");
    return methods.stream().map(method -> method.toUpperCase(Locale.ROOT)).toList();
  }

  /** All operations with each status that is described by itself. */
  Set<String> statuses() {
    Set<String> all = new TreeSet<>();
    for (String operation : operations()) {
      operation(operation)
          .get("responses")
          .fieldNames()
          .forEachRemaining(status -> all.add(operation + " " + status));
    }
    all.removeIf(one -> one.endsWith(" default"));
    return all;
  }

  private JsonNode operation(String name) {
    String[] parts = name.split(" ");
    JsonNode path = Objects.requireNonNull(strict.get("paths").get(parts[1]), name);
    return Objects.requireNonNull(path.get(parts[0].toLowerCase(Locale.ROOT)), name);
  }

  /** All members of schemas that stand in answers. */
  Set<String> membersOfAnswers() {
    Set<String> all = new TreeSet<>();
    for (String operation : operations()) {
      for (JsonNode response : operation(operation).get("responses")) {
        resolved(response)
            .path("content")
            .forEach(content -> members(content.get("schema"), "", all, new TreeSet<>()));
      }
    }
    return all;
  }

  private void members(JsonNode schema, String name, Set<String> all, Set<String> visited) {
    String named = name(schema, name);
    if (!named.equals(name) && !visited.add(named)) {
      return;
    }
    JsonNode node = resolved(schema);
    node.path("properties")
        .properties()
        .forEach(
            member -> {
              all.add(named + "." + member.getKey());
              members(member.getValue(), named + "." + member.getKey(), all, visited);
            });
    for (String several : List.of("oneOf", "anyOf", "prefixItems")) {
      node.path(several).forEach(one -> members(one, named, all, visited));
    }
    if (node.path("items").isObject()) {
      members(node.get("items"), named, all, visited);
    }
  }

  private static String name(JsonNode schema, String otherwise) {
    String ref = schema.path("$ref").asText();
    return ref.isEmpty() ? otherwise : ref.substring(ref.lastIndexOf('/') + 1);
  }

  private JsonNode resolved(JsonNode node) {
    String ref = node.path("$ref").asText();
    return ref.isEmpty() ? node : strict.at(ref.substring(1));
  }

  // ---- what happens

  /** A request and its answer are as described. */
  void check(Ask ask, Answered answered) {
    String template =
        TableRoute.at(TablePath.of(ask.path)).stream()
            .map(TableRoute::template)
            .findFirst()
            .orElseThrow();
    String name = ask.method + " " + template;
    JsonNode operation = operation(name);
    if (answered.status() < 300) {
      checkRequest(operation, ask);
    }
    String status = String.valueOf(answered.status());
    JsonNode responses = operation.get("responses");
    boolean own = responses.has(status);
    JsonNode response = resolved(responses.get(own ? status : "default"));
    seen.add(name + " " + status);
    checkAnswer(name + " " + status, response, answered);
  }

  private void checkRequest(JsonNode operation, Ask ask) {
    if (ask.body.length == 0) {
      assertThat(operation.path("requestBody").path("required").asBoolean()).isFalse();
      return;
    }
    String type = Objects.requireNonNull(ask.headers.get("Content-Type")).get(0);
    JsonNode content = operation.path("requestBody").path("content").get(type);
    assertThat(content).as("%s takes %s", ask.path, type).isNotNull();
    if (content.has("x-lines")) {
      checkLines(content.get("x-lines"), new String(ask.body, StandardCharsets.UTF_8));
    } else {
      assertThat(errors(content.get("schema"), read(ask.body))).isEmpty();
    }
  }

  private void checkLines(JsonNode description, String body) {
    String[] lines = body.split("\n");
    JsonNode head = read(lines[0].getBytes(StandardCharsets.UTF_8));
    assertThat(errors(description.get("first"), head)).isEmpty();
    for (int i = 1; i < lines.length; i++) {
      String what = i <= head.get("puts").asInt() ? "puts" : "deletes";
      JsonNode line = read(lines[i].getBytes(StandardCharsets.UTF_8));
      assertThat(errors(description.get(what), line)).isEmpty();
    }
  }

  private void checkAnswer(String name, JsonNode response, Answered answered) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(answered.headers());
    response
        .path("headers")
        .properties()
        .forEach(
            header -> {
              JsonNode description = resolved(header.getValue());
              String value = headers.get(header.getKey());
              assertThat(value != null || !description.path("required").asBoolean())
                  .as("%s has a header %s", name, header.getKey())
                  .isTrue();
            });
    if (!response.has("content")) {
      assertThat(answered.body()).as(name).isEmpty();
      assertThat(headers).doesNotContainKey("Content-Type");
      return;
    }
    JsonNode content = response.get("content").get(headers.get("Content-Type"));
    assertThat(content).as("%s answers with %s", name, headers.get("Content-Type")).isNotNull();
    JsonNode body = answered.json();
    assertThat(errors(content.get("schema"), body)).as("%s: %s", name, body).isEmpty();
    tell(content.get("schema"), "", body);
  }

  private void tell(JsonNode schema, String name, JsonNode value) {
    String named = name(schema, name);
    JsonNode node = resolved(schema);
    for (String several : List.of("oneOf", "anyOf")) {
      for (JsonNode one : node.path(several)) {
        if (errors(one, value).isEmpty()) {
          tell(one, named, value);
        }
      }
    }
    node.path("properties")
        .properties()
        .forEach(
            member -> {
              if (value.has(member.getKey())) {
                told.add(named + "." + member.getKey());
                tell(member.getValue(), named + "." + member.getKey(), value.get(member.getKey()));
              }
            });
    if (node.path("items").isObject()) {
      value.forEach(one -> tell(node.get("items"), named, one));
    }
  }

  /** What is wrong with a request of an operation. */
  Set<ValidationMessage> errorsOfRequest(String operation, JsonNode body) {
    JsonNode content = operation(operation).get("requestBody").get("content");
    return errors(content.get("application/json").get("schema"), body);
  }

  private Set<ValidationMessage> errors(JsonNode schema, JsonNode value) {
    JsonSchema compiled =
        schemas.computeIfAbsent(
            schema,
            one -> {
              ObjectNode whole = one.deepCopy();
              whole.set("components", strict.get("components"));
              return factory.getSchema(whole);
            });
    return compiled.validate(value);
  }

  private static JsonNode read(byte[] json) {
    try {
      return TableLab.MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
