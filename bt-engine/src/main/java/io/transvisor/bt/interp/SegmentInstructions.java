package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/** MOV, PUSH and POP of segment registers; LDS, LES, LFS, LGS, LSS. */
final class SegmentInstructions {
  private SegmentInstructions() {}

  static void define(FormTable t) {
    Handler store = plain(SegmentInstructions::storeMemory);
    t.op("8C /r", "mov Ev,Sw")
        .all(
            plain(SegmentInstructions::storeRegister16),
            store,
            plain(SegmentInstructions::storeRegister32),
            store);
    t.op("8E /r", "mov Sw,Ew")
        .rm(
            plain((c, i) -> move(c, i.reg, c.reg16(i.rm))),
            plain(SegmentInstructions::moveFromMemory));
    pushAndPop(t, "06", "07", "es", CpuState.ES);
    push(t, "0E", "cs", CpuState.CS);
    pushAndPop(t, "16", "17", "ss", CpuState.SS);
    pushAndPop(t, "1E", "1F", "ds", CpuState.DS);
    pushAndPop(t, "0F A0", "0F A1", "fs", CpuState.FS);
    pushAndPop(t, "0F A8", "0F A9", "gs", CpuState.GS);
    farPointer(t, "C4", "les", CpuState.ES);
    farPointer(t, "C5", "lds", CpuState.DS);
    farPointer(t, "0F B2", "lss", CpuState.SS);
    farPointer(t, "0F B4", "lfs", CpuState.FS);
    farPointer(t, "0F B5", "lgs", CpuState.GS);
  }

  private static int sourceSegment(Cpu c, Insn i) {
    if (i.reg > CpuState.GS) {
      throw c.ud();
    }
    return c.selector[i.reg];
  }

  private static void storeRegister16(Cpu c, Insn i) {
    c.setReg16(i.rm, sourceSegment(c, i));
  }

  private static void storeRegister32(Cpu c, Insn i) {
    c.gpr[i.rm] = sourceSegment(c, i);
  }

  private static void storeMemory(Cpu c, Insn i) {
    c.writeW(i, sourceSegment(c, i));
  }

  private static void moveFromMemory(Cpu c, Insn i) {
    checkTarget(c, i.reg);
    move(c, i.reg, c.readW(i));
  }

  private static void checkTarget(Cpu c, int segment) {
    if (segment > CpuState.GS || segment == CpuState.CS) {
      throw c.ud();
    }
  }

  private static void move(Cpu c, int segment, int selector) {
    checkTarget(c, segment);
    SegmentLoader.load(c, segment, selector);
    shadowAfter(c, segment);
  }

  /**
   * A load of SS holds off interrupts and debug traps until the load of ESP that follows is done
   * (SDM volume 3, 6.8.3).
   */
  private static void shadowAfter(Cpu c, int segment) {
    if (segment == CpuState.SS) {
      c.interruptShadow = true;
      DebugExceptions.stackLoaded(c);
      c.stopTrace();
    }
  }

  private static void pushAndPop(FormTable t, String push, String pop, String name, int segment) {
    push(t, push, name, segment);
    t.op(pop, "pop " + name).both(new Pop(segment, 2), new Pop(segment, 4));
  }

  private static void push(FormTable t, String encoding, String name, int segment) {
    t.op(encoding, "push " + name).both(new Push(segment, 2), new Push(segment, 4));
  }

  private static void farPointer(FormTable t, String encoding, String name, int segment) {
    Handler handler16 = new FarPointer(segment, false);
    Handler handler32 = new FarPointer(segment, true);
    t.op(encoding + " /r:m", name + " Gv,Mp").all(null, handler16, null, handler32);
  }

  /**
   * With a 32-bit operand size the selector is stored as 16 bits; the upper half of the slot keeps
   * what it had.
   */
  private static final class Push extends Handler {
    private final int segment;
    private final int size;

    Push(int segment, int size) {
      this.segment = segment;
      this.size = size;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int sp = c.gpr[CpuState.ESP] - size & c.stackMask;
      c.writeW(CpuState.SS, sp, c.selector[segment]);
      c.setStackPointer(sp);
    }
  }

  private static final class Pop extends Handler {
    private final int segment;
    private final int size;

    Pop(int segment, int size) {
      this.segment = segment;
      this.size = size;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int selector = c.peek16(0);
      int esp = c.gpr[CpuState.ESP];
      int mask = c.stackMask;
      SegmentLoader.load(c, segment, selector);
      c.gpr[CpuState.ESP] = esp & ~mask | esp + size & mask;
      shadowAfter(c, segment);
    }
  }

  private static final class FarPointer extends Handler {
    private final int segment;
    private final boolean operand32;

    FarPointer(int segment, boolean operand32) {
      this.segment = segment;
      this.operand32 = operand32;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int at = c.offset(i);
      int offset;
      int selector;
      if (operand32) {
        offset = c.readD(i.seg, at);
        selector = c.readW(i.seg, at + 4);
      } else {
        offset = c.readW(i.seg, at);
        selector = c.readW(i.seg, at + 2);
      }
      SegmentLoader.load(c, segment, selector);
      if (operand32) {
        c.gpr[i.reg] = offset;
      } else {
        c.setReg16(i.reg, offset);
      }
    }
  }
}
