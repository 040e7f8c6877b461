package dev.chirograph.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/**
 * Sends to a real server, and answers as S3 does of objects that are archived: they may be looked
 * at, but neither read nor copied.
 */
final class ArchivedObjects implements SdkHttpClient {

  private static final byte[] ANSWER =
      ("<Error><Code>InvalidObjectState</Code><Message>The operation is not valid for the object's"
              + " storage class</Message><StorageClass>GLACIER</StorageClass></Error>")
          .getBytes(StandardCharsets.UTF_8);

  private final SdkHttpClient real = Apache5HttpClient.create();
  private volatile boolean restored;

  /** From now on everything can be read. */
  void restore() {
    restored = true;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    ExecutableHttpRequest prepared = real.prepareRequest(request);
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return restored || !reads(request.httpRequest()) ? prepared.call() : refusal();
      }

      @Override
      public void abort() {
        prepared.abort();
      }
    };
  }

  private static boolean reads(SdkHttpRequest http) {
    return http.firstMatchingHeader("x-amz-copy-source").isPresent()
        || (http.method() == SdkHttpMethod.GET && http.rawQueryParameters().isEmpty());
  }

  private static HttpExecuteResponse refusal() {
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpResponse.builder()
                .statusCode(403)
                .putHeader("Content-Type", "application/xml")
                .putHeader("Content-Length", String.valueOf(ANSWER.length))
                .build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(ANSWER)))
        .build();
  }

  @Override
  public void close() {
    real.close();
  }
}
