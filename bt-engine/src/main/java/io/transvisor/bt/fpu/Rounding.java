package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;

import io.transvisor.core.cpu.FpuState;

/**
 * Rounds exact intermediate results to the extended format under rounding and precision control,
 * with the masked and unmasked responses to overflow and underflow (Intel SDM volume 1, 4.8.4,
 * 4.9.1 and 8.5). Tininess is detected after rounding.
 */
final class Rounding {
  static final int NEAREST = 0;
  static final int DOWN = 1;
  static final int UP = 2;
  static final int CHOP = 3;

  /** Control word bits of rounding and precision control. */
  private static final int MODES = 0xF00;

  private static final int NEAREST_EXTENDED = 0x300;

  /** Amount by which unmasked overflow and underflow move the exponent of the delivered result. */
  private static final int BIAS_ADJUST = 0x6000;

  private Rounding() {}

  /** The rounding mode selected by a control word: one of the four constants. */
  static int mode(int control) {
    return control >>> 10 & 3;
  }

  /**
   * Delivers {@code (high + low / 2^64) * 2^(exponent - 16383 - 63)} under precision and rounding
   * control.
   *
   * @param sign 0 or 0x8000
   * @param exponent biased; may lie outside the format's range
   * @param high normalised: bit 63 is set
   * @param low lower bits; bit 0 also stands for nonzero bits below it
   */
  static void round(FpuState f, int sign, int exponent, long high, long low) {
    if ((f.control & MODES) == NEAREST_EXTENDED && exponent > 0 && exponent < MAX_EXPONENT - 1) {
      nearest(f, sign, exponent, high, low);
    } else {
      round(f, sign, exponent, high, low, precisionUnit(f.control));
    }
  }

  /**
   * As {@link #round} but always to 64 bits: for the operations that precision control does not
   * affect.
   */
  static void round64(FpuState f, int sign, int exponent, long high, long low) {
    round(f, sign, exponent, high, low, 1);
  }

  /** Exponent known to be safely inside the range, 64 bits, to nearest. */
  private static void nearest(FpuState f, int sign, int exponent, long high, long low) {
    if (low != 0) {
      int raised = FpuState.PE;
      if (low < 0 && (low != INTEGER_BIT || (high & 1) != 0)) {
        raised |= FpuState.C1;
        if (++high == 0) {
          high = INTEGER_BIT;
          exponent++;
        }
      }
      f.raised |= raised;
    }
    f.resultSignificand = high;
    f.resultSignExponent = sign | exponent;
  }

  /** Value of the last significand bit that the precision control keeps. */
  private static long precisionUnit(int control) {
    return switch (control >>> 8 & 3) {
      case 0 -> 1L << 40;
      case 2 -> 1L << 11;
      default -> 1;
    };
  }

  /** Whether the discarded bits, aligned to bit 63 with a sticky bit 0, round the magnitude up. */
  static boolean increments(int mode, int sign, boolean odd, long rest) {
    return switch (mode) {
      case NEAREST -> rest < 0 && (rest != INTEGER_BIT || odd);
      case DOWN -> sign != 0 && rest != 0;
      case UP -> sign == 0 && rest != 0;
      default -> false;
    };
  }

  /** The bits below {@code unit}, aligned to bit 63, with lower ones jammed into bit 0. */
  private static long discarded(long high, long low, long unit) {
    if (unit == 1) {
      return low;
    }
    return high << 64 - Long.numberOfTrailingZeros(unit) | (low != 0 ? 1 : 0);
  }

  private static void round(FpuState f, int sign, int exponent, long high, long low, long unit) {
    int mode = mode(f.control);
    long rest = discarded(high, low, unit);
    long kept = high & -unit;
    boolean up = increments(mode, sign, (high & unit) != 0, rest);
    int rounded = exponent;
    if (up) {
      kept += unit;
      if (kept == 0) {
        kept = INTEGER_BIT;
        rounded++;
      }
    }
    if (rounded <= 0) {
      underflow(f, sign, exponent, high, low, unit, rounded, kept, rest, up);
      return;
    }
    if (rounded >= MAX_EXPONENT) {
      overflow(f, sign, unit, rounded, kept, rest, up);
      return;
    }
    inexact(f, rest, up);
    f.resultSignificand = kept;
    f.resultSignExponent = sign | rounded;
  }

  /** Raises what the common case of an operation has found. */
  static void raise(FpuState f) {
    inexact(f, f.lost, f.roundedUp != 0);
  }

  private static void inexact(FpuState f, long rest, boolean up) {
    if (rest != 0) {
      f.raised |= up ? FpuState.PE | FpuState.C1 : FpuState.PE;
    }
  }

  private static void underflow(
      FpuState f,
      int sign,
      int exponent,
      long high,
      long low,
      long unit,
      int rounded,
      long kept,
      long rest,
      boolean up) {
    if ((f.control & FpuState.UE) == 0) {
      if (rounded + BIAS_ADJUST <= 0) {
        // only FSCALE gets here: too small even with the exponent adjusted
        f.raised |= FpuState.UE | FpuState.PE;
        f.resultSignificand = 0;
        f.resultSignExponent = sign;
        return;
      }
      f.raised |= FpuState.UE;
      inexact(f, rest, up);
      f.resultSignificand = kept;
      f.resultSignExponent = sign | rounded + BIAS_ADJUST;
      return;
    }
    int shift = 1 - exponent;
    long tinyLow = shiftRightLow(high, low, shift);
    long tinyHigh = shift < 64 ? high >>> shift : 0;
    long tinyRest = discarded(tinyHigh, tinyLow, unit);
    boolean tinyUp = increments(mode(f.control), sign, (tinyHigh & unit) != 0, tinyRest);
    long result = (tinyHigh & -unit) + (tinyUp ? unit : 0);
    if (tinyRest != 0) {
      f.raised |= FpuState.UE;
    }
    inexact(f, tinyRest, tinyUp);
    f.resultSignificand = result;
    f.resultSignExponent = result < 0 ? sign | 1 : sign;
  }

  /**
   * Lower 64 bits of {@code high:low} shifted right by {@code shift} at least 1, lost bits jammed
   * into bit 0.
   */
  private static long shiftRightLow(long high, long low, int shift) {
    if (shift < 64) {
      return high << -shift | low >>> shift | (low << -shift != 0 ? 1 : 0);
    }
    if (shift == 64) {
      return high | (low != 0 ? 1 : 0);
    }
    if (shift < 128) {
      return high >>> shift | ((high << -shift | low) != 0 ? 1 : 0);
    }
    return 1;
  }

  private static void overflow(
      FpuState f, int sign, long unit, int rounded, long kept, long rest, boolean up) {
    boolean masked = (f.control & FpuState.OE) != 0;
    if (!masked && rounded - BIAS_ADJUST < MAX_EXPONENT) {
      f.raised |= FpuState.OE;
      inexact(f, rest, up);
      f.resultSignificand = kept;
      f.resultSignExponent = sign | rounded - BIAS_ADJUST;
      return;
    }
    int mode = mode(f.control);
    // not masked is only FSCALE's overflow beyond the adjusted exponent, infinite in every mode
    boolean infinite = !masked || mode == NEAREST || mode == (sign != 0 ? DOWN : UP);
    f.raised |= FpuState.OE | FpuState.PE;
    if (infinite) {
      f.raised |= FpuState.C1;
      f.resultSignificand = INTEGER_BIT;
      f.resultSignExponent = sign | MAX_EXPONENT;
    } else {
      f.resultSignificand = -unit;
      f.resultSignExponent = sign | MAX_EXPONENT - 1;
    }
  }
}
