package dev.chirograph.servlet;

import dev.chirograph.http.LogHandler;

class ContentsOverJdkServerTest extends ContentsOverHttp {

  @Override
  Server server(LogHandler handler) {
    return Server.jdk(handler);
  }
}
