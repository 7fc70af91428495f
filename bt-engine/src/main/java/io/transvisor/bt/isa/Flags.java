package io.transvisor.bt.isa;

/**
 * How the arithmetic flags follow from operands and results. Carries are vectors: bit n is the
 * carry out of bit n; vectors of narrow operations are moved up so that bit 31 is always CF and bit
 * 30 the carry into the sign, with AF staying in bit 3 (see {@link
 * io.transvisor.core.cpu.CpuState#flagCarries}).
 */
public final class Flags {
  private Flags() {}

  /** Carries of {@code a + b (+ carry) = r}, 32 bits. */
  public static int addCarries32(int a, int b, int r) {
    return a & b | (a | b) & ~r;
  }

  public static int addCarries16(int a, int b, int r) {
    int c = a & b | (a | b) & ~r;
    return c << 16 | c & 8;
  }

  public static int addCarries8(int a, int b, int r) {
    int c = a & b | (a | b) & ~r;
    return c << 24 | c & 8;
  }

  /** Borrows of {@code a - b (- borrow) = r}, 32 bits. */
  public static int subBorrows32(int a, int b, int r) {
    return ~a & b | (~a | b) & r;
  }

  public static int subBorrows16(int a, int b, int r) {
    int c = ~a & b | (~a | b) & r;
    return c << 16 | c & 8;
  }

  public static int subBorrows8(int a, int b, int r) {
    int c = ~a & b | (~a | b) & r;
    return c << 24 | c & 8;
  }

  /** The vector with given CF and OF, AF clear. */
  public static int carries(boolean carry, boolean overflow) {
    return (carry ? 0x80000000 : 0) | (carry != overflow ? 0x40000000 : 0);
  }

  /** The carries of a signed product: CF and OF tell that it is not what is left of it. */
  public static int productCarries(long product, int low) {
    return product == low ? 0 : 0x80000000;
  }
}
