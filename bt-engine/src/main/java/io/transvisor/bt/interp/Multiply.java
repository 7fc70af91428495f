package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Flags;

/**
 * Multiplication and division (SDM volume 2, "MUL", "IMUL", "DIV", "IDIV"). Multiplications set CF
 * and OF when the upper half is needed; SF, ZF and PF, undefined by the manual, follow the lower
 * half and AF is cleared. Divisions leave all flags.
 */
public final class Multiply {
  private Multiply() {}

  private static void flags(Cpu c, int signedLow, boolean needsHigh) {
    c.flagResult = signedLow;
    c.flagSignParity = signedLow;
    c.flagCarries = Flags.carries(needsHigh, needsHigh);
  }

  static void mul8(Cpu c, int a) {
    int product = (c.gpr[Cpu.EAX] & 0xFF) * a;
    c.setReg16(Cpu.EAX, product);
    flags(c, (byte) product, product >>> 8 != 0);
  }

  static void mul16(Cpu c, int a) {
    int product = (c.gpr[Cpu.EAX] & 0xFFFF) * a;
    c.setReg16(Cpu.EAX, product);
    c.setReg16(Cpu.EDX, product >>> 16);
    flags(c, (short) product, product >>> 16 != 0);
  }

  static void mul32(Cpu c, int a) {
    long product = (c.gpr[Cpu.EAX] & 0xFFFFFFFFL) * (a & 0xFFFFFFFFL);
    int low = (int) product;
    int high = (int) (product >>> 32);
    c.gpr[Cpu.EAX] = low;
    c.gpr[Cpu.EDX] = high;
    flags(c, low, high != 0);
  }

  static void imul8(Cpu c, int a) {
    int product = (byte) c.gpr[Cpu.EAX] * (byte) a;
    c.setReg16(Cpu.EAX, product);
    flags(c, (byte) product, (byte) product != product);
  }

  static void imul16(Cpu c, int a) {
    int product = (short) c.gpr[Cpu.EAX] * (short) a;
    c.setReg16(Cpu.EAX, product);
    c.setReg16(Cpu.EDX, product >> 16);
    flags(c, (short) product, (short) product != product);
  }

  static void imul32(Cpu c, int a) {
    long product = (long) c.gpr[Cpu.EAX] * a;
    int low = (int) product;
    c.gpr[Cpu.EAX] = low;
    c.gpr[Cpu.EDX] = (int) (product >>> 32);
    flags(c, low, low != product);
  }

  /** IMUL with two or three operands, which keeps the lower half only. */
  public static int product16(Cpu c, int a, int b) {
    int product = (short) a * (short) b;
    flags(c, (short) product, (short) product != product);
    return product;
  }

  public static int product32(Cpu c, int a, int b) {
    long product = (long) a * b;
    int low = (int) product;
    flags(c, low, low != product);
    return low;
  }

  // ---- division; #DE for a zero divisor and for a quotient that does not fit ----

  static void div8(Cpu c, int divisor) {
    int dividend = c.gpr[Cpu.EAX] & 0xFFFF;
    if (dividend >>> 8 >= divisor) {
      throw c.de();
    }
    c.setReg16(Cpu.EAX, dividend / divisor | dividend % divisor << 8);
  }

  static void div16(Cpu c, int divisor) {
    int high = c.gpr[Cpu.EDX] & 0xFFFF;
    if (high >= divisor) {
      throw c.de();
    }
    int dividend = high << 16 | c.gpr[Cpu.EAX] & 0xFFFF;
    c.setReg16(Cpu.EAX, Integer.divideUnsigned(dividend, divisor));
    c.setReg16(Cpu.EDX, Integer.remainderUnsigned(dividend, divisor));
  }

  static void div32(Cpu c, int divisor) {
    int low = c.gpr[Cpu.EAX];
    int high = c.gpr[Cpu.EDX];
    if (Integer.compareUnsigned(high, divisor) >= 0) {
      throw c.de();
    }
    int quotient;
    if (high == 0) {
      quotient = Integer.divideUnsigned(low, divisor);
    } else {
      long dividend = (long) high << 32 | low & 0xFFFFFFFFL;
      quotient = (int) Long.divideUnsigned(dividend, divisor & 0xFFFFFFFFL);
    }
    c.gpr[Cpu.EAX] = quotient;
    c.gpr[Cpu.EDX] = low - quotient * divisor;
  }

  static void idiv8(Cpu c, int a) {
    int dividend = (short) c.gpr[Cpu.EAX];
    int divisor = (byte) a;
    if (divisor == 0) {
      throw c.de();
    }
    int quotient = dividend / divisor;
    if ((byte) quotient != quotient) {
      throw c.de();
    }
    c.setReg16(Cpu.EAX, quotient & 0xFF | (dividend - quotient * divisor) << 8);
  }

  static void idiv16(Cpu c, int a) {
    int dividend = c.gpr[Cpu.EDX] << 16 | c.gpr[Cpu.EAX] & 0xFFFF;
    int divisor = (short) a;
    if (divisor == 0) {
      throw c.de();
    }
    int quotient = dividend / divisor;
    // The one quotient Java cannot represent, 2^31, wraps to a value that does not fit either.
    if ((short) quotient != quotient) {
      throw c.de();
    }
    c.setReg16(Cpu.EAX, quotient);
    c.setReg16(Cpu.EDX, dividend - quotient * divisor);
  }

  static void idiv32(Cpu c, int divisor) {
    int low = c.gpr[Cpu.EAX];
    long dividend = (long) c.gpr[Cpu.EDX] << 32 | low & 0xFFFFFFFFL;
    if (divisor == 0) {
      throw c.de();
    }
    long quotient = dividend / divisor;
    if ((int) quotient != quotient) {
      throw c.de();
    }
    c.gpr[Cpu.EAX] = (int) quotient;
    c.gpr[Cpu.EDX] = low - (int) quotient * divisor;
  }
}
