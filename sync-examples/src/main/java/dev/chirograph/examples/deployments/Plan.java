package dev.chirograph.examples.deployments;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Who there is, where, and with which secret: what the operators of deployments tell each other.
 *
 * @param nodes by name
 */
record Plan(Map<String, Node> nodes) {

  /** The environment variable in which each JVM finds the plan. */
  static final String VARIABLE = "CHIROGRAPH_DEPLOYMENTS";

  /**
   * A deployment.
   *
   * @param port on which it serves its log
   * @param secret with which it signs, in hexadecimal
   */
  record Node(int port, String secret) {
    URI address() {
      return URI.create("http://localhost:" + port + "/log");
    }
  }

  /** One of the deployments. */
  Node node(String name) {
    return Objects.requireNonNull(nodes.get(name), name);
  }

  static Plan of(List<String> names) throws IOException {
    Random random = new SecureRandom();
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (String name : names) {
      byte[] secret = new byte[32];
      random.nextBytes(secret);
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        nodes.put(name, new Node(free.getLocalPort(), HexFormat.of().formatHex(secret)));
      }
    }
    return new Plan(nodes);
  }

  /** The plan as {@link #VARIABLE} holds it. */
  String text() {
    return nodes.entrySet().stream()
        .map(node -> node.getKey() + "=" + node.getValue().port + "=" + node.getValue().secret)
        .collect(Collectors.joining(","));
  }

  static Plan parse(String text) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (String node : text.split(",", -1)) {
      String[] parts = node.split("=", -1);
      nodes.put(parts[0], new Node(Integer.parseInt(parts[1]), parts[2]));
    }
    return new Plan(nodes);
  }
}
