package io.transvisor.core.error;

/**
 * A mistake in what the monitor was given (options, files, images, guest kernels). The message is
 * one line that names what is wrong and where; the command line prints it without a stack trace and
 * exits with 2.
 */
public class VmmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public VmmException(String message) {
    super(message);
  }

  public VmmException(String message, Throwable cause) {
    super(message, cause);
  }
}
