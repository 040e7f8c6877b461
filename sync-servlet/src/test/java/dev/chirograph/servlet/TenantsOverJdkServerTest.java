package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TenantsOverJdkServerTest extends TenantsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jdk(endpoint);
  }
}
