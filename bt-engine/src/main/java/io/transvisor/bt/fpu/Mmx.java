package io.transvisor.bt.fpu;

/**
 * The arithmetic of MMX: operations on 64 bits taken as eight bytes, four words or two doublewords,
 * named as the instructions (Intel SDM volume 2). The first operand is the destination.
 */
public final class Mmx {
  private static final long BYTE_SIGNS = 0x8080808080808080L;
  private static final long WORD_SIGNS = 0x8000800080008000L;
  private static final long DWORD_SIGNS = 0x8000000080000000L;
  private static final long LOW_DWORD = 0xFFFFFFFFL;

  private Mmx() {}

  // ---- wrapping addition and subtraction: carries are kept from crossing lanes ----

  private static long add(long a, long b, long signs) {
    return (a & ~signs) + (b & ~signs) ^ (a ^ b) & signs;
  }

  private static long subtract(long a, long b, long signs) {
    return (a | signs) - (b & ~signs) ^ (a ^ ~b) & signs;
  }

  public static long paddb(long a, long b) {
    return add(a, b, BYTE_SIGNS);
  }

  public static long paddw(long a, long b) {
    return add(a, b, WORD_SIGNS);
  }

  public static long paddd(long a, long b) {
    return add(a, b, DWORD_SIGNS);
  }

  public static long psubb(long a, long b) {
    return subtract(a, b, BYTE_SIGNS);
  }

  public static long psubw(long a, long b) {
    return subtract(a, b, WORD_SIGNS);
  }

  public static long psubd(long a, long b) {
    return subtract(a, b, DWORD_SIGNS);
  }

  // ---- saturating addition and subtraction ----

  private static long signedByte(int value) {
    return Math.clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE) & 0xFFL;
  }

  private static long unsignedByte(int value) {
    return Math.clamp(value, 0, 0xFF);
  }

  private static long signedWord(int value) {
    return Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE) & 0xFFFFL;
  }

  private static long unsignedWord(int value) {
    return Math.clamp(value, 0, 0xFFFF);
  }

  public static long paddsb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= signedByte((byte) (a >>> n) + (byte) (b >>> n)) << n;
    }
    return r;
  }

  public static long paddsw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= signedWord((short) (a >>> n) + (short) (b >>> n)) << n;
    }
    return r;
  }

  public static long paddusb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= unsignedByte((int) (a >>> n & 0xFF) + (int) (b >>> n & 0xFF)) << n;
    }
    return r;
  }

  public static long paddusw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= unsignedWord((int) (a >>> n & 0xFFFF) + (int) (b >>> n & 0xFFFF)) << n;
    }
    return r;
  }

  public static long psubsb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= signedByte((byte) (a >>> n) - (byte) (b >>> n)) << n;
    }
    return r;
  }

  public static long psubsw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= signedWord((short) (a >>> n) - (short) (b >>> n)) << n;
    }
    return r;
  }

  public static long psubusb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= unsignedByte((int) (a >>> n & 0xFF) - (int) (b >>> n & 0xFF)) << n;
    }
    return r;
  }

  public static long psubusw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= unsignedWord((int) (a >>> n & 0xFFFF) - (int) (b >>> n & 0xFFFF)) << n;
    }
    return r;
  }

  // ---- multiplication ----

  private static int product(long a, long b, int n) {
    return (short) (a >>> n) * (short) (b >>> n);
  }

  public static long pmullw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (product(a, b, n) & 0xFFFFL) << n;
    }
    return r;
  }

  public static long pmulhw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (product(a, b, n) >>> 16 & 0xFFFFL) << n;
    }
    return r;
  }

  public static long pmaddwd(long a, long b) {
    int low = product(a, b, 0) + product(a, b, 16);
    int high = product(a, b, 32) + product(a, b, 48);
    return low & LOW_DWORD | (long) high << 32;
  }

  // ---- comparison: all ones where true ----

  public static long pcmpeqb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= (byte) (a >>> n) == (byte) (b >>> n) ? 0xFFL << n : 0;
    }
    return r;
  }

  public static long pcmpeqw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (short) (a >>> n) == (short) (b >>> n) ? 0xFFFFL << n : 0;
    }
    return r;
  }

  public static long pcmpeqd(long a, long b) {
    return ((int) a == (int) b ? LOW_DWORD : 0)
        | ((int) (a >>> 32) == (int) (b >>> 32) ? ~LOW_DWORD : 0);
  }

  public static long pcmpgtb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 8) {
      r |= (byte) (a >>> n) > (byte) (b >>> n) ? 0xFFL << n : 0;
    }
    return r;
  }

  public static long pcmpgtw(long a, long b) {
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= (short) (a >>> n) > (short) (b >>> n) ? 0xFFFFL << n : 0;
    }
    return r;
  }

  public static long pcmpgtd(long a, long b) {
    return ((int) a > (int) b ? LOW_DWORD : 0)
        | ((int) (a >> 32) > (int) (b >> 32) ? ~LOW_DWORD : 0);
  }

  // ---- packing and unpacking ----

  public static long packsswb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 4; n++) {
      r |= signedByte((short) (a >>> 16 * n)) << 8 * n;
      r |= signedByte((short) (b >>> 16 * n)) << 8 * n + 32;
    }
    return r;
  }

  public static long packuswb(long a, long b) {
    long r = 0;
    for (int n = 0; n < 4; n++) {
      r |= unsignedByte((short) (a >>> 16 * n)) << 8 * n;
      r |= unsignedByte((short) (b >>> 16 * n)) << 8 * n + 32;
    }
    return r;
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
    int by = exceeds(count, 15) ? 15 : (int) count;
    long r = 0;
    for (int n = 0; n < 64; n += 16) {
      r |= ((short) (a >>> n) >> by & 0xFFFFL) << n;
    }
    return r;
  }

  public static long psrad(long a, long count) {
    int by = exceeds(count, 31) ? 31 : (int) count;
    return (int) a >> by & LOW_DWORD | (a >> 32 >> by) << 32;
  }
}
