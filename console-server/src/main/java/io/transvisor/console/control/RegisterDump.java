package io.transvisor.console.control;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;

/** All registers as text, in the layout of QEMU's {@code info registers}. */
public final class RegisterDump {
  private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS", "LDT", "TR"};
  private static final String[] SYSTEM_TYPES = {
    "Reserved", "TSS16-avl", "LDT", "TSS16-busy", "CallGate16", "TaskGate", "IntGate16",
    "TrapGate16", "Reserved", "TSS32-avl", "Reserved", "TSS32-busy", "CallGate32", "Reserved",
    "IntGate32", "TrapGate32"
  };
  private static final String FLAG_LETTERS = "DOSZAPC";
  private static final int[] FLAGS = {
    CpuState.DF, CpuState.OF, CpuState.SF, CpuState.ZF, CpuState.AF, CpuState.PF, CpuState.CF
  };

  private RegisterDump() {}

  public static String of(Cpu c) {
    int[] r = c.gpr;
    StringBuilder s = new StringBuilder();
    s.append(
        "EAX=%08x EBX=%08x ECX=%08x EDX=%08x\n"
            .formatted(r[CpuState.EAX], r[CpuState.EBX], r[CpuState.ECX], r[CpuState.EDX]));
    s.append(
        "ESI=%08x EDI=%08x EBP=%08x ESP=%08x\n"
            .formatted(r[CpuState.ESI], r[CpuState.EDI], r[CpuState.EBP], r[CpuState.ESP]));
    s.append(
        "EIP=%08x EFL=%08x [%s] CPL=%d II=%d A20=%d SMM=0 HLT=%d\n"
            .formatted(
                c.eip,
                c.getEflags(),
                flags(c.getEflags()),
                c.cpl,
                c.interruptShadow ? 1 : 0,
                c.memory.a20Mask() >>> 20 & 1,
                c.halted ? 1 : 0));
    for (int i = 0; i < SEGMENTS.length; i++) {
      segment(c, i, s);
    }
    s.append("GDT=     %08x %08x\n".formatted(c.gdtBase, c.gdtLimit));
    s.append("IDT=     %08x %08x\n".formatted(c.idtBase, c.idtLimit));
    s.append("CR0=%08x CR2=%08x CR3=%08x CR4=%08x\n".formatted(c.cr0, c.cr2, c.cr3, c.cr4));
    s.append(
        "DR0=%08x DR1=%08x DR2=%08x DR3=%08x \n".formatted(c.dr[0], c.dr[1], c.dr[2], c.dr[3]));
    s.append("DR6=%08x DR7=%08x\n".formatted(c.dr[6], c.dr[7]));
    s.append("EFER=0000000000000000\n");
    floatingPoint(c, s);
    return s.toString().stripTrailing();
  }

  private static String flags(int eflags) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < FLAGS.length; i++) {
      letters.append((eflags & FLAGS[i]) != 0 ? FLAG_LETTERS.charAt(i) : '-');
    }
    return letters.toString();
  }

  private static void segment(CpuState c, int n, StringBuilder s) {
    int access = c.segAccess[n];
    s.append(
        "%-3s=%04x %08x %08x %08x"
            .formatted(SEGMENTS[n], c.selector[n], c.segBase[n], c.segLimit[n], access << 8));
    if (c.isProtected() && (access & CpuState.PRESENT) != 0) {
      s.append(" DPL=").append(access >>> 5 & 3).append(' ').append(type(access));
    }
    s.append('\n');
  }

  private static String type(int access) {
    if ((access & CpuState.CODE_OR_DATA) == 0) {
      return SYSTEM_TYPES[access & 15];
    }
    boolean code = (access & CpuState.CODE) != 0;
    boolean big = (access & CpuState.BIG) != 0;
    return (code ? big ? "CS32" : "CS16" : big ? "DS  " : "DS16")
        + " ["
        + ((access & CpuState.CONFORMING) == 0 ? '-' : code ? 'C' : 'E')
        + ((access & CpuState.READABLE) == 0 ? '-' : code ? 'R' : 'W')
        + ((access & CpuState.ACCESSED) == 0 ? '-' : 'A')
        + "]";
  }

  private static void floatingPoint(CpuState c, StringBuilder s) {
    FpuState f = c.fpu;
    s.append(
        "FCW=%04x FSW=%04x [ST=%d] FTW=%02x MXCSR=%08x\n"
            .formatted(f.control, f.statusWord(), f.top, ~f.empty & 0xFF, c.mxcsr));
    for (int i = 0; i < 8; i++) {
      s.append("FPR%d=%016x %04x".formatted(i, f.significand[i], f.signExponent[i]));
      s.append(i % 2 == 0 ? ' ' : '\n');
    }
    for (int i = 0; i < 8; i++) {
      s.append("XMM%02d=%016x %016x".formatted(i, c.xmm[2 * i + 1], c.xmm[2 * i]));
      s.append(i % 2 == 0 ? ' ' : '\n');
    }
  }
}
