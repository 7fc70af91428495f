package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;

/**
 * Conversions between single precision, double precision and 32-bit integers, one value at a time.
 * Exceptions are added to {@link CpuState#sseRaised}.
 */
public final class Conversions {
  /** The integer indefinite: the masked response to what fits no integer. */
  private static final int INDEFINITE = Integer.MIN_VALUE;

  private Conversions() {}

  // ---- to integers; denormals are not noticed ----

  public static int cvtss2si(CpuState c, int b) {
    return integer(c, value(c, b), c.mxcsr & Mxcsr.RC);
  }

  public static int cvttss2si(CpuState c, int b) {
    return truncated(c, value(c, b));
  }

  public static int cvtsd2si(CpuState c, long b) {
    return integer(c, value(c, b), c.mxcsr & Mxcsr.RC);
  }

  public static int cvttsd2si(CpuState c, long b) {
    return truncated(c, value(c, b));
  }

  private static double value(CpuState c, int b) {
    boolean zero = SinglePrecision.isDenormal(b) && (c.mxcsr & Mxcsr.DAZ) != 0;
    return zero ? 0 : Float.intBitsToFloat(b);
  }

  private static double value(CpuState c, long b) {
    boolean zero = DoublePrecision.isDenormal(b) && (c.mxcsr & Mxcsr.DAZ) != 0;
    return zero ? 0 : Double.longBitsToDouble(b);
  }

  private static int truncated(CpuState c, double value) {
    int r = (int) value;
    if (r == value) {
      return r;
    }
    boolean inside = r != Integer.MIN_VALUE && r != Integer.MAX_VALUE && !Double.isNaN(value);
    if (!inside) {
      return integer(c, value, Mxcsr.RC_CHOP);
    }
    c.sseRaised |= Mxcsr.PE;
    return r;
  }

  private static int integer(CpuState c, double value, int rounding) {
    double rounded =
        switch (rounding) {
          case Mxcsr.RC_NEAREST -> Math.rint(value);
          case Mxcsr.RC_DOWN -> Math.floor(value);
          case Mxcsr.RC_UP -> Math.ceil(value);
          default -> value < 0 ? Math.ceil(value) : Math.floor(value);
        };
    int r = (int) rounded;
    if (r != rounded) {
      c.sseRaised |= Mxcsr.IE;
      return INDEFINITE;
    }
    if (rounded != value) {
      c.sseRaised |= Mxcsr.PE;
    }
    return r;
  }

  // ---- from integers ----

  public static int cvtsi2ss(CpuState c, int b) {
    float nearest = b;
    if ((double) nearest == b) {
      return Float.floatToRawIntBits(nearest);
    }
    c.sseRaised |= Mxcsr.PE;
    boolean above = (double) nearest > b;
    float r =
        switch (c.mxcsr & Mxcsr.RC) {
          case Mxcsr.RC_NEAREST -> nearest;
          case Mxcsr.RC_DOWN -> above ? Math.nextDown(nearest) : nearest;
          case Mxcsr.RC_UP -> above ? nearest : Math.nextUp(nearest);
          default -> towardsZero(nearest, above, b);
        };
    return Float.floatToRawIntBits(r);
  }

  private static float towardsZero(float nearest, boolean above, int b) {
    if (above != b > 0) {
      return nearest;
    }
    return above ? Math.nextDown(nearest) : Math.nextUp(nearest);
  }

  public static long cvtsi2sd(int b) {
    return Double.doubleToRawLongBits(b);
  }

  // ---- between precisions ----

  public static int cvtsd2ss(CpuState c, long b) {
    double value = Double.longBitsToDouble(b);
    float narrow = (float) value;
    int r = Float.floatToRawIntBits(narrow);
    if (!SinglePrecision.isOrdinary(r) || (c.mxcsr & Mxcsr.RC) != 0) {
      return (int) SoftFloat.narrow(c, b);
    }
    if (narrow != value) {
      c.sseRaised |= Mxcsr.PE;
    }
    return r;
  }

  public static long cvtss2sd(CpuState c, int b) {
    return SinglePrecision.isNormal(b)
        ? Double.doubleToRawLongBits(Float.intBitsToFloat(b))
        : SoftFloat.widen(c, b);
  }
}
