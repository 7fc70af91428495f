package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * The common case of loads and stores: normal values and zeros, rounding to nearest (integers: as
 * the control word says), inexactness masked. Written by the rules of {@link NormalArithmetic}, for
 * the same reason.
 */
public final class NormalFormats {
  private static final int SINGLE_REBIAS = BIAS - 127;
  private static final int DOUBLE_REBIAS = BIAS - 1023;

  /** Rounding control and the mask of inexactness. */
  private static final int STORE_CONTROL = 0xC00 | FpuState.PE;

  private NormalFormats() {}

  /**
   * The value of a double.
   *
   * @return whether it is in the result fields of {@code f}
   */
  public static boolean ofDouble(FpuState f, long bits) {
    int exponent = (int) (bits >>> 52) & 0x7FF;
    int sign = (int) (bits >>> 48) & SIGN;
    if ((exponent + 1 & 0x7FE) == 0) {
      if (bits << 1 != 0) {
        return false;
      }
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
      return true;
    }
    f.resultSignificand = bits << 11 | INTEGER_BIT;
    f.resultSignExponent = sign | exponent + DOUBLE_REBIAS;
    return true;
  }

  /** The value of a single; see {@link #ofDouble}. */
  public static boolean ofSingle(FpuState f, int bits) {
    int exponent = bits >>> 23 & 0xFF;
    int sign = bits >>> 16 & SIGN;
    if ((exponent + 1 & 0xFE) == 0) {
      if (bits << 1 != 0) {
        return false;
      }
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
      return true;
    }
    f.resultSignificand = (long) bits << 40 | INTEGER_BIT;
    f.resultSignExponent = sign | exponent + SINGLE_REBIAS;
    return true;
  }

  /** The value of an integer of any width: always in the result fields of {@code f}. */
  public static boolean ofInteger(FpuState f, long value) {
    if (value == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = 0;
      return true;
    }
    long negative = value >> 63;
    long magnitude = (value ^ negative) - negative;
    int left = Long.numberOfLeadingZeros(magnitude);
    f.resultSignificand = magnitude << left;
    f.resultSignExponent = (int) negative & SIGN | BIAS + 63 - left;
    return true;
  }

  /**
   * Rounds to a double, whose bits are then the result significand of {@code f}.
   *
   * @return whether that was possible
   */
  public static boolean toDouble(FpuState f, long sig, int se) {
    int control = f.control;
    int exponent = (se & MAX_EXPONENT) - DOUBLE_REBIAS;
    long sign = (long) (se & SIGN) << 48;
    // the largest exponent is left out, since rounding may make it larger
    int unfit = exponent - 1 | 0x7FD - exponent;
    int wanted = ((control & STORE_CONTROL) ^ FpuState.PE) - 1;
    if ((wanted & ~unfit & (int) (sig >> 63)) >>> 31 == 0) {
      if ((sig | se & MAX_EXPONENT) != 0) {
        return false;
      }
      f.resultSignificand = sign;
      f.lost = 0;
      f.roundedUp = 0;
      return true;
    }
    long lost = sig << 53;
    long up = (lost & lost + (sig >>> 11 & 1) - 1) >>> 63;
    f.lost = lost;
    f.roundedUp = up;
    // a carry out of the fraction moves into the exponent
    f.resultSignificand = (sign | (long) (exponent - 1) << 52) + (sig >>> 11) + up;
    return true;
  }

  /** Rounds to a single; see {@link #toDouble}. */
  public static boolean toSingle(FpuState f, long sig, int se) {
    int control = f.control;
    int exponent = (se & MAX_EXPONENT) - SINGLE_REBIAS;
    long sign = (long) (se & SIGN) << 16;
    int unfit = exponent - 1 | 0xFD - exponent;
    int wanted = ((control & STORE_CONTROL) ^ FpuState.PE) - 1;
    if ((wanted & ~unfit & (int) (sig >> 63)) >>> 31 == 0) {
      if ((sig | se & MAX_EXPONENT) != 0) {
        return false;
      }
      f.resultSignificand = sign;
      f.lost = 0;
      f.roundedUp = 0;
      return true;
    }
    long lost = sig << 24;
    long up = (lost & lost + (sig >>> 40 & 1) - 1) >>> 63;
    f.lost = lost;
    f.roundedUp = up;
    f.resultSignificand = (sign | (long) (exponent - 1) << 23) + (sig >>> 40) + up;
    return true;
  }

  /**
   * Rounds to an integer, which is then the result significand of {@code f}.
   *
   * @param width of the integer in bits
   * @return whether that was possible
   */
  public static boolean toInteger(FpuState f, long sig, int se, int width) {
    int exponent = se & MAX_EXPONENT;
    int negative = se >>> 15;
    int shift = BIAS + 63 - exponent;
    long integer = 0;
    long lost = 1;
    if (sig >= 0) {
      if ((sig | exponent) != 0) {
        return false;
      }
      lost = 0;
    } else if (shift <= 64) {
      if (shift <= 0) {
        return false;
      }
      integer = sig >>> 1 >>> shift - 1;
      lost = sig << -shift;
    }
    int mode = f.control >>> 10 & 3;
    // 1 unless nothing is lost
    long inexact = ~(lost - 1 & ~lost) >>> 63;
    long up = 0;
    if (mode == Rounding.NEAREST) {
      up = (lost & lost + (integer & 1) - 1) >>> 63;
    } else if (mode != Rounding.CHOP) {
      up = inexact & (mode == Rounding.DOWN ? negative : negative ^ 1);
    }
    long magnitude = integer + up;
    long value = (magnitude ^ -negative) + negative;
    int unused = 64 - width;
    if (magnitude < 0 || value << unused >> unused != value) {
      return false;
    }
    if (inexact > (f.control & FpuState.PE)) {
      return false;
    }
    f.lost = lost;
    f.roundedUp = up;
    f.resultSignificand = value;
    return true;
  }
}
