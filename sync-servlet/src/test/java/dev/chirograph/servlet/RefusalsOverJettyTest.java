package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class RefusalsOverJettyTest extends RefusalsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
