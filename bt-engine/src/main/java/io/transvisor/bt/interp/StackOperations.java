package io.transvisor.bt.interp;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;

/**
 * PUSH and POP of registers, immediates and memory, PUSHA and POPA, ENTER and LEAVE (SDM volume 2).
 */
final class StackOperations {
  private StackOperations() {}

  static void define(FormTable t) {
    t.op("50+r", "push Zv").both(PUSH_RM_16, PUSH_RM_32);
    t.op("58+r", "pop Zv").both(POP_RM_16, POP_RM_32);
    t.op("68 iv", "push Iv").both(PUSH_IMM_16, PUSH_IMM_32);
    t.op("6A ibs", "push Ib").both(PUSH_IMM_16, PUSH_IMM_32);
    t.op("FF /6", "push Ev").all(PUSH_RM_16, PUSH_MEM_16, PUSH_RM_32, PUSH_MEM_32);
    t.op("8F /0", "pop Ev").all(POP_RM_16, POP_MEM_16, POP_RM_32, POP_MEM_32);
    t.op("60", "pusha").both(new PushAll(2), new PushAll(4));
    t.op("61", "popa").both(new PopAll(2), new PopAll(4));
    t.op("C8 iw ib", "enter Iw,Ib").both(new Enter(2), new Enter(4));
    t.op("C9", "leave").both(LEAVE_16, LEAVE_32);
  }

  // ---- PUSH; ESP is pushed as it was before ----

  private static final Handler PUSH_RM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push16(c.gpr[i.rm]);
        }
      };

  private static final Handler PUSH_RM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push32(c.gpr[i.rm]);
        }
      };

  private static final Handler PUSH_IMM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push16(i.imm);
        }
      };

  private static final Handler PUSH_IMM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push32(i.imm);
        }
      };

  private static final Handler PUSH_MEM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push16(c.readW(i));
        }
      };

  private static final Handler PUSH_MEM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.push32(c.readD(i));
        }
      };

  // ---- POP; into ESP, the value popped is what stays ----

  private static final Handler POP_RM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg16(i.rm, c.pop16());
        }
      };

  private static final Handler POP_RM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.gpr[i.rm] = c.pop32();
        }
      };

  /** Offset of the destination of POP: computed with ESP already moved up. */
  private static int offsetAfterPop(Cpu c, Insn i, int size) {
    int before = c.gpr[Cpu.ESP];
    c.setStackPointer(before + size);
    int offset = c.offset(i);
    c.gpr[Cpu.ESP] = before;
    return offset;
  }

  private static final Handler POP_MEM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int value = c.peek16(0);
          c.writeW(i.seg, offsetAfterPop(c, i, 2), value);
          c.setStackPointer(c.gpr[Cpu.ESP] + 2);
        }
      };

  private static final Handler POP_MEM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int value = c.peek32(0);
          c.writeD(i.seg, offsetAfterPop(c, i, 4), value);
          c.setStackPointer(c.gpr[Cpu.ESP] + 4);
        }
      };

  // ---- all registers ----

  /** Checks a write of one element at a stack offset and gives its linear address. */
  private static int forPush(Cpu c, int sp, int size) {
    return c.forUpdate(Cpu.SS, sp & c.stackMask, size);
  }

  private static void store(Cpu c, int linear, int size, int value) {
    if (size == 4) {
      c.storeD(linear, value);
    } else {
      c.storeW(linear, value);
    }
  }

  private static int read(Cpu c, int sp, int size) {
    int offset = sp & c.stackMask;
    return size == 4 ? c.readD(Cpu.SS, offset) : c.readW(Cpu.SS, offset);
  }

  private static final class PushAll extends Handler {
    private final int size;

    PushAll(int size) {
      this.size = size;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int sp = c.gpr[Cpu.ESP];
      for (int r = 0; r < 8; r++) {
        forPush(c, sp - (r + 1) * size, size);
      }
      for (int r = 0; r < 8; r++) {
        store(c, c.segBase[Cpu.SS] + (sp - (r + 1) * size & c.stackMask), size, c.gpr[r]);
      }
      c.setStackPointer(sp - 8 * size);
    }
  }

  private static final class PopAll extends Handler {
    private final int size;

    PopAll(int size) {
      this.size = size;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int sp = c.gpr[Cpu.ESP];
      for (int n = 0; n < 8; n++) {
        // Nothing may change if a later one faults.
        c.forRead(Cpu.SS, sp + n * size & c.stackMask, size);
        c.probeRead(c.segBase[Cpu.SS] + (sp + n * size & c.stackMask), size);
      }
      for (int n = 0; n < 8; n++) {
        int r = 7 - n;
        if (r != Cpu.ESP) {
          int value = read(c, sp + n * size, size);
          if (size == 4) {
            c.gpr[r] = value;
          } else {
            c.setReg16(r, value);
          }
        }
      }
      c.setStackPointer(sp + 8 * size);
    }
  }

  // ---- frames ----

  /**
   * Copies display pointers for nesting levels above 0; the last step is a check that the new top
   * of the stack can be written.
   */
  private static final class Enter extends Handler {
    private final int size;

    Enter(int size) {
      this.size = size;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int allocate = i.imm;
      int level = i.imm2 & 31;
      int sp = c.gpr[Cpu.ESP] - size;
      int frame = sp;
      int top = sp - level * size - allocate;
      store(c, forPush(c, sp, size), size, c.gpr[Cpu.EBP]);
      if (level > 0) {
        int bp = c.gpr[Cpu.EBP];
        for (int n = 1; n < level; n++) {
          bp -= size;
          sp -= size;
          int pointer = read(c, bp, size);
          store(c, forPush(c, sp, size), size, pointer);
        }
        sp -= size;
        int pushed = c.gpr[Cpu.ESP] & ~c.stackMask | frame & c.stackMask;
        store(c, forPush(c, sp, size), size, pushed);
      }
      forPush(c, top, size);
      int newFrame = c.gpr[Cpu.ESP] & ~c.stackMask | frame & c.stackMask;
      c.setStackPointer(top);
      if (size == 4) {
        c.gpr[Cpu.EBP] = newFrame;
      } else {
        c.setReg16(Cpu.EBP, newFrame);
      }
    }
  }

  private static final Handler LEAVE_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int frame = c.gpr[Cpu.EBP];
          int value = c.readW(Cpu.SS, frame & c.stackMask);
          c.setStackPointer(frame + 2);
          c.setReg16(Cpu.EBP, value);
        }
      };

  private static final Handler LEAVE_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int frame = c.gpr[Cpu.EBP];
          int value = c.readD(Cpu.SS, frame & c.stackMask);
          c.setStackPointer(frame + 4);
          c.gpr[Cpu.EBP] = value;
        }
      };
}
