package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Binary;
import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * BT BTS BTR BTC, BSF BSR and BSWAP (SDM volume 2). Bit tests set CF and leave the other flags; bit
 * scans of 0 set ZF and leave the destination; as on the P6 family in both cases. The other flags
 * of a bit scan are those of a logic operation with the operand.
 */
final class BitOperations {
  private BitOperations() {}

  static void define(FormTable t) {
    modify(t, "0F AB", 5, "bts", BitOperations::set);
    modify(t, "0F B3", 6, "btr", BitOperations::reset);
    modify(t, "0F BB", 7, "btc", BitOperations::complement);
    t.op("0F A3 /r", "bt Ev,Gv")
        .all(
            Semantics.sized(TestRmReg.class, WORD),
            Semantics.sized(TestMemReg.class, WORD),
            Semantics.sized(TestRmReg.class, DWORD),
            Semantics.sized(TestMemReg.class, DWORD))
        .writes("C")
        .undefined("OSAP");
    t.op("0F BA /4 ib", "bt Ev,Ib")
        .all(
            Semantics.sized(TestRmImm.class, WORD),
            Semantics.sized(TestMemImm.class, WORD),
            Semantics.sized(TestRmImm.class, DWORD),
            Semantics.sized(TestMemImm.class, DWORD))
        .writes("C")
        .undefined("OSAP");
    scan(t, "0F BC /r", "bsf Gv,Ev", BitOperations::scanForward);
    scan(t, "0F BD /r", "bsr Gv,Ev", BitOperations::scanReverse);
    t.op("0F C8+r", "bswap Zv").both(SWAP_16, SWAP_32);
  }

  private static void modify(FormTable t, String opcode, int group, String name, Binary operation) {
    t.op(opcode + " /r", name + " Ev,Gv")
        .all(
            Semantics.binary(ModifyRmReg.class, WORD, operation),
            Semantics.binary(ModifyMemReg.class, WORD, operation),
            Semantics.binary(ModifyRmReg.class, DWORD, operation),
            Semantics.binary(ModifyMemReg.class, DWORD, operation))
        .writes("C")
        .undefined("OSAP")
        .lockable();
    t.op("0F BA /" + group + " ib", name + " Ev,Ib")
        .all(
            Semantics.binary(ModifyRmImm.class, WORD, operation),
            Semantics.binary(ModifyMemImm.class, WORD, operation),
            Semantics.binary(ModifyRmImm.class, DWORD, operation),
            Semantics.binary(ModifyMemImm.class, DWORD, operation))
        .writes("C")
        .undefined("OSAP")
        .lockable();
  }

  private static void scan(FormTable t, String encoding, String text, Binary operation) {
    t.op(encoding, text)
        .all(
            Semantics.binary(Operands.RegRm.class, WORD, operation),
            Semantics.binary(Operands.RegMem.class, WORD, operation),
            Semantics.binary(Operands.RegRm.class, DWORD, operation),
            Semantics.binary(Operands.RegMem.class, DWORD, operation))
        .writes("Z")
        .undefined("OSAPC");
  }

  // ---- semantics; bit numbers are already reduced to the operand's width ----

  /** Sets CF, keeps the rest. */
  static void setCarry(Cpu c, int carry) {
    c.flagCarries = Alu.keepCarry(c.flagCarries, carry << 31);
  }

  private static int set(Cpu c, int a, int bit) {
    setCarry(c, a >>> bit);
    return a | 1 << bit;
  }

  private static int reset(Cpu c, int a, int bit) {
    setCarry(c, a >>> bit);
    return a & ~(1 << bit);
  }

  private static int complement(Cpu c, int a, int bit) {
    setCarry(c, a >>> bit);
    return a ^ 1 << bit;
  }

  private static int scanForward(Cpu c, int old, int a) {
    c.flagResult = a;
    c.flagSignParity = a;
    c.flagCarries = 0;
    return a == 0 ? old : Integer.numberOfTrailingZeros(a);
  }

  private static int scanReverse(Cpu c, int old, int a) {
    c.flagResult = a;
    c.flagSignParity = a;
    c.flagCarries = 0;
    return a == 0 ? old : 31 - Integer.numberOfLeadingZeros(a);
  }

  /**
   * The word or doubleword of a bit string a signed bit number lies in, as an offset in the
   * segment.
   */
  private static int element(Cpu c, Insn i, Width w, int bit) {
    int elements = w.unit() == Size.WORD ? (short) bit >> 4 << 1 : bit >> 5 << 2;
    return c.offset(i) + elements & i.addressMask;
  }

  private static int inElement(Width w, int bit) {
    return bit & 8 * w.size() - 1;
  }

  // ---- templates ----

  public static final class TestRmReg extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      setCarry(c, W.register(c, i.rm) >>> inElement(W, c.gpr[i.reg]));
    }
  }

  public static final class TestMemReg extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int bit = c.gpr[i.reg];
      int value = W.load(c, c.forRead(i.seg, element(c, i, W, bit), W.size()));
      setCarry(c, value >>> inElement(W, bit));
    }
  }

  public static final class TestRmImm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      setCarry(c, W.register(c, i.rm) >>> inElement(W, i.imm));
    }
  }

  public static final class TestMemImm extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      setCarry(c, W.read(c, i) >>> inElement(W, i.imm));
    }
  }

  public static final class ModifyRmReg extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), inElement(W, c.gpr[i.reg])));
    }
  }

  public static final class ModifyMemReg extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int bit = c.gpr[i.reg];
      int linear = c.forUpdate(i.seg, element(c, i, W, bit), W.size());
      W.store(c, linear, OP.apply(c, W.load(c, linear), inElement(W, bit)));
    }
  }

  public static final class ModifyRmImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), inElement(W, i.imm)));
    }
  }

  public static final class ModifyMemImm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      W.store(c, linear, OP.apply(c, W.load(c, linear), inElement(W, i.imm)));
    }
  }

  private static final Handler SWAP_32 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.gpr[i.rm] = Integer.reverseBytes(c.gpr[i.rm]);
        }
      };

  /** Undefined by the manual; processors clear the word. */
  private static final Handler SWAP_16 =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg16(i.rm, 0);
        }
      };
}
