package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.DWORD;

import io.transvisor.bt.interp.Semantics.Condition;
import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * Near jumps, calls and returns, conditional jumps, loops, BOUND (SDM volume 2). With 16-bit
 * operand size the target is cut to 16 bits; a target beyond the limit of the code segment is
 * #GP(0) at the branch itself.
 */
final class ControlTransfer {
  private ControlTransfer() {}

  static void define(FormTable t) {
    for (int n = 0; n < 16; n++) {
      Handler jump16 = Semantics.condition(JumpIf16.class, DWORD, Conditions.TESTS[n]);
      Handler jump32 = Semantics.condition(JumpIf32.class, DWORD, Conditions.TESTS[n]);
      String flags = Conditions.FLAGS[n >> 1];
      t.op("%02X cb".formatted(0x70 + n), "j" + Conditions.NAMES[n] + " Jb")
          .both(jump16, jump32)
          .reads(flags)
          .ends();
      t.op("0F %02X cv".formatted(0x80 + n), "j" + Conditions.NAMES[n] + " Jv")
          .both(jump16, jump32)
          .reads(flags)
          .ends();
    }
    t.op("EB cb", "jmp Jb").both(JUMP_16, JUMP_32).ends();
    t.op("E9 cv", "jmp Jv").both(JUMP_16, JUMP_32).ends();
    t.op("E8 cv", "call Jv").both(CALL_16, CALL_32).ends();
    t.op("C3", "ret").both(RET_16, RET_32).ends();
    t.op("C2 iw", "ret Iw").both(RET_IMM_16, RET_IMM_32).ends();
    t.op("FF /2", "call Ev").all(CALL_RM_16, CALL_MEM_16, CALL_RM_32, CALL_MEM_32).ends();
    t.op("FF /4", "jmp Ev").all(JUMP_RM_16, JUMP_MEM_16, JUMP_RM_32, JUMP_MEM_32).ends();
    t.op("E0 cb", "loopne Jb").any(LOOPNE).reads("Z").ends();
    t.op("E1 cb", "loope Jb").any(LOOPE).reads("Z").ends();
    t.op("E2 cb", "loop Jb").any(LOOP).ends();
    t.op("E3 cb", "jecxz Jb").any(JECXZ).ends();
    t.op("62 /r:m", "bound Gv,Ma").both(BOUND_16, BOUND_32);
  }

  // ---- targets ----

  private static int checked(Cpu c, int target) {
    if (target + Integer.MIN_VALUE > c.segLimit[Cpu.CS] + Integer.MIN_VALUE) {
      throw c.gp(0);
    }
    return target;
  }

  private static int relative16(Cpu c, Insn i) {
    return checked(c, c.nextEip(i) + i.imm & 0xFFFF);
  }

  private static int relative32(Cpu c, Insn i) {
    return checked(c, c.nextEip(i) + i.imm);
  }

  private static int relative(Cpu c, Insn i) {
    return i.operand32 ? relative32(c, i) : relative16(c, i);
  }

  // ---- jumps ----

  public static final class JumpIf16 extends Handler {
    private static final Condition CONDITION =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      c.eip = CONDITION.test(c) ? relative16(c, i) : c.nextEip(i);
    }
  }

  public static final class JumpIf32 extends Handler {
    private static final Condition CONDITION =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      c.eip = CONDITION.test(c) ? relative32(c, i) : c.nextEip(i);
    }
  }

  private static final Handler JUMP_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = relative16(c, i);
        }
      };

  private static final Handler JUMP_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = relative32(c, i);
        }
      };

  private static final Handler JUMP_RM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.reg16(i.rm));
        }
      };

  private static final Handler JUMP_RM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.gpr[i.rm]);
        }
      };

  private static final Handler JUMP_MEM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.readW(i));
        }
      };

  private static final Handler JUMP_MEM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.readD(i));
        }
      };

  // ---- calls ----

  private static void call16(Cpu c, Insn i, int target) {
    c.push16(c.nextEip(i));
    c.eip = target;
  }

  private static void call32(Cpu c, Insn i, int target) {
    c.push32(c.nextEip(i));
    c.eip = target;
  }

  private static final Handler CALL_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call16(c, i, relative16(c, i));
        }
      };

  private static final Handler CALL_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call32(c, i, relative32(c, i));
        }
      };

  private static final Handler CALL_RM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call16(c, i, checked(c, c.reg16(i.rm)));
        }
      };

  private static final Handler CALL_RM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call32(c, i, checked(c, c.gpr[i.rm]));
        }
      };

  private static final Handler CALL_MEM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call16(c, i, checked(c, c.readW(i)));
        }
      };

  private static final Handler CALL_MEM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          call32(c, i, checked(c, c.readD(i)));
        }
      };

  // ---- returns ----

  private static final Handler RET_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.peek16(0));
          c.setStackPointer(c.gpr[Cpu.ESP] + 2);
        }
      };

  private static final Handler RET_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.peek32(0));
          c.setStackPointer(c.gpr[Cpu.ESP] + 4);
        }
      };

  private static final Handler RET_IMM_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.peek16(0));
          c.setStackPointer(c.gpr[Cpu.ESP] + 2 + i.imm);
        }
      };

  private static final Handler RET_IMM_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = checked(c, c.peek32(0));
          c.setStackPointer(c.gpr[Cpu.ESP] + 4 + i.imm);
        }
      };

  // ---- loops: address size selects CX or ECX, operand size the width of EIP ----

  private static void loop(Cpu c, Insn i, boolean goOn) {
    int mask = i.addressMask;
    int count = c.gpr[Cpu.ECX] - 1 & mask;
    c.eip = count != 0 && goOn ? relative(c, i) : c.nextEip(i);
    c.gpr[Cpu.ECX] = c.gpr[Cpu.ECX] & ~mask | count;
  }

  private static final Handler LOOP =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          loop(c, i, true);
        }
      };

  private static final Handler LOOPE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          loop(c, i, c.zero());
        }
      };

  private static final Handler LOOPNE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          loop(c, i, !c.zero());
        }
      };

  private static final Handler JECXZ =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eip = (c.gpr[Cpu.ECX] & i.addressMask) == 0 ? relative(c, i) : c.nextEip(i);
        }
      };

  // ---- BOUND ----

  private static void checkBounds(Cpu c, int index, int lower, int upper) {
    if (index < lower || index > upper) {
      throw c.fault(GuestFault.BR, 0);
    }
  }

  private static final Handler BOUND_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int offset = c.offset(i);
          int lower = (short) c.readW(i.seg, offset);
          int upper = (short) c.readW(i.seg, offset + 2 & i.addressMask);
          checkBounds(c, (short) c.gpr[i.reg], lower, upper);
        }
      };

  private static final Handler BOUND_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int offset = c.offset(i);
          int lower = c.readD(i.seg, offset);
          int upper = c.readD(i.seg, offset + 4 & i.addressMask);
          checkBounds(c, c.gpr[i.reg], lower, upper);
        }
      };
}
