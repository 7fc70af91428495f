package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Condition;
import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import io.transvisor.core.cpu.CpuModel;
import java.lang.invoke.MethodHandles;

/**
 * The sixteen conditions (SDM volume 2, appendix B, "condition test field") and the instructions
 * SETcc and CMOVcc.
 */
public final class Conditions {
  /** Suffixes of mnemonics by condition code. */
  static final String[] NAMES = {
    "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"
  };

  /** Flags a condition reads, by its code without the lowest bit. */
  static final String[] FLAGS = {"O", "C", "Z", "CZ", "S", "P", "SO", "SOZ"};

  static final Condition[] TESTS = {
    Conditions::overflow,
    Conditions::notOverflow,
    Conditions::below,
    Conditions::aboveOrEqual,
    Conditions::equal,
    Conditions::notEqual,
    Conditions::belowOrEqual,
    Conditions::above,
    Conditions::sign,
    Conditions::notSign,
    Conditions::parity,
    Conditions::notParity,
    Conditions::less,
    Conditions::greaterOrEqual,
    Conditions::lessOrEqual,
    Conditions::greater
  };

  private Conditions() {}

  static void define(FormTable t) {
    for (int n = 0; n < 16; n++) {
      Condition condition = TESTS[n];
      t.op("0F %02X /r".formatted(0x90 + n), "set" + NAMES[n] + " Eb")
          .rm(
              Semantics.condition(SetRm.class, BYTE, condition),
              Semantics.condition(SetMem.class, BYTE, condition))
          .reads(FLAGS[n >> 1]);
      t.op("0F %02X /r".formatted(0x40 + n), "cmov" + NAMES[n] + " Gv,Ev")
          .all(
              Semantics.condition(MoveRegRm.class, WORD, condition),
              Semantics.condition(MoveRegMem.class, WORD, condition),
              Semantics.condition(MoveRegRm.class, DWORD, condition),
              Semantics.condition(MoveRegMem.class, DWORD, condition))
          .requires(CpuModel.CMOV)
          .reads(FLAGS[n >> 1]);
    }
  }

  // ---- the conditions ----

  public static boolean overflow(Cpu c) {
    return (c.flagCarries ^ c.flagCarries << 1) < 0;
  }

  public static boolean notOverflow(Cpu c) {
    return (c.flagCarries ^ c.flagCarries << 1) >= 0;
  }

  public static boolean below(Cpu c) {
    return c.flagCarries < 0;
  }

  public static boolean aboveOrEqual(Cpu c) {
    return c.flagCarries >= 0;
  }

  public static boolean equal(Cpu c) {
    return c.flagResult == 0;
  }

  public static boolean notEqual(Cpu c) {
    return c.flagResult != 0;
  }

  public static boolean belowOrEqual(Cpu c) {
    return c.flagCarries < 0 || c.flagResult == 0;
  }

  public static boolean above(Cpu c) {
    return c.flagCarries >= 0 && c.flagResult != 0;
  }

  public static boolean sign(Cpu c) {
    return c.flagSignParity < 0;
  }

  public static boolean notSign(Cpu c) {
    return c.flagSignParity >= 0;
  }

  public static boolean parity(Cpu c) {
    return (Integer.bitCount(c.flagSignParity & 0xFF) & 1) == 0;
  }

  public static boolean notParity(Cpu c) {
    return (Integer.bitCount(c.flagSignParity & 0xFF) & 1) != 0;
  }

  public static boolean less(Cpu c) {
    return (c.flagSignParity ^ c.flagCarries ^ c.flagCarries << 1) < 0;
  }

  public static boolean greaterOrEqual(Cpu c) {
    return (c.flagSignParity ^ c.flagCarries ^ c.flagCarries << 1) >= 0;
  }

  public static boolean lessOrEqual(Cpu c) {
    return less(c) || c.flagResult == 0;
  }

  public static boolean greater(Cpu c) {
    return greaterOrEqual(c) && c.flagResult != 0;
  }

  // ---- templates ----

  public static final class SetRm extends RegisterHandler {
    private static final Condition CONDITION =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      c.setReg8(i.rm, CONDITION.test(c) ? 1 : 0);
    }
  }

  public static final class SetMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Condition CONDITION = SIZED.operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.write(c, i, CONDITION.test(c) ? 1 : 0);
    }
  }

  public static final class MoveRegRm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Condition CONDITION = SIZED.operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      if (CONDITION.test(c)) {
        W.setRegister(c, i.reg, W.register(c, i.rm));
      }
    }
  }

  /** The source is read, and may fault, whatever the condition says. */
  public static final class MoveRegMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Condition CONDITION = SIZED.operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int value = W.read(c, i);
      if (CONDITION.test(c)) {
        W.setRegister(c, i.reg, value);
      }
    }
  }
}
