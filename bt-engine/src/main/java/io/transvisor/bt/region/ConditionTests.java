package io.transvisor.bt.region;

/**
 * The conditions of Jcc, SETcc and CMOVcc over the parts the arithmetic flags are kept in; see
 * {@link io.transvisor.core.cpu.CpuState}. By condition code without its lowest bit, which inverts.
 */
public final class ConditionTests {
  static final String[] NAMES = {
    "overflow", "below", "equal", "belowOrEqual", "sign", "parity", "less", "lessOrEqual"
  };

  private ConditionTests() {}

  public static boolean overflow(int result, int signParity, int carries) {
    return (carries ^ carries << 1) < 0;
  }

  public static boolean below(int result, int signParity, int carries) {
    return carries < 0;
  }

  public static boolean equal(int result, int signParity, int carries) {
    return result == 0;
  }

  public static boolean belowOrEqual(int result, int signParity, int carries) {
    return carries < 0 || result == 0;
  }

  public static boolean sign(int result, int signParity, int carries) {
    return signParity < 0;
  }

  public static boolean parity(int result, int signParity, int carries) {
    return (Integer.bitCount(signParity & 0xFF) & 1) == 0;
  }

  public static boolean less(int result, int signParity, int carries) {
    return (signParity ^ carries ^ carries << 1) < 0;
  }

  public static boolean lessOrEqual(int result, int signParity, int carries) {
    return less(result, signParity, carries) || result == 0;
  }
}
