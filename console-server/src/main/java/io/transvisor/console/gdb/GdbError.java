package io.transvisor.console.gdb;

/** A request cannot be fulfilled: answered with {@code E} and the number, an errno of Linux. */
final class GdbError extends RuntimeException {
  private static final long serialVersionUID = 1;

  static final int NO_ENTRY = 2;
  static final int BAD_ADDRESS = 14;
  static final int INVALID = 22;
  static final int TIMED_OUT = 110;

  private final int number;

  GdbError(int number) {
    super("E%02x".formatted(number), null, false, false);
    this.number = number;
  }

  static GdbError invalid() {
    return new GdbError(INVALID);
  }

  String reply() {
    return "E%02x".formatted(number);
  }
}
