package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TableNetworkOverJettyTest extends TableNetworkOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
