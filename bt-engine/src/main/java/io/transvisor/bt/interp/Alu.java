package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Flags;

/**
 * Addition, subtraction and logic with their flags (SDM volume 1, appendix A). Operands of 8 and 16
 * bits may carry anything above their width, results do too. Logic clears AF, which the manual
 * leaves undefined, as the P6 family does.
 */
public final class Alu {
  private Alu() {}

  private static void result8(Cpu c, int r, int carries) {
    int signed = (byte) r;
    c.flagResult = signed;
    c.flagSignParity = signed;
    c.flagCarries = carries;
  }

  private static void result16(Cpu c, int r, int carries) {
    int signed = (short) r;
    c.flagResult = signed;
    c.flagSignParity = signed;
    c.flagCarries = carries;
  }

  private static void result32(Cpu c, int r, int carries) {
    c.flagResult = r;
    c.flagSignParity = r;
    c.flagCarries = carries;
  }

  // ---- addition ----

  public static int add8(Cpu c, int a, int b) {
    int r = a + b;
    result8(c, r, Flags.addCarries8(a, b, r));
    return r;
  }

  public static int add16(Cpu c, int a, int b) {
    int r = a + b;
    result16(c, r, Flags.addCarries16(a, b, r));
    return r;
  }

  public static int add32(Cpu c, int a, int b) {
    int r = a + b;
    result32(c, r, Flags.addCarries32(a, b, r));
    return r;
  }

  public static int adc8(Cpu c, int a, int b) {
    int r = a + b + (c.flagCarries >>> 31);
    result8(c, r, Flags.addCarries8(a, b, r));
    return r;
  }

  public static int adc16(Cpu c, int a, int b) {
    int r = a + b + (c.flagCarries >>> 31);
    result16(c, r, Flags.addCarries16(a, b, r));
    return r;
  }

  public static int adc32(Cpu c, int a, int b) {
    int r = a + b + (c.flagCarries >>> 31);
    result32(c, r, Flags.addCarries32(a, b, r));
    return r;
  }

  // ---- subtraction ----

  public static int sub8(Cpu c, int a, int b) {
    int r = a - b;
    result8(c, r, Flags.subBorrows8(a, b, r));
    return r;
  }

  public static int sub16(Cpu c, int a, int b) {
    int r = a - b;
    result16(c, r, Flags.subBorrows16(a, b, r));
    return r;
  }

  public static int sub32(Cpu c, int a, int b) {
    int r = a - b;
    result32(c, r, Flags.subBorrows32(a, b, r));
    return r;
  }

  public static int sbb8(Cpu c, int a, int b) {
    int r = a - b - (c.flagCarries >>> 31);
    result8(c, r, Flags.subBorrows8(a, b, r));
    return r;
  }

  public static int sbb16(Cpu c, int a, int b) {
    int r = a - b - (c.flagCarries >>> 31);
    result16(c, r, Flags.subBorrows16(a, b, r));
    return r;
  }

  public static int sbb32(Cpu c, int a, int b) {
    int r = a - b - (c.flagCarries >>> 31);
    result32(c, r, Flags.subBorrows32(a, b, r));
    return r;
  }

  public static void cmp8(Cpu c, int a, int b) {
    sub8(c, a, b);
  }

  public static void cmp16(Cpu c, int a, int b) {
    sub16(c, a, b);
  }

  public static void cmp32(Cpu c, int a, int b) {
    sub32(c, a, b);
  }

  public static int neg8(Cpu c, int a) {
    return sub8(c, 0, a);
  }

  public static int neg16(Cpu c, int a) {
    return sub16(c, 0, a);
  }

  public static int neg32(Cpu c, int a) {
    return sub32(c, 0, a);
  }

  // ---- increment and decrement: CF stays ----

  /** Bits 31 and 30 inverted together where that gives the old CF; their difference, OF, stays. */
  public static int keepCarry(int carries, int before) {
    return carries ^ (carries ^ before) >> 31 << 30;
  }

  public static int inc8(Cpu c, int a) {
    int r = a + 1;
    result8(c, r, keepCarry(Flags.addCarries8(a, 1, r), c.flagCarries));
    return r;
  }

  public static int inc16(Cpu c, int a) {
    int r = a + 1;
    result16(c, r, keepCarry(Flags.addCarries16(a, 1, r), c.flagCarries));
    return r;
  }

  public static int inc32(Cpu c, int a) {
    int r = a + 1;
    result32(c, r, keepCarry(Flags.addCarries32(a, 1, r), c.flagCarries));
    return r;
  }

  public static int dec8(Cpu c, int a) {
    int r = a - 1;
    result8(c, r, keepCarry(Flags.subBorrows8(a, 1, r), c.flagCarries));
    return r;
  }

  public static int dec16(Cpu c, int a) {
    int r = a - 1;
    result16(c, r, keepCarry(Flags.subBorrows16(a, 1, r), c.flagCarries));
    return r;
  }

  public static int dec32(Cpu c, int a) {
    int r = a - 1;
    result32(c, r, keepCarry(Flags.subBorrows32(a, 1, r), c.flagCarries));
    return r;
  }

  // ---- logic ----

  public static int and8(Cpu c, int a, int b) {
    int r = a & b;
    result8(c, r, 0);
    return r;
  }

  public static int and16(Cpu c, int a, int b) {
    int r = a & b;
    result16(c, r, 0);
    return r;
  }

  public static int and32(Cpu c, int a, int b) {
    int r = a & b;
    result32(c, r, 0);
    return r;
  }

  public static int or8(Cpu c, int a, int b) {
    int r = a | b;
    result8(c, r, 0);
    return r;
  }

  public static int or16(Cpu c, int a, int b) {
    int r = a | b;
    result16(c, r, 0);
    return r;
  }

  public static int or32(Cpu c, int a, int b) {
    int r = a | b;
    result32(c, r, 0);
    return r;
  }

  public static int xor8(Cpu c, int a, int b) {
    int r = a ^ b;
    result8(c, r, 0);
    return r;
  }

  public static int xor16(Cpu c, int a, int b) {
    int r = a ^ b;
    result16(c, r, 0);
    return r;
  }

  public static int xor32(Cpu c, int a, int b) {
    int r = a ^ b;
    result32(c, r, 0);
    return r;
  }

  public static void test8(Cpu c, int a, int b) {
    result8(c, a & b, 0);
  }

  public static void test16(Cpu c, int a, int b) {
    result16(c, a & b, 0);
  }

  public static void test32(Cpu c, int a, int b) {
    result32(c, a & b, 0);
  }

  /** NOT, at every width; touches no flags. */
  public static int not(Cpu c, int a) {
    return ~a;
  }
}
