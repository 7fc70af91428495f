package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;

/**
 * Two single-precision values in 64 bits, half of an XMM register; see {@link SinglePrecision}.
 * Packed double precision needs no such class, having one value in each half.
 */
public final class PackedSingle {
  private static final long LOW = 0xFFFFFFFFL;

  private PackedSingle() {}

  private static int high(long a) {
    return (int) (a >>> 32);
  }

  private static long pair(int low, int high) {
    return low & LOW | (long) high << 32;
  }

  public static long addps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.addss(c, (int) a, (int) b), SinglePrecision.addss(c, high(a), high(b)));
  }

  public static long subps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.subss(c, (int) a, (int) b), SinglePrecision.subss(c, high(a), high(b)));
  }

  public static long mulps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.mulss(c, (int) a, (int) b), SinglePrecision.mulss(c, high(a), high(b)));
  }

  public static long divps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.divss(c, (int) a, (int) b), SinglePrecision.divss(c, high(a), high(b)));
  }

  public static long minps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.minss(c, (int) a, (int) b), SinglePrecision.minss(c, high(a), high(b)));
  }

  public static long maxps(CpuState c, long a, long b) {
    return pair(
        SinglePrecision.maxss(c, (int) a, (int) b), SinglePrecision.maxss(c, high(a), high(b)));
  }

  public static long sqrtps(CpuState c, long b) {
    return pair(SinglePrecision.sqrtss(c, (int) b), SinglePrecision.sqrtss(c, high(b)));
  }

  public static long rcpps(long b) {
    return pair(SinglePrecision.rcpss((int) b), SinglePrecision.rcpss(high(b)));
  }

  public static long rsqrtps(long b) {
    return pair(SinglePrecision.rsqrtss((int) b), SinglePrecision.rsqrtss(high(b)));
  }

  public static long cmpps(CpuState c, long a, long b, int predicate) {
    return pair(
        SinglePrecision.cmpss(c, (int) a, (int) b, predicate),
        SinglePrecision.cmpss(c, high(a), high(b), predicate));
  }

  public static long cvtdq2ps(CpuState c, long b) {
    return pair(Conversions.cvtsi2ss(c, (int) b), Conversions.cvtsi2ss(c, high(b)));
  }

  public static long cvtps2dq(CpuState c, long b) {
    return pair(Conversions.cvtss2si(c, (int) b), Conversions.cvtss2si(c, high(b)));
  }

  public static long cvttps2dq(CpuState c, long b) {
    return pair(Conversions.cvttss2si(c, (int) b), Conversions.cvttss2si(c, high(b)));
  }

  /** Two single-precision values from the two double-precision ones of a register. */
  public static long cvtpd2ps(CpuState c, long low, long high) {
    return pair(Conversions.cvtsd2ss(c, low), Conversions.cvtsd2ss(c, high));
  }

  /** Two integers from the two double-precision values of a register. */
  public static long cvtpd2dq(CpuState c, long low, long high) {
    return pair(Conversions.cvtsd2si(c, low), Conversions.cvtsd2si(c, high));
  }

  public static long cvttpd2dq(CpuState c, long low, long high) {
    return pair(Conversions.cvttsd2si(c, low), Conversions.cvttsd2si(c, high));
  }
}
