package io.transvisor.bt.fpu;

/**
 * Arithmetic on all lanes of a quadword at once. Lanes are told by their sign bits: the constants
 * {@link #BYTES}, {@link #WORDS} and {@link #DWORDS}. Written by the rules of {@link
 * NormalArithmetic}.
 */
final class Lanes {
  static final long BYTES = 0x8080808080808080L;
  static final long WORDS = 0x8000800080008000L;
  static final long DWORDS = 0x8000000080000000L;

  private Lanes() {}

  /** Wrapping sums: carries are kept from crossing lanes. */
  static long add(long a, long b, long signs) {
    return (a & ~signs) + (b & ~signs) ^ (a ^ b) & signs;
  }

  static long subtract(long a, long b, long signs) {
    return (a | signs) - (b & ~signs) ^ (a ^ ~b) & signs;
  }

  /**
   * All ones in the lanes whose sign bits are given.
   *
   * @param width of a lane in bits
   */
  static long fill(long some, int width) {
    return (some << 1) - (some >>> width - 1);
  }

  /** All ones where a is below b, unsigned. */
  static long below(long a, long b, long signs, int width) {
    long difference = subtract(a, b, signs);
    return fill((~a & b | (~a | b) & difference) & signs, width);
  }

  /** All ones where a is equal to b. */
  static long equal(long a, long b, long signs, int width) {
    long x = a ^ b;
    return fill(~((x & ~signs) + ~signs | x) & signs, width);
  }

  /** The largest lanes where {@code a} is positive, the smallest where it is negative. */
  private static long extremes(long a, long signs, int width) {
    return ~signs + (a >>> width - 1 & signs >>> width - 1);
  }

  static long addSaturating(long a, long b, long signs, int width) {
    long sum = add(a, b, signs);
    long wrong = fill(~(a ^ b) & (a ^ sum) & signs, width);
    return sum & ~wrong | extremes(a, signs, width) & wrong;
  }

  static long subtractSaturating(long a, long b, long signs, int width) {
    long difference = subtract(a, b, signs);
    long wrong = fill((a ^ b) & (a ^ difference) & signs, width);
    return difference & ~wrong | extremes(a, signs, width) & wrong;
  }

  static long addUnsigned(long a, long b, long signs, int width) {
    long sum = add(a, b, signs);
    return sum | fill((a & b | (a | b) & ~sum) & signs, width);
  }

  static long subtractUnsigned(long a, long b, long signs, int width) {
    return subtract(a, b, signs) & ~below(a, b, signs, width);
  }

  /** The low bytes of four words, side by side. */
  private static long gather(long words) {
    long pairs = (words | words >>> 8) & 0x0000FFFF0000FFFFL;
    return (pairs | pairs >>> 16) & 0xFFFFFFFFL;
  }

  /** FFh in the words whose upper byte is not 0. */
  private static long outside(long words) {
    return ((words >>> 8 & 0x00FF00FF00FF00FFL) + 0x00FF00FF00FF00FFL >>> 8 & 0x0001000100010001L)
        * 0xFF;
  }

  /** Four signed words as signed bytes, in the low doubleword. */
  static long packSigned(long words) {
    long outside = outside(add(words, 0x0080008000800080L, WORDS));
    long extremes = 0x007F007F007F007FL + (words >>> 15 & 0x0001000100010001L);
    return gather(words & 0x00FF00FF00FF00FFL & ~outside | extremes & outside);
  }

  /** Four signed words as unsigned bytes, in the low doubleword. */
  static long packUnsigned(long words) {
    long negative = (words >>> 15 & 0x0001000100010001L) * 0xFF;
    return gather((words | outside(words)) & 0x00FF00FF00FF00FFL & ~negative);
  }

  /** Shifts words right, filling with their signs; the count is below 16. */
  static long shiftRightSigned(long words, int count) {
    long shifted = words >>> count & (0xFFFFL >>> count) * 0x0001000100010001L;
    long sign = (0x8000L >>> count) * 0x0001000100010001L;
    return subtract(shifted ^ sign, sign, WORDS);
  }
}
