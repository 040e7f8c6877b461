package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class LogOverJettyTest extends LogOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
