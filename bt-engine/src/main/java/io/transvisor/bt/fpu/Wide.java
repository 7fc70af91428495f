package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;

import io.transvisor.core.cpu.FpuState;

/**
 * An unsigned number of 128 significant bits for the inside of the transcendental functions: {@code
 * (high:low / 2^128) * 2^exponent}, normalised (bit 63 of {@code high} set) unless used as a plain
 * 128-bit fixed-point number. Products and quotients are good to a few units of 2^-128.
 */
final class Wide {
  long high;
  long low;
  int exponent;

  /** Sets this to a normalised 64-bit significand with the exponent of the extended format. */
  Wide set(long significand, int biasedExponent) {
    high = significand;
    low = 0;
    exponent = biasedExponent - BIAS + 1;
    return this;
  }

  Wide set(long newHigh, long newLow, int newExponent) {
    high = newHigh;
    low = newLow;
    exponent = newExponent;
    return this;
  }

  Wide set(Wide other) {
    return set(other.high, other.low, other.exponent);
  }

  boolean isZero() {
    return (high | low) == 0;
  }

  /** Shifts the leading one to bit 127; zero stays as it is. */
  Wide normalize() {
    if (high == 0) {
      high = low;
      low = 0;
      exponent -= 64;
    }
    int left = Long.numberOfLeadingZeros(high);
    if (left != 0 && left < 64) {
      high = high << left | low >>> -left;
      low <<= left;
      exponent -= left;
    }
    return this;
  }

  /** Shifts {@code high:low} right, dropping bits, without touching the exponent. */
  Wide shiftRight(int count) {
    if (count >= 128) {
      high = 0;
      low = 0;
    } else if (count >= 64) {
      low = high >>> count - 64;
      high = 0;
    } else if (count > 0) {
      low = high << -count | low >>> count;
      high >>>= count;
    }
    return this;
  }

  /**
   * Turns a normalised number below {@code 2^integerBits} into fixed point with 128 - integerBits
   * fraction bits.
   */
  Wide toFixed(int integerBits) {
    shiftRight(integerBits - exponent);
    exponent = integerBits;
    return this;
  }

  /** {@code high:low = high:low * otherHigh:otherLow / 2^128}. */
  Wide multiplyFixed(long otherHigh, long otherLow) {
    long productHigh = Math.unsignedMultiplyHigh(high, otherHigh);
    long productLow = high * otherHigh;
    long cross1 = Math.unsignedMultiplyHigh(high, otherLow);
    long cross2 = Math.unsignedMultiplyHigh(low, otherHigh);
    productLow += cross1;
    if (Long.compareUnsigned(productLow, cross1) < 0) {
      productHigh++;
    }
    productLow += cross2;
    if (Long.compareUnsigned(productLow, cross2) < 0) {
      productHigh++;
    }
    high = productHigh;
    low = productLow;
    return this;
  }

  /** Multiplies two normalised numbers. */
  Wide multiply(Wide other) {
    multiplyFixed(other.high, other.low);
    exponent += other.exponent;
    return normalize();
  }

  void addFixed(long otherHigh, long otherLow) {
    low += otherLow;
    high += otherHigh + (Long.compareUnsigned(low, otherLow) < 0 ? 1 : 0);
  }

  void subtractFixed(long otherHigh, long otherLow) {
    high -= otherHigh + (Long.compareUnsigned(low, otherLow) < 0 ? 1 : 0);
    low -= otherLow;
  }

  void negateFixed() {
    low = -low;
    high = ~high + (low == 0 ? 1 : 0);
  }

  /** Divides a normalised number by another. */
  Wide divide(Wide divisor) {
    long d1 = divisor.high;
    long d0 = divisor.low;
    exponent -= divisor.exponent;
    int order = Long.compareUnsigned(high, d1);
    if (order > 0 || order == 0 && Long.compareUnsigned(low, d0) >= 0) {
      shiftRight(1);
      exponent++;
    }
    // first 64 bits of the quotient, then the remainder high:low * 2^64 - q1 * d in the words w2,
    // w1, w0
    long q1 = Long.compareUnsigned(high, d1) < 0 ? Division.quotient(high, low, d1) : -1;
    long middle = q1 * d1;
    long carry = Math.unsignedMultiplyHigh(q1, d0);
    middle += carry;
    long top =
        Math.unsignedMultiplyHigh(q1, d1) + (Long.compareUnsigned(middle, carry) < 0 ? 1 : 0);
    long w0 = -(q1 * d0);
    long borrow = w0 != 0 ? 1 : 0;
    long w1 = low - middle - borrow;
    boolean under = Long.compareUnsigned(low, middle) < 0 || low == middle && borrow != 0;
    long w2 = high - top - (under ? 1 : 0);
    while (w2 < 0) {
      q1--;
      w0 += d0;
      long add = d1 + (Long.compareUnsigned(w0, d0) < 0 ? 1 : 0);
      w1 += add;
      // d1 has its top bit set, so that adding the carry to it overflows only for all ones
      if (add == 0 || Long.compareUnsigned(w1, add) < 0) {
        w2++;
      }
    }
    long q0 = Long.compareUnsigned(w1, d1) < 0 ? Division.quotient(w1, w0, d1) : -1;
    high = q1;
    low = q0;
    return normalize();
  }

  /**
   * Sets {@code high:low} to the sum of {@code coefficients[k] * (sign * x)^k}, all of them
   * non-negative numbers in the same fixed-point format.
   *
   * @param coefficients pairs of high and low words, lowest order first, decreasing
   * @param xHigh x as a fraction of 128 bits
   * @param alternating whether sign is -1
   */
  Wide polynomial(long[] coefficients, long xHigh, long xLow, boolean alternating) {
    int i = coefficients.length - 2;
    high = coefficients[i];
    low = coefficients[i + 1];
    for (i -= 2; i >= 0; i -= 2) {
      multiplyFixed(xHigh, xLow);
      if (alternating) {
        negateFixed();
      }
      addFixed(coefficients[i], coefficients[i + 1]);
    }
    return this;
  }

  /** Delivers this, normalised and known to be inexact, rounded to 64 bits. */
  void deliverInexact(FpuState f, int sign) {
    Rounding.round64(f, sign, exponent + BIAS - 1, high, low | 1);
  }

  /** Delivers this, normalised and exact. */
  void deliverExact(FpuState f, int sign) {
    Rounding.round64(f, sign, exponent + BIAS - 1, high, low);
  }
}
