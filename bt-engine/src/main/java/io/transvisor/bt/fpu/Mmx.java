package io.transvisor.bt.fpu;

/**
 * The arithmetic of MMX: operations on 64 bits taken as eight bytes, four words or two doublewords,
 * named as the instructions (Intel SDM volume 2). The first operand is the destination.
 */
public final class Mmx {
  private static final long LOW_DWORD = 0xFFFFFFFFL;

  private Mmx() {}

  // ---- wrapping addition and subtraction ----

  public static long paddb(long a, long b) {
    return Lanes.add(a, b, Lanes.BYTES);
  }

  public static long paddw(long a, long b) {
    return Lanes.add(a, b, Lanes.WORDS);
  }

  public static long paddd(long a, long b) {
    return Lanes.add(a, b, Lanes.DWORDS);
  }

  public static long psubb(long a, long b) {
    return Lanes.subtract(a, b, Lanes.BYTES);
  }

  public static long psubw(long a, long b) {
    return Lanes.subtract(a, b, Lanes.WORDS);
  }

  public static long psubd(long a, long b) {
    return Lanes.subtract(a, b, Lanes.DWORDS);
  }

  // ---- saturating addition and subtraction ----

  public static long paddsb(long a, long b) {
    return Lanes.addSaturating(a, b, Lanes.BYTES, 8);
  }

  public static long paddsw(long a, long b) {
    return Lanes.addSaturating(a, b, Lanes.WORDS, 16);
  }

  public static long paddusb(long a, long b) {
    return Lanes.addUnsigned(a, b, Lanes.BYTES, 8);
  }

  public static long paddusw(long a, long b) {
    return Lanes.addUnsigned(a, b, Lanes.WORDS, 16);
  }

  public static long psubsb(long a, long b) {
    return Lanes.subtractSaturating(a, b, Lanes.BYTES, 8);
  }

  public static long psubsw(long a, long b) {
    return Lanes.subtractSaturating(a, b, Lanes.WORDS, 16);
  }

  public static long psubusb(long a, long b) {
    return Lanes.subtractUnsigned(a, b, Lanes.BYTES, 8);
  }

  public static long psubusw(long a, long b) {
    return Lanes.subtractUnsigned(a, b, Lanes.WORDS, 16);
  }

  // ---- multiplication ----

  private static long product(long a, long b, int n) {
    return (short) (a >>> n) * (short) (b >>> n);
  }

  /** The lower halves depend on the lower halves only. */
  public static long pmullw(long a, long b) {
    return a * b & 0xFFFFL
        | ((a >>> 16) * (b >>> 16) & 0xFFFFL) << 16
        | ((a >>> 32) * (b >>> 32) & 0xFFFFL) << 32
        | (a >>> 48) * (b >>> 48) << 48;
  }

  public static long pmulhw(long a, long b) {
    return product(a, b, 0) >>> 16 & 0xFFFFL
        | product(a, b, 16) & 0xFFFF0000L
        | (product(a, b, 32) & 0xFFFF0000L) << 16
        | (product(a, b, 48) & 0xFFFF0000L) << 32;
  }

  public static long pmaddwd(long a, long b) {
    long low = product(a, b, 0) + product(a, b, 16);
    long high = product(a, b, 32) + product(a, b, 48);
    return low & LOW_DWORD | high << 32;
  }

  // ---- comparison: all ones where true ----

  public static long pcmpeqb(long a, long b) {
    return Lanes.equal(a, b, Lanes.BYTES, 8);
  }

  public static long pcmpeqw(long a, long b) {
    return Lanes.equal(a, b, Lanes.WORDS, 16);
  }

  public static long pcmpeqd(long a, long b) {
    return Lanes.equal(a, b, Lanes.DWORDS, 32);
  }

  public static long pcmpgtb(long a, long b) {
    return Lanes.below(b ^ Lanes.BYTES, a ^ Lanes.BYTES, Lanes.BYTES, 8);
  }

  public static long pcmpgtw(long a, long b) {
    return Lanes.below(b ^ Lanes.WORDS, a ^ Lanes.WORDS, Lanes.WORDS, 16);
  }

  public static long pcmpgtd(long a, long b) {
    return Lanes.below(b ^ Lanes.DWORDS, a ^ Lanes.DWORDS, Lanes.DWORDS, 32);
  }

  // ---- packing and unpacking ----

  public static long packsswb(long a, long b) {
    return Lanes.packSigned(a) | Lanes.packSigned(b) << 32;
  }

  public static long packuswb(long a, long b) {
    return Lanes.packUnsigned(a) | Lanes.packUnsigned(b) << 32;
  }

  private static long signedWord(int value) {
    return Math.max(Math.min(value, Short.MAX_VALUE), Short.MIN_VALUE) & 0xFFFFL;
  }

  public static long packssdw(long a, long b) {
    return signedWord((int) a)
        | signedWord((int) (a >>> 32)) << 16
        | signedWord((int) b) << 32
        | signedWord((int) (b >>> 32)) << 48;
  }

  public static long punpcklbw(long a, long b) {
    return spreadBytes(a) | spreadBytes(b) << 8;
  }

  public static long punpckhbw(long a, long b) {
    return spreadBytes(a >>> 32) | spreadBytes(b >>> 32) << 8;
  }

  /** The low four bytes in the low halves of four words. */
  private static long spreadBytes(long a) {
    long words = spreadWords(a);
    return (words | words << 8) & 0x00FF00FF00FF00FFL;
  }

  /** The low two words in the low halves of two doublewords. */
  private static long spreadWords(long a) {
    return a & 0xFFFFL | (a & 0xFFFF0000L) << 16;
  }

  public static long punpcklwd(long a, long b) {
    return spreadWords(a) | spreadWords(b) << 16;
  }

  public static long punpckhwd(long a, long b) {
    return spreadWords(a >>> 32) | spreadWords(b >>> 32) << 16;
  }

  public static long punpckldq(long a, long b) {
    return a & LOW_DWORD | b << 32;
  }

  public static long punpckhdq(long a, long b) {
    return a >>> 32 | b & ~LOW_DWORD;
  }

  // ---- logic ----

  public static long pand(long a, long b) {
    return a & b;
  }

  public static long pandn(long a, long b) {
    return ~a & b;
  }

  public static long por(long a, long b) {
    return a | b;
  }

  public static long pxor(long a, long b) {
    return a ^ b;
  }

  // ---- shifts: the count is all 64 bits of the second operand ----

  private static boolean exceeds(long count, int last) {
    return Long.compareUnsigned(count, last) > 0;
  }

  public static long psllw(long a, long count) {
    if (exceeds(count, 15)) {
      return 0;
    }
    return a << count & (0xFFFFL << count & 0xFFFFL) * 0x0001000100010001L;
  }

  public static long pslld(long a, long count) {
    if (exceeds(count, 31)) {
      return 0;
    }
    return a << count & (LOW_DWORD << count & LOW_DWORD) * 0x0000000100000001L;
  }

  public static long psllq(long a, long count) {
    return exceeds(count, 63) ? 0 : a << count;
  }

  public static long psrlw(long a, long count) {
    return exceeds(count, 15) ? 0 : a >>> count & (0xFFFFL >>> count) * 0x0001000100010001L;
  }

  public static long psrld(long a, long count) {
    return exceeds(count, 31) ? 0 : a >>> count & (LOW_DWORD >>> count) * 0x0000000100000001L;
  }

  public static long psrlq(long a, long count) {
    return exceeds(count, 63) ? 0 : a >>> count;
  }

  public static long psraw(long a, long count) {
    return Lanes.shiftRightSigned(a, exceeds(count, 15) ? 15 : (int) count);
  }

  public static long psrad(long a, long count) {
    int by = exceeds(count, 31) ? 31 : (int) count;
    return (int) a >> by & LOW_DWORD | (a >> 32 >> by) << 32;
  }
}
