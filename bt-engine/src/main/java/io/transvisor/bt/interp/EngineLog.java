package io.transvisor.bt.interp;

import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.disasm.Disassembler;
import io.transvisor.bt.disasm.Syntax;
import io.transvisor.bt.isa.CalloutClass;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Set;

/**
 * Writes down what an engine does, item by item, on the vCPU thread. An engine without one tests a
 * field for null at places that are taken seldom, and once for each trace.
 */
public final class EngineLog implements AutoCloseable {
  private static final CalloutClass[] CLASSES = CalloutClass.values();

  private final PrintWriter out;
  private final Set<LogItem> items;
  private long interrupts;

  /**
   * @param items what is written
   */
  public EngineLog(PrintWriter out, Set<LogItem> items) {
    this.out = out;
    this.items = items;
  }

  boolean has(LogItem item) {
    return items.contains(item);
  }

  private static String place(Cpu c, int eip) {
    return "%04x:%08x".formatted(c.selector[CpuState.CS], eip);
  }

  private void registers(Cpu c) {
    if (has(LogItem.CPU)) {
      out.println(c.describe().stripTrailing());
    }
  }

  void decoded(Cpu c, Trace t) {
    if (!has(LogItem.IN_ASM)) {
      return;
    }
    out.println("in_asm " + place(c, c.eip));
    if (t.store() < 0 || t.crossesPage()) {
      out.println("  one instruction outside RAM or on two pages");
      return;
    }
    Disassembler disassembler = new Disassembler(InstructionSet.TABLE, c.model, Syntax.ATT);
    int end = (t.store() | 0xFFF) + 1;
    int linear = c.segBase[CpuState.CS] + c.eip;
    for (Insn i : t.insns()) {
      Disassembler.Line line =
          disassembler.disassemble(
              c.store, t.store() + i.start, end, c.isCode32(), linear + i.start);
      out.printf("  %08x  %s%n", linear + i.start, line.text());
    }
  }

  /**
   * @param region it is entered in place of the trace
   */
  void runs(Cpu c, Trace t, boolean region) {
    if (has(LogItem.EXEC)) {
      String what = region ? "region" : "trace";
      out.printf("exec %-6s %s cpl=%d instructions=%d%n", what, place(c, c.eip), c.cpl, t.length());
    }
    registers(c);
  }

  void interrupt(
      Cpu c, int vector, Interrupts.Kind kind, int returnEip, boolean hasErrorCode, int errorCode) {
    if (has(LogItem.INT)) {
      String code = hasErrorCode ? " e=%04x".formatted(errorCode) : "";
      String address = vector == GuestFault.PF ? " cr2=%08x".formatted(c.cr2) : "";
      out.printf(
          "int %6d: v=%02x %s%s%s cpl=%d ip=%s sp=%04x:%08x eax=%08x%n",
          interrupts++,
          vector,
          kind.name().toLowerCase(Locale.ROOT),
          code,
          address,
          c.cpl,
          place(c, returnEip),
          c.selector[CpuState.SS],
          c.gpr[CpuState.ESP],
          c.gpr[CpuState.EAX]);
      registers(c);
    }
  }

  void callout(Cpu c, Insn i, int callout) {
    out.printf(
        "callout %-18s %s cpl=%d%n", CLASSES[callout].label(), place(c, c.currentEip(i)), c.cpl);
  }

  /** Something about a region. */
  public void region(String what) {
    if (has(LogItem.REGIONS)) {
      out.println("region " + what);
    }
  }

  void invalidated(int store, int length, boolean byProcessor, int dropped) {
    out.printf(
        "inval store=%08x length=%d by=%s dropped=%d%n",
        store, length, byProcessor ? "cpu" : "device", dropped);
  }

  /** Writes out what is left. */
  @Override
  public void close() {
    out.close();
  }
}
