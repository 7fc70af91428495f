package io.transvisor.bt.fpu;

/**
 * The integer operations that SSE and SSE2 added to those of {@link Mmx}, on 64 bits (Intel SDM
 * volume 2). The first operand is the destination.
 */
public final class MmxExtensions {
  private static final long LOW_DWORD = 0xFFFFFFFFL;

  private MmxExtensions() {}

  /** Averages, rounded up. The carry out of a lane is kept by adding only what differs. */
  public static long pavgb(long a, long b) {
    return (a | b) - ((a ^ b) >>> 1 & 0x7F7F7F7F7F7F7F7FL);
  }

  public static long pavgw(long a, long b) {
    return (a | b) - ((a ^ b) >>> 1 & 0x7FFF7FFF7FFF7FFFL);
  }

  /** Lanes of b where {@code chosen} is all ones, else of a. */
  private static long choose(long a, long b, long chosen) {
    return a & ~chosen | b & chosen;
  }

  public static long pminub(long a, long b) {
    return choose(b, a, Lanes.below(a, b, Lanes.BYTES, 8));
  }

  public static long pmaxub(long a, long b) {
    return choose(a, b, Lanes.below(a, b, Lanes.BYTES, 8));
  }

  public static long pminsw(long a, long b) {
    return choose(b, a, Mmx.pcmpgtw(b, a));
  }

  public static long pmaxsw(long a, long b) {
    return choose(a, b, Mmx.pcmpgtw(b, a));
  }

  private static long product(long a, long b, int n) {
    return (a >>> n & 0xFFFFL) * (b >>> n & 0xFFFFL);
  }

  public static long pmulhuw(long a, long b) {
    return product(a, b, 0) >>> 16
        | product(a, b, 16) & 0xFFFF0000L
        | (product(a, b, 32) & 0xFFFF0000L) << 16
        | (product(a, b, 48) & 0xFFFF0000L) << 32;
  }

  /** Sum of the absolute differences of the eight bytes. */
  public static long psadbw(long a, long b) {
    long differences =
        Lanes.subtractUnsigned(a, b, Lanes.BYTES, 8) | Lanes.subtractUnsigned(b, a, Lanes.BYTES, 8);
    long words = (differences & 0x00FF00FF00FF00FFL) + (differences >>> 8 & 0x00FF00FF00FF00FFL);
    return words * 0x0001000100010001L >>> 48;
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
