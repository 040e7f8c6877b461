package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class LogOverJettyTest extends LogOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jetty(handler);
  }
}
