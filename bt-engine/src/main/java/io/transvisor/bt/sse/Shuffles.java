package io.transvisor.bt.sse;

/**
 * Shuffles and shifts of whole XMM registers, as halves of the result (Intel SDM volume 2). The
 * first operand is the destination.
 */
public final class Shuffles {
  private static final long LOW = 0xFFFFFFFFL;

  private Shuffles() {}

  /** The doubleword that two bits choose. */
  private static long dword(long low, long high, int which) {
    long half = (which & 2) != 0 ? high : low;
    return half >>> 32 * (which & 1) & LOW;
  }

  /**
   * Two doublewords of a register, chosen by two bits of {@code order} each, the low ones first.
   */
  public static long dwords(long low, long high, int order) {
    return dword(low, high, order) | dword(low, high, order >> 2) << 32;
  }

  /** The half that a bit chooses. */
  public static long qword(long low, long high, int which) {
    return (which & 1) != 0 ? high : low;
  }

  /** The lower half of a register shifted left by a number of bytes. */
  public static long pslldqLow(long low, int count) {
    return count < 8 ? low << 8 * count : 0;
  }

  /** The upper half of a register shifted left by a number of bytes. */
  public static long pslldqHigh(long low, long high, int count) {
    if (count == 0) {
      return high;
    }
    if (count < 8) {
      return high << 8 * count | low >>> 64 - 8 * count;
    }
    return count < 16 ? low << 8 * count - 64 : 0;
  }

  /** The lower half of a register shifted right by a number of bytes. */
  public static long psrldqLow(long low, long high, int count) {
    if (count == 0) {
      return low;
    }
    if (count < 8) {
      return low >>> 8 * count | high << 64 - 8 * count;
    }
    return count < 16 ? high >>> 8 * count - 64 : 0;
  }

  /** The upper half of a register shifted right by a number of bytes. */
  public static long psrldqHigh(long high, int count) {
    return count < 8 ? high >>> 8 * count : 0;
  }
}
