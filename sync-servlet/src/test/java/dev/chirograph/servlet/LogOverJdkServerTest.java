package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class LogOverJdkServerTest extends LogOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
