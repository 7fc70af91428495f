package io.transvisor.mmu;

/**
 * A true page fault, on its way to the guest. One instance per {@link Mmu}, without a stack trace:
 * what happened is in {@link #address} and {@link #errorCode}.
 */
public final class PageFaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Error code bits (SDM volume 3, 4.7). */
  public static final int PRESENT = 1;

  public static final int WRITE = 2;
  public static final int USER = 4;
  public static final int RESERVED = 8;

  /** The linear address, for CR2. */
  public int address;

  public int errorCode;

  PageFaultException() {
    super(null, null, false, false);
  }
}
