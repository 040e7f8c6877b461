package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TableNetworkOverJdkServerTest extends TableNetworkOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
