package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;
import static io.transvisor.bt.interp.PlainHandlers.sequential;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * PUSHF, POPF, CLI and STI, and what the modes let them change (SDM volume 2 at these instructions;
 * volume 3, 20.3 and 20.4 for the virtual interrupt flag).
 */
public final class FlagInstructions {
  /** Flags that every POPF and IRET loads. */
  private static final int ALWAYS =
      CpuState.ARITHMETIC_FLAGS | CpuState.TF | CpuState.DF | CpuState.NT;

  private FlagInstructions() {}

  static void define(FormTable t) {
    t.op("9C", "pushf")
        .both(plain(FlagInstructions::push16), plain(FlagInstructions::push32))
        .reads("OSZAPCD");
    t.op("9D", "popf")
        .both(sequential(FlagInstructions::pop16), sequential(FlagInstructions::pop32))
        .ends()
        .writes("OSZAPCD");
    t.op("FA", "cli").any(sequential(FlagInstructions::clearInterrupts)).ends();
    t.op("FB", "sti").any(sequential(FlagInstructions::setInterrupts)).ends();
  }

  /** The flags POPF and IRET may change at the current privilege, RF, VIF and VIP aside. */
  static int writable(Cpu c, boolean operand32) {
    int mask = ALWAYS;
    if (operand32) {
      mask |= CpuState.AC | CpuState.ID;
    }
    if (c.cpl <= c.iopl()) {
      mask |= CpuState.IF;
    }
    if (c.cpl == 0) {
      mask |= CpuState.IOPL;
    }
    return mask;
  }

  /** Changes the flags of a mask. */
  static void set(Cpu c, int flags, int mask) {
    c.setEflags(c.getEflags() & ~mask | flags & mask);
    dropIdleResume(c);
  }

  /**
   * POPF, unless it changes more than arithmetic flags, DF and IF, lets in an interrupt that waits,
   * or virtual-8086 mode would have a say; then nothing is done.
   */
  public static boolean loadTrivially(Cpu c, int flags, boolean operand32) {
    int mask = writable(c, operand32);
    int changed = (c.eflags ^ flags) & mask & ~(CpuState.ARITHMETIC_FLAGS | CpuState.DF);
    if ((changed & ~CpuState.IF) != 0
        || (changed & flags & CpuState.IF) != 0 && c.pending != 0
        || (c.eflags & CpuState.RF) != 0) {
      return false;
    }
    c.setEflags(c.eflags & ~mask | flags & mask);
    return true;
  }

  /**
   * RF means something only to instruction breakpoints; without any it is over with this
   * instruction.
   */
  static void dropIdleResume(Cpu c) {
    if (!c.codeBreakpoints) {
      c.eflags &= ~CpuState.RF;
    }
  }

  /** Virtual-8086 mode with CR4.VME and IOPL below 3: whether 16-bit flags may be loaded. */
  static void checkVirtualFlags(Cpu c, int flags) {
    boolean interruptWaits = (c.eflags & CpuState.VIP) != 0 && (flags & CpuState.IF) != 0;
    if (interruptWaits || (flags & CpuState.TF) != 0) {
      throw c.gp(0);
    }
  }

  /** Loads 16-bit flags with the image of IF going to VIF. */
  static void setVirtual(Cpu c, int flags) {
    set(c, flags | (flags & CpuState.IF) << 10, ALWAYS | CpuState.VIF);
  }

  /** The flags as 8086 code under CR4.VME sees them: VIF in place of IF, IOPL 3. */
  static int virtualImage(Cpu c) {
    int flags = c.getEflags() & ~CpuState.IF | CpuState.IOPL;
    return flags | (flags & CpuState.VIF) >>> 10;
  }

  private static boolean isV86Sensitive(Cpu c) {
    return c.isV86() && c.iopl() < 3;
  }

  private static boolean virtualInterrupts(Cpu c) {
    return (c.cr4 & CpuState.CR4_VME) != 0;
  }

  private static void push16(Cpu c, Insn i) {
    if (!isV86Sensitive(c)) {
      c.push16(c.getEflags());
    } else if (virtualInterrupts(c)) {
      c.push16(virtualImage(c));
    } else {
      throw c.gp(0);
    }
  }

  private static void push32(Cpu c, Insn i) {
    if (isV86Sensitive(c)) {
      throw c.gp(0);
    }
    c.push32(c.getEflags() & ~(CpuState.VM | CpuState.RF));
  }

  private static void pop16(Cpu c, Insn i) {
    if (isV86Sensitive(c)) {
      if (!virtualInterrupts(c)) {
        throw c.gp(0);
      }
      int flags = c.peek16(0);
      checkVirtualFlags(c, flags);
      c.setStackPointer(c.gpr[CpuState.ESP] + 2);
      setVirtual(c, flags);
      return;
    }
    set(c, c.pop16(), writable(c, false));
  }

  private static void pop32(Cpu c, Insn i) {
    if (isV86Sensitive(c)) {
      throw c.gp(0);
    }
    int before = c.eflags;
    set(c, c.pop32(), writable(c, true) | CpuState.RF);
    c.eflags &= ~CpuState.RF;
    if (((before ^ c.eflags) & CpuState.AC) != 0) {
      c.deriveMode();
    }
  }

  /** What CLI and STI act on: IF, VIF, or nothing. */
  private static int interruptFlag(Cpu c) {
    if (c.cpl <= c.iopl()) {
      return CpuState.IF;
    }
    int extension = c.isV86() ? CpuState.CR4_VME : CpuState.CR4_PVI;
    if (c.cpl == 3 && (c.cr4 & extension) != 0) {
      return CpuState.VIF;
    }
    throw c.gp(0);
  }

  private static void clearInterrupts(Cpu c, Insn i) {
    c.eflags &= ~interruptFlag(c);
  }

  private static void setInterrupts(Cpu c, Insn i) {
    int flag = interruptFlag(c);
    if (flag == CpuState.VIF) {
      if ((c.eflags & CpuState.VIP) != 0) {
        throw c.gp(0);
      }
    } else if ((c.eflags & CpuState.IF) == 0) {
      c.interruptShadow = true;
      c.stopTrace();
    }
    c.eflags |= flag;
  }
}
