package dev.chirograph.http;

import dev.chirograph.http.CallerCheck.BodyCheck;
import dev.chirograph.http.LimitedInput.TooLongException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The body of a request, within its limit. */
final class CallBody {

  private static final int MOST_ADDRESS = 4_096;

  private final long most;

  /**
   * @param most how many bytes a body has at most, as it is sent and after decompression
   */
  CallBody(long most) {
    this.most = most;
  }

  /** Of whoever made it, who closes it. */
  private static final class Lent extends FilterInputStream {
    Lent(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // not ours
    }
  }

  /**
   * Refuses an address or headers that are too long.
   *
   * @param mostHeaders how many characters headers may have
   */
  static void checkSizes(HttpCall call, int mostHeaders) throws RefusedException {
    int address = call.base().length() + call.path().length() + call.query().length();
    if (address > MOST_ADDRESS) {
      throw new RefusedException(
          Refusal.TOO_LARGE, 414, "an address has at most " + MOST_ADDRESS + " characters");
    }
    long headers =
        call.headers().map().entrySet().stream()
            .flatMap(
                header ->
                    header.getValue().stream()
                        .map(value -> (long) header.getKey().length() + value.length()))
            .reduce(0L, Long::sum);
    if (headers > mostHeaders) {
      throw new RefusedException(
          Refusal.TOO_LARGE, 431, "headers have at most " + mostHeaders + " characters");
    }
  }

  /**
   * Refuses by the headers alone what is too long, or in another form.
   *
   * @param type of the body; empty where there is none
   */
  void checkHeaders(HttpCall call, Optional<String> type) throws RefusedException {
    HttpHeaders headers = call.headers();
    List<String> lengths = headers.allValues("Content-Length");
    for (String length : lengths) {
      if (!length.matches("[0-9]{1,18}")) {
        throw malformed("Content-Length is no number");
      }
      if (Long.parseLong(length) > most) {
        throw tooLong();
      }
    }
    if (type.isPresent() && !is(type.get(), headers.firstValue("Content-Type").orElse(""))) {
      throw new RefusedException(
          Refusal.MALFORMED, 415, "the body of the request is " + type.get());
    }
    String coding = coding(headers);
    if (!coding.isEmpty() && !coding.equals(Gzip.NAME)) {
      throw new RefusedException(Refusal.MALFORMED, 415, "the only content coding is gzip");
    }
  }

  private static boolean is(String wanted, String type) {
    return type.split(";", 2)[0].strip().equalsIgnoreCase(wanted);
  }

  private static String coding(HttpHeaders headers) {
    return String.join(",", headers.allValues("Content-Encoding")).strip().toLowerCase(Locale.ROOT);
  }

  /** Reads all of the body as it is sent, and nothing of it is believed before it was checked. */
  byte[] read(HttpCall call, BodyCheck check) throws IOException, RefusedException {
    byte[] body;
    try {
      body = new LimitedInput(call.body(), most).readAllBytes();
    } catch (TooLongException e) {
      throw tooLong();
    }
    check.check(body);
    return body;
  }

  /** The content of a body that was read. */
  InputStream content(HttpCall call, byte[] body) throws IOException {
    InputStream sent = new ByteArrayInputStream(body);
    return coding(call.headers()).isEmpty() ? sent : new LimitedInput(Gzip.in(sent), most);
  }

  /** The content of a body while it comes, which nothing has to be checked of first. */
  InputStream content(HttpCall call) throws IOException {
    InputStream sent = new LimitedInput(new Lent(call.body()), most);
    return coding(call.headers()).isEmpty() ? sent : new LimitedInput(Gzip.in(sent), most);
  }

  /**
   * Makes sure that nothing follows a content that was read. A decoder may stop before the body has
   * ended, and a server closes the connection then, which the caller takes for a failure.
   */
  static void end(HttpCall call) throws IOException, RefusedException {
    if (call.body().read() >= 0) {
      throw malformed("there is something behind the end of the body");
    }
  }

  RefusedException tooLong() {
    return new RefusedException(
        Refusal.TOO_LARGE,
        413,
        "a body has at most " + most + " bytes, as it is sent and after decompression");
  }

  private static RefusedException malformed(String why) {
    return new RefusedException(Refusal.MALFORMED, 400, why);
  }
}
