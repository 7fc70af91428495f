package io.transvisor.bt.fpu;

/**
 * The integer operations that SSE and SSE2 added to those of {@link Mmx}, on 64 bits (Intel SDM
 * volume 2). The first operand is the destination.
 */
public final class MmxExtensions {
  private static final long LOW_DWORD = 0xFFFFFFFFL;

  private MmxExtensions() {}

  private static int unsignedByte(long a, int n) {
    return (int) (a >>> n) & 0xFF;
  }

  private static int unsignedWord(long a, int n) {
    return (int) (a >>> n) & 0xFFFF;
  }

  /** Averages, rounded up. The carry out of a lane is kept by adding only what differs. */
  public static long pavgb(long a, long b) {
    return (a | b) - ((a ^ b) >>> 1 & 0x7F7F7F7F7F7F7F7FL);
  }

  public static long pavgw(long a, long b) {
    return (a | b) - ((a ^ b) >>> 1 & 0x7FFF7FFF7FFF7FFFL);
  }

  public static long pminub(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= (long) Math.min(unsignedByte(a, n), unsignedByte(b, n)) << n;
    }
    return r;
  }

  public static long pmaxub(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= (long) Math.max(unsignedByte(a, n), unsignedByte(b, n)) << n;
    }
    return r;
  }

  public static long pminsw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (Math.min((short) (a >>> n), (short) (b >>> n)) & 0xFFFFL) << n;
    }
    return r;
  }

  public static long pmaxsw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (Math.max((short) (a >>> n), (short) (b >>> n)) & 0xFFFFL) << n;
    }
    return r;
  }

  public static long pmulhuw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (long) (unsignedWord(a, n) * unsignedWord(b, n) >>> 16) << n;
    }
    return r;
  }

  /** Sum of the absolute differences of the eight bytes. */
  public static long psadbw(long a, long b) {
    int sum = 0;
    for (int n = 0; n < 64; n += 8) {
      sum += Math.abs(unsignedByte(a, n) - unsignedByte(b, n));
    }
    return sum;
  }

  public static long pmuludq(long a, long b) {
    return (a & LOW_DWORD) * (b & LOW_DWORD);
  }

  public static long paddq(long a, long b) {
    return a + b;
  }

  public static long psubq(long a, long b) {
    return a - b;
  }

  /** Four words of {@code b}, chosen by two bits of {@code order} each. */
  public static long pshufw(long b, int order) {
    return b >>> 16 * (order & 3) & 0xFFFF
        | (b >>> 16 * (order >> 2 & 3) & 0xFFFF) << 16
        | (b >>> 16 * (order >> 4 & 3) & 0xFFFF) << 32
        | b >>> 16 * (order >> 6 & 3) << 48;
  }

  /** {@code a} with the word {@code position & 3} replaced. */
  public static long pinsrw(long a, int word, int position) {
    int shift = 16 * (position & 3);
    return a & ~(0xFFFFL << shift) | (word & 0xFFFFL) << shift;
  }

  public static int pextrw(long a, int position) {
    return (int) (a >>> 16 * (position & 3)) & 0xFFFF;
  }

  /** The signs of the eight bytes; bit 0 is that of the lowest. */
  public static int pmovmskb(long a) {
    // each sign, moved to the bottom of its byte, is added up in the top byte at its own bit
    return (int) ((a >>> 7 & 0x0101010101010101L) * 0x0102040810204080L >>> 56);
  }
}
