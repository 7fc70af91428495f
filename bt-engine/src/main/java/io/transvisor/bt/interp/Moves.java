package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/** MOV, MOVZX, MOVSX, LEA, XLAT, and conversions inside the accumulator. */
final class Moves {
  private Moves() {}

  static void define(FormTable t) {
    t.op("88 /r", "mov Eb,Gb")
        .rm(Semantics.sized(RmReg.class, BYTE), Semantics.sized(MemReg.class, BYTE));
    t.op("89 /r", "mov Ev,Gv")
        .all(
            Semantics.sized(RmReg.class, WORD),
            Semantics.sized(MemReg.class, WORD),
            Semantics.sized(RmReg.class, DWORD),
            Semantics.sized(MemReg.class, DWORD));
    t.op("8A /r", "mov Gb,Eb")
        .rm(Semantics.sized(RegRm.class, BYTE), Semantics.sized(RegMem.class, BYTE));
    t.op("8B /r", "mov Gv,Ev")
        .all(
            Semantics.sized(RegRm.class, WORD),
            Semantics.sized(RegMem.class, WORD),
            Semantics.sized(RegRm.class, DWORD),
            Semantics.sized(RegMem.class, DWORD));
    t.op("A0 mo", "mov AL,Ob").any(Semantics.sized(AccMem.class, BYTE));
    t.op("A1 mo", "mov eAX,Ov")
        .both(Semantics.sized(AccMem.class, WORD), Semantics.sized(AccMem.class, DWORD));
    t.op("A2 mo", "mov Ob,AL").any(Semantics.sized(MemAcc.class, BYTE));
    t.op("A3 mo", "mov Ov,eAX")
        .both(Semantics.sized(MemAcc.class, WORD), Semantics.sized(MemAcc.class, DWORD));
    t.op("B0+r ib", "mov Zb,Ib").any(Semantics.sized(RmImm.class, BYTE));
    t.op("B8+r iv", "mov Zv,Iv")
        .both(Semantics.sized(RmImm.class, WORD), Semantics.sized(RmImm.class, DWORD));
    t.op("C6 /0 ib", "mov Eb,Ib")
        .rm(Semantics.sized(RmImm.class, BYTE), Semantics.sized(MemImm.class, BYTE));
    t.op("C7 /0 iv", "mov Ev,Iv")
        .all(
            Semantics.sized(RmImm.class, WORD),
            Semantics.sized(MemImm.class, WORD),
            Semantics.sized(RmImm.class, DWORD),
            Semantics.sized(MemImm.class, DWORD));
    extensions(t);
    t.op("8D /r:m", "lea Gv,M")
        .both(Semantics.sized(Lea.class, WORD), Semantics.sized(Lea.class, DWORD));
    t.op("D7", "xlat").any(XLAT);
    t.op("98", "cwde").both(CBW, CWDE);
    t.op("99", "cdq").both(CWD, CDQ);
  }

  private static void extensions(FormTable t) {
    t.op("0F B6 /r", "movzx Gv,Eb")
        .all(
            Semantics.unary(ExtendByteRm.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendByteMem.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendByteRm.class, DWORD, (c, a) -> a),
            Semantics.unary(ExtendByteMem.class, DWORD, (c, a) -> a));
    t.op("0F BE /r", "movsx Gv,Eb")
        .all(
            Semantics.unary(ExtendByteRm.class, WORD, (c, a) -> (byte) a),
            Semantics.unary(ExtendByteMem.class, WORD, (c, a) -> (byte) a),
            Semantics.unary(ExtendByteRm.class, DWORD, (c, a) -> (byte) a),
            Semantics.unary(ExtendByteMem.class, DWORD, (c, a) -> (byte) a));
    t.op("0F B7 /r", "movzx Gv,Ew")
        .all(
            Semantics.unary(ExtendWordRm.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendWordMem.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendWordRm.class, DWORD, (c, a) -> a),
            Semantics.unary(ExtendWordMem.class, DWORD, (c, a) -> a));
    t.op("0F BF /r", "movsx Gv,Ew")
        .all(
            Semantics.unary(ExtendWordRm.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendWordMem.class, WORD, (c, a) -> a),
            Semantics.unary(ExtendWordRm.class, DWORD, (c, a) -> (short) a),
            Semantics.unary(ExtendWordMem.class, DWORD, (c, a) -> (short) a));
  }

  // ---- templates of MOV ----

  public static final class RmReg extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, W.register(c, i.reg));
    }
  }

  public static final class MemReg extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.write(c, i, W.register(c, i.reg));
    }
  }

  public static final class RegRm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, W.register(c, i.rm));
    }
  }

  public static final class RegMem extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, W.read(c, i));
    }
  }

  public static final class AccMem extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, Cpu.EAX, W.read(c, i));
    }
  }

  public static final class MemAcc extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.write(c, i, W.register(c, Cpu.EAX));
    }
  }

  public static final class RmImm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, i.imm);
    }
  }

  public static final class MemImm extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.write(c, i, i.imm);
    }
  }

  public static final class Lea extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, W.offset(c, i));
    }
  }

  // ---- templates of MOVZX and MOVSX: the width is that of the destination ----

  public static final class ExtendByteRm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Semantics.Unary OP = SIZED.operation(Semantics.Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, c.reg8(i.rm)));
    }
  }

  public static final class ExtendByteMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Semantics.Unary OP = SIZED.operation(Semantics.Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, W.readByte(c, i)));
    }
  }

  public static final class ExtendWordRm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Semantics.Unary OP = SIZED.operation(Semantics.Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, c.reg16(i.rm)));
    }
  }

  public static final class ExtendWordMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Semantics.Unary OP = SIZED.operation(Semantics.Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, W.readWord(c, i)));
    }
  }

  // ---- accumulator ----

  private static final Handler XLAT =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int offset = c.gpr[Cpu.EBX] + (c.gpr[Cpu.EAX] & 0xFF) & i.addressMask;
          c.setReg8(Cpu.EAX, c.readB(i.seg, offset));
        }
      };

  private static final Handler CBW =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg16(Cpu.EAX, (byte) c.gpr[Cpu.EAX]);
        }
      };

  private static final Handler CWDE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.gpr[Cpu.EAX] = (short) c.gpr[Cpu.EAX];
        }
      };

  private static final Handler CWD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg16(Cpu.EDX, (short) c.gpr[Cpu.EAX] >> 15);
        }
      };

  private static final Handler CDQ =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.gpr[Cpu.EDX] = c.gpr[Cpu.EAX] >> 31;
        }
      };
}
