package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Binary;
import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.interp.Semantics.Ternary;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * Rows of the shift group (C0, C1, D0-D3) and of SHLD and SHRD. Rows with a count in CL also count
 * as reading the flags they write, since a count of 0 leaves them; for an immediate count whoever
 * analyses flags must look at the count itself.
 */
final class Shifts {
  private Shifts() {}

  static void define(FormTable t) {
    rotate(t, 0, "rol", "", Shift::rol8, Shift::rol16, Shift::rol32);
    rotate(t, 1, "ror", "", Shift::ror8, Shift::ror16, Shift::ror32);
    rotate(t, 2, "rcl", "C", Shift::rcl8, Shift::rcl16, Shift::rcl32);
    rotate(t, 3, "rcr", "C", Shift::rcr8, Shift::rcr16, Shift::rcr32);
    shift(t, 4, "shl", Shift::shl8, Shift::shl16, Shift::shl32);
    shift(t, 5, "shr", Shift::shr8, Shift::shr16, Shift::shr32);
    // Undocumented alias of /4.
    shift(t, 6, "shl", Shift::shl8, Shift::shl16, Shift::shl32);
    shift(t, 7, "sar", Shift::sar8, Shift::sar16, Shift::sar32);
    doubleShift(t, "0F A4", "0F A5", "shld", Shift::shld16, Shift::shld32);
    doubleShift(t, "0F AC", "0F AD", "shrd", Shift::shrd16, Shift::shrd32);
  }

  private static void rotate(
      FormTable t, int n, String name, String reads, Binary op8, Binary op16, Binary op32) {
    byOne(t, n, name, op8, op16, op32, reads, "OC", "");
    byCl(t, n, name, op8, op16, op32, "OC", "");
    byImmediate(t, n, name, op8, op16, op32, reads, "OC", "");
  }

  private static void shift(FormTable t, int n, String name, Binary op8, Binary op16, Binary op32) {
    byOne(t, n, name, op8, op16, op32, "", "OSZPC", "A");
    byCl(t, n, name, op8, op16, op32, "OSZPC", "A");
    byImmediate(t, n, name, op8, op16, op32, "", "OSZPC", "A");
  }

  private static void byOne(
      FormTable t,
      int n,
      String name,
      Binary op8,
      Binary op16,
      Binary op32,
      String reads,
      String writes,
      String undefined) {
    flags(t.op("D0 /" + n, name + " Eb,1"), reads, writes, undefined)
        .rm(Semantics.binary(RmOne.class, BYTE, op8), Semantics.binary(MemOne.class, BYTE, op8));
    flags(t.op("D1 /" + n, name + " Ev,1"), reads, writes, undefined)
        .all(
            Semantics.binary(RmOne.class, WORD, op16),
            Semantics.binary(MemOne.class, WORD, op16),
            Semantics.binary(RmOne.class, DWORD, op32),
            Semantics.binary(MemOne.class, DWORD, op32));
  }

  private static void byCl(
      FormTable t,
      int n,
      String name,
      Binary op8,
      Binary op16,
      Binary op32,
      String writes,
      String undefined) {
    flags(t.op("D2 /" + n, name + " Eb,CL"), writes + undefined, writes, undefined)
        .rm(Semantics.binary(RmCl.class, BYTE, op8), Semantics.binary(MemCl.class, BYTE, op8));
    flags(t.op("D3 /" + n, name + " Ev,CL"), writes + undefined, writes, undefined)
        .all(
            Semantics.binary(RmCl.class, WORD, op16),
            Semantics.binary(MemCl.class, WORD, op16),
            Semantics.binary(RmCl.class, DWORD, op32),
            Semantics.binary(MemCl.class, DWORD, op32));
  }

  private static void byImmediate(
      FormTable t,
      int n,
      String name,
      Binary op8,
      Binary op16,
      Binary op32,
      String reads,
      String writes,
      String undefined) {
    flags(t.op("C0 /" + n + " ib", name + " Eb,Ib"), reads, writes, undefined)
        .rm(
            Semantics.binary(Operands.RmImm.class, BYTE, op8),
            Semantics.binary(Operands.MemImm.class, BYTE, op8));
    flags(t.op("C1 /" + n + " ib", name + " Ev,Ib"), reads, writes, undefined)
        .all(
            Semantics.binary(Operands.RmImm.class, WORD, op16),
            Semantics.binary(Operands.MemImm.class, WORD, op16),
            Semantics.binary(Operands.RmImm.class, DWORD, op32),
            Semantics.binary(Operands.MemImm.class, DWORD, op32));
  }

  private static void doubleShift(
      FormTable t, String byImmediate, String byCl, String name, Ternary op16, Ternary op32) {
    flags(t.op(byImmediate + " /r ib", name + " Ev,Gv,Ib"), "", "OSZPC", "A")
        .all(
            Semantics.ternary(RmRegImm.class, WORD, op16),
            Semantics.ternary(MemRegImm.class, WORD, op16),
            Semantics.ternary(RmRegImm.class, DWORD, op32),
            Semantics.ternary(MemRegImm.class, DWORD, op32));
    flags(t.op(byCl + " /r", name + " Ev,Gv,CL"), "OSZAPC", "OSZPC", "A")
        .all(
            Semantics.ternary(RmRegCl.class, WORD, op16),
            Semantics.ternary(MemRegCl.class, WORD, op16),
            Semantics.ternary(RmRegCl.class, DWORD, op32),
            Semantics.ternary(MemRegCl.class, DWORD, op32));
  }

  private static Form flags(Form form, String reads, String writes, String undefined) {
    return form.reads(reads).writes(writes).undefined(undefined);
  }

  // ---- templates ----

  public static final class RmOne extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), 1));
    }
  }

  public static final class MemOne extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      W.store(c, linear, OP.apply(c, W.load(c, linear), 1));
    }
  }

  public static final class RmCl extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), c.gpr[Cpu.ECX]));
    }
  }

  public static final class MemCl extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      W.store(c, linear, OP.apply(c, W.load(c, linear), c.gpr[Cpu.ECX]));
    }
  }

  public static final class RmRegImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Ternary OP = SIZED.operation(Ternary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), W.register(c, i.reg), i.imm));
    }
  }

  public static final class MemRegImm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Ternary OP = SIZED.operation(Ternary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      W.store(c, linear, OP.apply(c, W.load(c, linear), W.register(c, i.reg), i.imm));
    }
  }

  public static final class RmRegCl extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Ternary OP = SIZED.operation(Ternary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int count = c.gpr[Cpu.ECX];
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), W.register(c, i.reg), count));
    }
  }

  public static final class MemRegCl extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Ternary OP = SIZED.operation(Ternary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      int count = c.gpr[Cpu.ECX];
      W.store(c, linear, OP.apply(c, W.load(c, linear), W.register(c, i.reg), count));
    }
  }
}
