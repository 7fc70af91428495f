package io.transvisor.bt.interp;

import io.transvisor.bt.isa.CalloutClass;
import io.transvisor.core.cpu.Activity;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.mmu.PageFaultException;

/**
 * Delivery of exceptions and hardware interrupts, with escalation to double fault and shutdown (SDM
 * volume 3, 6.15).
 */
final class Exceptions {
  /** As the vector of a {@link GuestFault}: the CPU has already shut down. */
  static final int SHUTDOWN = -1;

  /**
   * As the "error code" of a #DB fault: MOV to or from a debug register with DR7.GD set, not an
   * instruction breakpoint.
   */
  static final int GENERAL_DETECT = 1;

  private Exceptions() {}

  /**
   * Delivers a fault of the instruction at CS:EIP. For page faults CR2 is set already.
   *
   * @param errorCode for vectors that push one
   * @return false on shutdown (triple fault)
   */
  static boolean raise(Cpu c, int vector, int errorCode) {
    boolean breakpoint = vector == GuestFault.DB && errorCode != GENERAL_DETECT;
    return deliver(
        c,
        vector,
        Interrupts.Kind.EXCEPTION,
        errorCode,
        breakpoint ? c.eflags & CpuState.RF : CpuState.RF);
  }

  /** Delivers a trap: EIP is that of the next instruction. Returns false on shutdown. */
  static boolean trap(Cpu c, int vector) {
    return deliver(c, vector, Interrupts.Kind.EXCEPTION, 0, c.eflags & CpuState.RF);
  }

  /**
   * Delivers a hardware interrupt between two instructions: NMI, or what the interrupt controller
   * named. Returns false on shutdown.
   */
  static boolean interrupt(Cpu c, int vector) {
    return deliver(c, vector, Interrupts.Kind.EXTERNAL, 0, c.eflags & CpuState.RF);
  }

  private static boolean deliver(
      Cpu c, int firstVector, Interrupts.Kind firstKind, int firstCode, int resumeFlag) {
    if (firstVector == SHUTDOWN) {
      return false;
    }
    CalloutClass callout =
        firstKind == Interrupts.Kind.EXTERNAL ? CalloutClass.INTERRUPT : CalloutClass.EXCEPTION;
    c.activity.set(Activity.CALLOUT);
    long begun = c.callouts.begin(callout);
    boolean delivered = attempt(c, firstVector, firstKind, firstCode, resumeFlag);
    c.callouts.end(callout.ordinal(), begun);
    c.activity.set(Activity.GUEST);
    return delivered;
  }

  private static boolean attempt(
      Cpu c, int firstVector, Interrupts.Kind firstKind, int firstCode, int resumeFlag) {
    int vector = firstVector;
    Interrupts.Kind kind = firstKind;
    int errorCode = firstCode;
    int resume = resumeFlag;
    while (true) {
      int next;
      try {
        boolean pushesCode = kind == Interrupts.Kind.EXCEPTION && GuestFault.hasErrorCode(vector);
        int flags = c.getEflags() & ~CpuState.RF | resume;
        Interrupts.deliver(c, vector, kind, c.eip, flags, pushesCode, errorCode);
        return true;
      } catch (GuestFault f) {
        next = f.vector;
        errorCode = f.errorCode;
      } catch (PageFaultException p) {
        next = GuestFault.PF;
        errorCode = p.errorCode;
        c.cr2 = p.address;
      }
      vector = combine(kind == Interrupts.Kind.EXCEPTION ? vector : GuestFault.BP, next);
      if (vector == SHUTDOWN) {
        return false;
      }
      kind = Interrupts.Kind.EXCEPTION;
      resume = CpuState.RF;
      if (vector == GuestFault.DF) {
        errorCode = 0;
      }
    }
  }

  /** What an exception during the delivery of another becomes (SDM volume 3, table 6-5). */
  private static int combine(int first, int second) {
    boolean secondSerious = isContributory(second) || second == GuestFault.PF;
    if (first == GuestFault.DF && secondSerious) {
      return SHUTDOWN;
    }
    boolean isDouble =
        isContributory(first) && isContributory(second) || first == GuestFault.PF && secondSerious;
    return isDouble ? GuestFault.DF : second;
  }

  private static boolean isContributory(int vector) {
    return switch (vector) {
      case GuestFault.DE, GuestFault.TS, GuestFault.NP, GuestFault.SS, GuestFault.GP -> true;
      default -> false;
    };
  }
}
