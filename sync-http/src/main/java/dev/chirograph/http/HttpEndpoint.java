package dev.chirograph.http;

import java.io.IOException;

/**
 * Answers requests, whatever server receives them: {@link JdkHttpHandler} puts it behind the one of
 * the JDK, {@code EndpointServlet} of sync-servlet into a servlet container.
 *
 * <p>Safe for use by several threads.
 */
public interface HttpEndpoint {

  /**
   * Answers a request.
   *
   * @return the answer, be it an error; close it
   * @throws IOException when the request cannot be read; there is nobody to answer then
   */
  HttpReply handle(HttpCall call) throws IOException;
}
