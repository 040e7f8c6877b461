package dev.chirograph.s3;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The content of an answer. Not every HTTP client notices an answer that was cut, so the bytes are
 * counted; closing it early drops the connection instead of reading the rest.
 */
final class BlobStream extends FilterInputStream {

  private final ResponseInputStream<GetObjectResponse> answer;
  private final String subject;
  private final long size;
  private long given;
  private boolean ended;

  BlobStream(ResponseInputStream<GetObjectResponse> answer, String subject) {
    super(answer);
    this.answer = answer;
    this.subject = subject;
    Long length = answer.response().contentLength();
    this.size = length == null ? -1 : length;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    count(value < 0 ? -1 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = in.read(target, offset, length);
    count(read);
    return read;
  }

  @Override
  public long skip(long bytes) throws IOException {
    byte[] skipped = new byte[(int) Math.min(Math.max(bytes, 0), 8_192)];
    return skipped.length == 0 ? 0 : Math.max(0, read(skipped, 0, skipped.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(int read) throws EOFException {
    if (read >= 0) {
      given += read;
      return;
    }
    ended = true;
    if (size >= 0 && given < size) {
      throw new EOFException(
          "the answer about " + subject + " was cut after " + given + " of " + size + " bytes");
    }
  }

  @Override
  public void close() throws IOException {
    if (ended || given == size) {
      super.close();
    } else {
      answer.abort();
    }
  }
}
