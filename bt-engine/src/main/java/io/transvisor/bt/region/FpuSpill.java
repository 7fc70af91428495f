package io.transvisor.bt.region;

import io.transvisor.bt.fpu.DoubleArithmetic;
import io.transvisor.core.cpu.FpuState;

/**
 * Gives the x87 unit what a region's local variables hold. Regions call this where they are left:
 * in line it would be a large part of them, and HotSpot computes what several ways out have in
 * common before it is known whether one will be taken.
 */
public final class FpuSpill {
  private static final int SLOTS = 0xFF;

  private FpuSpill() {}

  /**
   * Gives the unit up to two registers.
   *
   * @param lost see {@link FpuRegisters#LOST}; the following likewise
   * @param what the slots given, one bit each; their values follow, then anything. The slot of
   *     ST(0) stands above, and from bit 16 on the slots given as the bits of doubles.
   */
  public static void give2(
      FpuState f,
      int status,
      long lost,
      long roundedUp,
      int empty,
      int top,
      int what,
      long sig0,
      int se0,
      long sig1,
      int se1) {
    give4(f, status, lost, roundedUp, empty, top, what, sig0, se0, sig1, se1, 0, 0, 0, 0);
  }

  /** The same for up to four registers. */
  public static void give4(
      FpuState f,
      int status,
      long lost,
      long roundedUp,
      int empty,
      int top,
      int what,
      long sig0,
      int se0,
      long sig1,
      int se1,
      long sig2,
      int se2,
      long sig3,
      int se3) {
    give8(
        f, status, lost, roundedUp, empty, top, what, sig0, se0, sig1, se1, sig2, se2, sig3, se3, 0,
        0, 0, 0, 0, 0, 0, 0);
  }

  /** The same for up to eight registers. */
  public static void give8(
      FpuState f,
      int status,
      long lost,
      long roundedUp,
      int empty,
      int top,
      int what,
      long sig0,
      int se0,
      long sig1,
      int se1,
      long sig2,
      int se2,
      long sig3,
      int se3,
      long sig4,
      int se4,
      long sig5,
      int se5,
      long sig6,
      int se6,
      long sig7,
      int se7) {
    int slots = what & SLOTS | what & SLOTS << 16;
    giveEnvironment(f, status, lost, roundedUp, empty, top, what >>> 8);
    slots = give(f, top, slots, sig0, se0);
    slots = give(f, top, slots, sig1, se1);
    slots = give(f, top, slots, sig2, se2);
    slots = give(f, top, slots, sig3, se3);
    slots = give(f, top, slots, sig4, se4);
    slots = give(f, top, slots, sig5, se5);
    slots = give(f, top, slots, sig6, se6);
    give(f, top, slots, sig7, se7);
  }

  private static void giveEnvironment(
      FpuState f, int status, long lost, long roundedUp, int empty, int top, int depth) {
    f.status =
        status & ~FpuState.C1 | (lost != 0 ? FpuState.PE : 0) | (roundedUp != 0 ? FpuState.C1 : 0);
    int tags = empty & SLOTS;
    f.empty = (tags << top | tags << top >>> 8) & SLOTS;
    f.top = top + depth & 7;
  }

  /** Gives the lowest slot of some; returns the others. */
  private static int give(FpuState f, int top, int slots, long sig, int se) {
    if ((slots & SLOTS) == 0) {
      return 0;
    }
    int slot = Integer.numberOfTrailingZeros(slots);
    int register = top + slot & 7;
    if ((slots >>> 16 + slot & 1) != 0) {
      double value = Double.longBitsToDouble(sig);
      f.significand[register] = DoubleArithmetic.significand(value);
      f.signExponent[register] = DoubleArithmetic.signExponent(value);
    } else {
      f.significand[register] = sig;
      f.signExponent[register] = se;
    }
    return slots & slots - 1;
  }
}
