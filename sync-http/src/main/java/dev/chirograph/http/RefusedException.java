package dev.chirograph.http;

/** A request is refused, with the answer to give. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Refusal refusal;
  private final int status;

  RefusedException(Refusal refusal, int status, String detail) {
    super(detail, null, false, false);
    this.refusal = refusal;
    this.status = status;
  }

  Refusal refusal() {
    return refusal;
  }

  int status() {
    return status;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
