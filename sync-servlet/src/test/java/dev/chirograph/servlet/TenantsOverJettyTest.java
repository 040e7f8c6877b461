package dev.chirograph.servlet;

import dev.chirograph.http.HttpEndpoint;

class TenantsOverJettyTest extends TenantsOverHttp {

  @Override
  Server server(HttpEndpoint endpoint) {
    return Server.jetty(endpoint);
  }
}
