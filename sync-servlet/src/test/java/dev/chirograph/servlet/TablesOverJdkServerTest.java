package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TablesOverJdkServerTest extends TablesOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
