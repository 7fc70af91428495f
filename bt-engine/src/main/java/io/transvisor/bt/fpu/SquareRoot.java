package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** FSQRT. */
final class SquareRoot {
  private SquareRoot() {}

  /** Delivers the square root; of -0 it is -0. */
  static void squareRoot(FpuState f, long sig, int se) {
    if (Nans.handle(f, sig, se)) {
      return;
    }
    if (Extended.isZero(sig, se)) {
      f.resultSignificand = 0;
      f.resultSignExponent = se;
      return;
    }
    if ((se & SIGN) != 0) {
      Nans.invalid(f);
      return;
    }
    if (Extended.isInfinity(sig, se)) {
      f.resultSignificand = sig;
      f.resultSignExponent = se;
      return;
    }
    if (Extended.isDenormal(sig, se)) {
      f.raised |= FpuState.DE;
    }
    int exponent = Extended.normalizedExponent(sig, se) - BIAS;
    long normalized = Extended.normalize(sig);
    // radicand = high:low in [2^126, 2^128), so that the root has 64 bits
    boolean odd = (exponent & 1) != 0;
    long high = odd ? normalized : normalized >>> 1;
    long low = odd ? 0 : normalized << 63;
    long root = root(high, low);
    long square = root * root;
    long rest = low - square;
    long restHigh =
        high
            - Math.unsignedMultiplyHigh(root, root)
            - (Long.compareUnsigned(low, square) < 0 ? 1 : 0);
    long below = 0;
    if ((restHigh | rest) != 0) {
      boolean aboveHalf = restHigh != 0 || Long.compareUnsigned(rest, root) > 0;
      below = aboveHalf ? INTEGER_BIT | 1 : 1;
    }
    Rounding.round(f, 0, (exponent >> 1) + BIAS, root, below);
  }

  /**
   * Floor of the root of {@code high:low} at least 2^126: double-precision estimate, one Newton
   * step, correction.
   */
  private static long root(long high, long low) {
    double estimate = Math.sqrt((high >>> 11) * 0x1p75);
    long root = estimate >= 0x1p64 ? -1 : (long) (estimate * 0.5) << 1 | 1;
    root |= INTEGER_BIT;
    // (radicand - root^2) / (2 root) is far below 2^63 in magnitude: use double for it
    long square = root * root;
    long squareHigh = Math.unsignedMultiplyHigh(root, root);
    long diff = low - square;
    long diffHigh = high - squareHigh - (Long.compareUnsigned(low, square) < 0 ? 1 : 0);
    double difference = diffHigh * 0x1p64 + (diff >>> 1) * 2.0;
    double rootValue = (root >>> 1) * 2.0;
    long step = (long) (difference / (2 * rootValue));
    long next = root + step;
    if (step > 0 && next >= 0) {
      next = -1;
    } else if (step < 0 && next >= 0) {
      next = INTEGER_BIT;
    }
    while (exceeds(next, high, low)) {
      next--;
    }
    while (next != -1 && !exceeds(next + 1, high, low)) {
      next++;
    }
    return next;
  }

  private static boolean exceeds(long root, long high, long low) {
    int order = Long.compareUnsigned(Math.unsignedMultiplyHigh(root, root), high);
    return order > 0 || order == 0 && Long.compareUnsigned(root * root, low) > 0;
  }
}
