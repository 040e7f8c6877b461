package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class LogOverJdkServerTest extends LogOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jdk(handler);
  }
}
