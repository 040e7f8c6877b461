package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class RefusalsOverJettyTest extends RefusalsOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jetty(handler);
  }
}
