package io.transvisor.console.rfb.message;

/** The client broke the protocol; the connection ends with this message as the one log line. */
public final class RfbProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The stack says nothing about a client's mistake, so none is recorded. */
  public RfbProtocolException(String message) {
    super(message, null, false, false);
  }
}
