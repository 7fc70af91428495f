package io.transvisor.bt.interp;

/**
 * Shifts and rotates with their flags (SDM volume 2, "SAL/SAR/SHL/SHR", "RCL/RCR/ROL/ROR", "SHLD",
 * "SHRD"). Counts are taken modulo 32; a count of 0 leaves all flags. What the manual leaves
 * undefined follows the P6 family: AF is cleared by shifts; OF for counts above 1 comes from the
 * same gates as for 1, the top bits of result and carry.
 *
 * <p>Operands are zero-extended. The carry vectors have CF in bit 31 and CF xor OF in bit 30 (see
 * {@link io.transvisor.core.cpu.CpuState#flagCarries}); for left shifts bit 30 is thus the sign of
 * the result, for right shifts OF is the difference of the result's two top bits.
 */
public final class Shift {
  private static final int TOP = 0xC0000000;

  private Shift() {}

  // ---- pure parts; counts are 1 to 31 ----

  /** Carries of SHL of an operand of {@code bits} bits. */
  public static int shlCarries(int a, int n, int bits) {
    return a << n - 1 << 32 - bits & TOP;
  }

  /** Carries of SHR. OF is the operand's sign for a count of 1, else clear. */
  public static int shrCarries(int a, int n, int bits) {
    int beforeLast = a >>> n - 1;
    int carry = beforeLast << 31;
    int overflow = beforeLast << 32 - bits & 0x80000000;
    return carry | (carry ^ overflow) >>> 1;
  }

  /** Carries of SAR of a sign-extended operand: OF is clear. */
  public static int sarCarries(int signed, int n) {
    return signed >> n - 1 << 31 >> 1;
  }

  /** Carries of SHRD of doublewords, with its result: OF tells whether its two top bits differ. */
  public static int shrdCarries(int a, int n, int r) {
    int carry = a >>> n - 1 << 31;
    int overflow = (r ^ r << 1) & 0x80000000;
    return carry | (carry ^ overflow) >>> 1;
  }

  /**
   * Carries of ROL from its result (zero-extended): CF is the low bit, OF tells whether that
   * differs from the sign.
   */
  public static int rolCarries(int r, int bits) {
    return r << 31 | r << 32 - bits >>> 1 & 0x40000000;
  }

  /** Carries of ROR from its result: CF is the sign. */
  public static int rorCarries(int r, int bits) {
    return r << 32 - bits & TOP;
  }

  /** Rotates the {@code bits + 1} bits of carry and operand left. */
  public static long rotateWithCarry(long x, int n, int bits) {
    return (x << n | x >>> bits + 1 - n) & (1L << bits + 1) - 1;
  }

  /** Carries of RCL and RCR from carry and result: OF is CF xor sign for RCL. */
  public static int rclCarries(long carryAndResult, int bits) {
    return (int) (carryAndResult << 32 - bits >>> 1) & TOP;
  }

  public static int rcrCarries(long carryAndResult, int bits) {
    int carry = (int) (carryAndResult << 32 - bits >>> 1) & 0x80000000;
    int r = (int) (carryAndResult << 32 - bits);
    int overflow = (r ^ r << 1) & 0x80000000;
    return carry | (carry ^ overflow) >>> 1;
  }

  // ---- flags ----

  private static void flags(Cpu c, int signedResult, int carries) {
    c.flagResult = signedResult;
    c.flagSignParity = signedResult;
    c.flagCarries = carries;
  }

  /** Rotates set CF and OF only. */
  private static void rotated(Cpu c, int carries) {
    c.flagCarries = c.flagCarries & 8 | carries;
  }

  // ---- shifts ----

  public static int shl8(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a << n;
    flags(c, (byte) r, shlCarries(a, n, 8));
    return r;
  }

  public static int shl16(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a << n;
    flags(c, (short) r, shlCarries(a, n, 16));
    return r;
  }

  public static int shl32(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a << n;
    flags(c, r, shlCarries(a, n, 32));
    return r;
  }

  public static int shr8(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a >>> n;
    flags(c, r, shrCarries(a, n, 8));
    return r;
  }

  public static int shr16(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a >>> n;
    flags(c, r, shrCarries(a, n, 16));
    return r;
  }

  public static int shr32(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a >>> n;
    flags(c, r, shrCarries(a, n, 32));
    return r;
  }

  public static int sar8(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = (byte) a >> n;
    flags(c, r, sarCarries((byte) a, n));
    return r;
  }

  public static int sar16(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = (short) a >> n;
    flags(c, r, sarCarries((short) a, n));
    return r;
  }

  public static int sar32(Cpu c, int a, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a >> n;
    flags(c, r, sarCarries(a, n));
    return r;
  }

  // ---- rotates; a count that is a multiple of the width still sets CF and OF ----

  public static int rol8(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int n = count & 7;
    int r = (a << n | a >>> 8 - n) & 0xFF;
    rotated(c, rolCarries(r, 8));
    return r;
  }

  public static int rol16(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int n = count & 15;
    int r = (a << n | a >>> 16 - n) & 0xFFFF;
    rotated(c, rolCarries(r, 16));
    return r;
  }

  public static int rol32(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int r = Integer.rotateLeft(a, count);
    rotated(c, rolCarries(r, 32));
    return r;
  }

  public static int ror8(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int n = count & 7;
    int r = (a >>> n | a << 8 - n) & 0xFF;
    rotated(c, rorCarries(r, 8));
    return r;
  }

  public static int ror16(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int n = count & 15;
    int r = (a >>> n | a << 16 - n) & 0xFFFF;
    rotated(c, rorCarries(r, 16));
    return r;
  }

  public static int ror32(Cpu c, int a, int count) {
    if ((count & 31) == 0) {
      return a;
    }
    int r = Integer.rotateRight(a, count);
    rotated(c, rorCarries(r, 32));
    return r;
  }

  // ---- rotates through carry: of 9, 17 and 33 bits ----

  private static int rcl(Cpu c, int a, int n, int bits) {
    if (n == 0) {
      return a;
    }
    long x = (long) (c.flagCarries >>> 31) << bits | a & 0xFFFFFFFFL;
    long r = rotateWithCarry(x, n, bits);
    rotated(c, rclCarries(r, bits));
    return (int) r;
  }

  private static int rcr(Cpu c, int a, int n, int bits) {
    if (n == 0) {
      return a;
    }
    long x = (long) (c.flagCarries >>> 31) << bits | a & 0xFFFFFFFFL;
    long r = rotateWithCarry(x, bits + 1 - n, bits);
    rotated(c, rcrCarries(r, bits));
    return (int) r;
  }

  public static int rcl8(Cpu c, int a, int count) {
    return rcl(c, a, (count & 31) % 9, 8);
  }

  public static int rcl16(Cpu c, int a, int count) {
    return rcl(c, a, (count & 31) % 17, 16);
  }

  public static int rcl32(Cpu c, int a, int count) {
    return rcl(c, a, count & 31, 32);
  }

  public static int rcr8(Cpu c, int a, int count) {
    return rcr(c, a, (count & 31) % 9, 8);
  }

  public static int rcr16(Cpu c, int a, int count) {
    return rcr(c, a, (count & 31) % 17, 16);
  }

  public static int rcr32(Cpu c, int a, int count) {
    return rcr(c, a, count & 31, 32);
  }

  // ---- double shifts ----

  public static int shld32(Cpu c, int a, int b, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a << n | b >>> 32 - n;
    flags(c, r, shlCarries(a, n, 32));
    return r;
  }

  public static int shrd32(Cpu c, int a, int b, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    int r = a >>> n | b << 32 - n;
    flags(c, r, shrdCarries(a, n, r));
    return r;
  }

  /**
   * Counts above 16 are undefined; the P6 family shifts the 48 bits of destination, source,
   * destination.
   */
  public static int shld16(Cpu c, int a, int b, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    long x = (long) a << 32 | (long) b << 16 | a;
    int r = (int) (x << n >>> 32) & 0xFFFF;
    int carry = (int) (x >>> 48 - n) << 31;
    flags(c, (short) r, carry | r << 15 & 0x40000000);
    return r;
  }

  /** Counts above 16: as for SHLD, the 48 bits of destination, source, destination. */
  public static int shrd16(Cpu c, int a, int b, int count) {
    int n = count & 31;
    if (n == 0) {
      return a;
    }
    long x = (long) a << 32 | (long) b << 16 | a;
    int r = (int) (x >>> n) & 0xFFFF;
    int carry = (int) (x >>> n - 1) << 31;
    int overflow = (r ^ r << 1) << 16 & 0x80000000;
    flags(c, (short) r, carry | (carry ^ overflow) >>> 1);
    return r;
  }
}
