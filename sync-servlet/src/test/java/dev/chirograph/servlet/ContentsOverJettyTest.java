package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class ContentsOverJettyTest extends ContentsOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jetty(handler);
  }
}
