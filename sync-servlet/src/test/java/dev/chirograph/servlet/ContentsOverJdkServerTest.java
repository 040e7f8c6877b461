package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class ContentsOverJdkServerTest extends ContentsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
