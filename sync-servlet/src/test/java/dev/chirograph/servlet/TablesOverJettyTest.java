package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TablesOverJettyTest extends TablesOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
