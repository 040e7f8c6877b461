package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class RefusalsOverJdkServerTest extends RefusalsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
