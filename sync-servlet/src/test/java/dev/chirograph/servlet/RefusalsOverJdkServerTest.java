package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class RefusalsOverJdkServerTest extends RefusalsOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jdk(handler);
  }
}
