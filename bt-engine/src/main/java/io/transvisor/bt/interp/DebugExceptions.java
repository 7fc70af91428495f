package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;

/**
 * Single-step, breakpoint and task-switch traps (SDM volume 3, 17.2 and 17.3). Traps collect in
 * {@link Cpu#debugTraps} while an instruction runs ({@link #DR6_SINGLE_STEP} put there by the run
 * loop before one that begins with TF set); entering a handler drops them.
 */
final class DebugExceptions {
  /** DR6: access to a debug register while DR7.GD was set. */
  static final int DR6_GENERAL_DETECT = 1 << 13;

  static final int DR6_SINGLE_STEP = 1 << 14;
  static final int DR6_TASK_SWITCH = 1 << 15;
  static final int DR7_GENERAL_DETECT = 1 << 13;

  private static final int BREAKPOINTS = 15;
  private static final int DR6_TRAPS = BREAKPOINTS | DR6_SINGLE_STEP | DR6_TASK_SWITCH;

  /** In {@link Cpu#debugTraps}: the instruction that has just run loaded SS. */
  private static final int STACK_LOADED = 1 << 30;

  /**
   * In {@link Cpu#debugTraps}: an access hit a debugger's watchpoint, of which the guest does not
   * know.
   */
  static final int WATCHPOINT = 1 << 28;

  /** In {@link Cpu#debugTraps}: the one before the next instruction loaded SS. */
  private static final int AFTER_STACK_LOAD = 1 << 29;

  private DebugExceptions() {}

  /** Called by MOV SS and POP SS: traps wait until the next instruction has run. */
  static void stackLoaded(Cpu c) {
    c.debugTraps |= STACK_LOADED;
  }

  /**
   * Before an instruction, with instruction breakpoints armed: whether one is at CS:EIP, to be
   * raised as #DB with error code 0. Consumes RF, which holds breakpoints off for one instruction.
   */
  static boolean hitsCodeBreakpoint(Cpu c) {
    boolean resumed = (c.eflags & CpuState.RF) != 0;
    c.eflags &= ~CpuState.RF;
    if (resumed || (c.debugTraps & AFTER_STACK_LOAD) != 0) {
      return false;
    }
    int hits = DebugRegisters.codeHits(c, c.segBase[CpuState.CS] + c.eip);
    c.dr[6] |= hits;
    return hits != 0;
  }

  /**
   * After an instruction that left traps in {@link Cpu#debugTraps}: delivers them, EIP being that
   * of the next one.
   *
   * @return false on shutdown (triple fault)
   */
  static boolean afterInstruction(Cpu c) {
    int traps = c.debugTraps;
    if ((traps & STACK_LOADED) != 0) {
      c.debugTraps = traps & BREAKPOINTS | AFTER_STACK_LOAD;
      return true;
    }
    c.debugTraps = 0;
    traps &= DR6_TRAPS;
    if (traps == 0) {
      return true;
    }
    c.dr[6] |= traps;
    return Exceptions.trap(c, GuestFault.DB);
  }
}
