package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class ContentsOverJettyTest extends ContentsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
