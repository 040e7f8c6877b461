package dev.chirograph.http;

/** A request is refused, with the answer to give. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Refusal refusal;
  private final Refusal told;
  private final int status;

  RefusedException(Refusal refusal, int status, String detail) {
    this(refusal, refusal, status, detail);
  }

  /**
   * A refusal for another reason than the caller is told.
   *
   * @param told what the caller is told
   */
  RefusedException(Refusal refusal, Refusal told, int status, String detail) {
    super(detail, null, false, false);
    this.refusal = refusal;
    this.told = told;
    this.status = status;
  }

  Refusal refusal() {
    return refusal;
  }

  Refusal told() {
    return told;
  }

  int status() {
    return status;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
