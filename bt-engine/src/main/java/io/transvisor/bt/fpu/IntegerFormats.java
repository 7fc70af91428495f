package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** Conversions between extended precision and two's complement or packed decimal integers. */
final class IntegerFormats {
  private static final long PACKED_LIMIT = 999_999_999_999_999_999L;

  /** Low quadword and high word of the packed decimal indefinite. */
  static final long PACKED_INDEFINITE = 0xC000_0000_0000_0000L;

  static final int PACKED_INDEFINITE_HIGH = 0xFFFF;

  private IntegerFormats() {}

  /** Significand of an integer. */
  static long significandOf(long value) {
    return value == 0 ? 0 : Extended.normalize(Math.abs(value));
  }

  /** Sign and exponent of an integer. */
  static int signExponentOf(long value) {
    if (value == 0) {
      return 0;
    }
    int exponent = BIAS + 63 - Long.numberOfLeadingZeros(Math.abs(value));
    return value < 0 ? SIGN | exponent : exponent;
  }

  static short toInt16(FpuState f, long sig, int se) {
    return (short) toInteger(f, sig, se, 16);
  }

  static int toInt32(FpuState f, long sig, int se) {
    return (int) toInteger(f, sig, se, 32);
  }

  static long toInt64(FpuState f, long sig, int se) {
    return toInteger(f, sig, se, 64);
  }

  /**
   * The value rounded to an integer of {@code width} bits; what does not fit gives the integer
   * indefinite.
   */
  private static long toInteger(FpuState f, long sig, int se, int width) {
    if (NormalFormats.toInteger(f, sig, se, width)) {
      Rounding.raise(f);
      return f.resultSignificand;
    }
    long min = -1L << width - 1;
    int exponent = se & MAX_EXPONENT;
    if (Extended.isUnsupported(sig, se) || exponent > BIAS + 63) {
      f.raised = FpuState.IE;
      return min;
    }
    long magnitude = magnitude(f, sig, se);
    boolean negative = (se & SIGN) != 0;
    // min is in range only for negative values; magnitudes are unsigned
    if (Long.compareUnsigned(magnitude, negative ? -min : -(min + 1)) > 0) {
      f.raised = FpuState.IE;
      return min;
    }
    return negative ? -magnitude : magnitude;
  }

  /** Rounded magnitude of a value below 2^64; saturates where rounding reaches 2^64. */
  private static long magnitude(FpuState f, long sig, int se) {
    int shift = BIAS + 63 - (se & MAX_EXPONENT);
    if (shift == 0 || sig == 0) {
      return sig;
    }
    long integer = shift < 64 ? sig >>> shift : 0;
    long rest = shift < 64 ? sig << -shift : shift == 64 ? sig : 1;
    boolean up = Rounding.increments(Rounding.mode(f.control), se & SIGN, (integer & 1) != 0, rest);
    if (rest != 0) {
      f.raised |= up ? FpuState.PE | FpuState.C1 : FpuState.PE;
    }
    return up ? integer + 1 : integer;
  }

  /**
   * Magnitude for FBSTP, rounded.
   *
   * @return the magnitude below 10^18, or -1 with invalid-operation raised
   */
  static long toDecimalMagnitude(FpuState f, long sig, int se) {
    if (Extended.isUnsupported(sig, se) || (se & MAX_EXPONENT) > BIAS + 63) {
      f.raised = FpuState.IE;
      return -1;
    }
    long magnitude = magnitude(f, sig, se);
    if (Long.compareUnsigned(magnitude, PACKED_LIMIT) > 0) {
      f.raised = FpuState.IE;
      return -1;
    }
    return magnitude;
  }

  /** The 16 low packed digits of a magnitude below 10^18. */
  static long packLow(long magnitude) {
    long packed = 0;
    long rest = magnitude;
    for (int shift = 0; shift < 64; shift += 4) {
      packed |= rest % 10 << shift;
      rest /= 10;
    }
    return packed;
  }

  /** The two digits above {@link #packLow}, and the sign in bit 15. */
  static int packHigh(long magnitude, int se) {
    int digits = (int) (magnitude / 10_000_000_000_000_000L);
    return digits / 10 << 4 | digits % 10 | se & SIGN;
  }

  /** Magnitude of a packed decimal; digits above 9 count as their value, as the hardware does. */
  static long unpack(long low, int high) {
    long value = (high >>> 4 & 15) * 10L + (high & 15);
    for (int shift = 60; shift >= 0; shift -= 4) {
      value = value * 10 + (low >>> shift & 15);
    }
    return value;
  }
}
