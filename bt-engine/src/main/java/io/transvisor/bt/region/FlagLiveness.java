package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.util.List;
import java.util.Map;

/**
 * Finds out where the arithmetic flags matter: they are read, or the region may be left (an exit, a
 * fault) before all six are overwritten.
 */
final class FlagLiveness {
  private FlagLiveness() {}

  static void analyse(List<Block> blocks, Map<Integer, Block> byOffset) {
    for (Block b : blocks) {
      b.flagsLiveAfter = new boolean[b.insns.size()];
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int n = blocks.size() - 1; n >= 0; n--) {
        Block b = blocks.get(n);
        boolean live = scan(b, liveOut(b, byOffset));
        changed |= live != b.flagsLiveIn;
        b.flagsLiveIn = live;
      }
    }
    for (Block b : blocks) {
      b.flagsReadIn = b.flagsLiveIn && readsIncoming(b);
    }
  }

  private static boolean liveOut(Block b, Map<Integer, Block> byOffset) {
    return switch (b.end) {
      case FALL_THROUGH -> live(b, byOffset.get(b.next()));
      case JUMP -> live(b, byOffset.get(b.target));
      case BRANCH -> live(b, byOffset.get(b.target)) || live(b, byOffset.get(b.next()));
      case CALL, INDIRECT, CALLOUT, LEAVE -> true;
    };
  }

  /** Leaving the region needs the flags; edges backwards may leave when the budget is used up. */
  private static boolean live(Block from, Block to) {
    return to == null || to.index <= from.index || to.flagsLiveIn;
  }

  /** Whether a block reads flags it has not set. */
  private static boolean readsIncoming(Block b) {
    int incoming = CpuState.ARITHMETIC_FLAGS;
    for (Insn i : b.insns) {
      if (i.form != null && (i.form.flagsRead() & incoming) != 0) {
        return !passesFlagsOn(i);
      }
      if (!Operands.isRegular(i)) {
        return false;
      }
      incoming &= ~flagsWritten(i);
    }
    return false;
  }

  /** Whether an instruction that may leave the flags as they are does so however they are held. */
  private static boolean passesFlagsOn(Insn i) {
    return switch (i.form.mnemonic()) {
      case "shl", "shr", "sar", "shld", "shrd" -> true;
      case "scas", "cmps" -> i.rep == 0;
      default -> false;
    };
  }

  private static boolean scan(Block b, boolean liveOut) {
    boolean live = liveOut;
    for (int n = b.insns.size() - 1; n >= 0; n--) {
      Insn i = b.insns.get(n);
      b.flagsLiveAfter[n] = live;
      live = Operands.mayLeave(i) || readsFlags(i) || live && !writesAllFlags(i);
    }
    return live;
  }

  private static boolean readsFlags(Insn i) {
    return (i.form.flagsRead() & CpuState.ARITHMETIC_FLAGS) != 0;
  }

  private static boolean writesAllFlags(Insn i) {
    return (flagsWritten(i) & CpuState.ARITHMETIC_FLAGS) == CpuState.ARITHMETIC_FLAGS;
  }

  private static int flagsWritten(Insn i) {
    boolean shiftByNothing =
        Operands.isShift(i) && i.form.immediates().length > 0 && (i.imm & 31) == 0;
    return shiftByNothing ? 0 : i.form.flagsWritten() | i.form.flagsUndefined();
  }
}
