package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;

/** The predicates of CMPPS and its kin (Intel SDM volume 2, "CMPPS"). */
final class Compare {
  static final int LESS = 1;
  static final int EQUAL = 2;
  static final int GREATER = 4;
  static final int UNORDERED = 8;

  /** Names by the immediate's low three bits. */
  static final String[] PREDICATES = {"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"};

  /** For each predicate, from the low bits up, four bits: the relations for which it holds. */
  private static final int HOLDS = 0x7CED_8312;

  private Compare() {}

  static boolean holds(int predicate, int relation) {
    return (HOLDS >>> 4 * (predicate & 7) & relation) != 0;
  }

  /** Whether quiet NaNs are invalid operands: for less, less or equal, and their opposites. */
  static boolean signals(int predicate) {
    return (predicate & 3) == 1 || (predicate & 3) == 2;
  }

  /** ZF, PF and CF of COMISS and its kin for a relation; the other arithmetic flags are cleared. */
  static int flags(int relation) {
    return switch (relation) {
      case LESS -> CpuState.CF;
      case EQUAL -> CpuState.ZF;
      case GREATER -> 0;
      default -> CpuState.ZF | CpuState.PF | CpuState.CF;
    };
  }
}
