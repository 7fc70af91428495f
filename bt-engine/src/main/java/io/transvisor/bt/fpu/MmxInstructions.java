package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.invoke.MethodHandles;

/**
 * Rows of the instruction table for MMX, and their handler templates; see {@link Specializer}.
 * Every MMX instruction but EMMS makes all x87 registers in use and TOP 0, and writing a register
 * fills its sign and exponent with ones (Intel SDM volume 3, 12.2).
 */
public final class MmxInstructions {
  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());

  /** Sign and exponent of an x87 register that MMX has written. */
  public static final int ONES = 0xFFFF;

  private MmxInstructions() {}

  /** Destination = operation(destination, source). */
  @FunctionalInterface
  interface Operation {
    long apply(long a, long b);
  }

  /** Adds the rows to the table. */
  public static void define(FormTable t) {
    narrow(t, "60", "punpcklbw", Mmx::punpcklbw);
    narrow(t, "61", "punpcklwd", Mmx::punpcklwd);
    narrow(t, "62", "punpckldq", Mmx::punpckldq);
    row(t, "63", "packsswb", Mmx::packsswb);
    row(t, "64", "pcmpgtb", Mmx::pcmpgtb);
    row(t, "65", "pcmpgtw", Mmx::pcmpgtw);
    row(t, "66", "pcmpgtd", Mmx::pcmpgtd);
    row(t, "67", "packuswb", Mmx::packuswb);
    row(t, "68", "punpckhbw", Mmx::punpckhbw);
    row(t, "69", "punpckhwd", Mmx::punpckhwd);
    row(t, "6A", "punpckhdq", Mmx::punpckhdq);
    row(t, "6B", "packssdw", Mmx::packssdw);
    row(t, "74", "pcmpeqb", Mmx::pcmpeqb);
    row(t, "75", "pcmpeqw", Mmx::pcmpeqw);
    row(t, "76", "pcmpeqd", Mmx::pcmpeqd);
    row(t, "D5", "pmullw", Mmx::pmullw);
    row(t, "D8", "psubusb", Mmx::psubusb);
    row(t, "D9", "psubusw", Mmx::psubusw);
    row(t, "DB", "pand", Mmx::pand);
    row(t, "DC", "paddusb", Mmx::paddusb);
    row(t, "DD", "paddusw", Mmx::paddusw);
    row(t, "DF", "pandn", Mmx::pandn);
    row(t, "E5", "pmulhw", Mmx::pmulhw);
    row(t, "E8", "psubsb", Mmx::psubsb);
    row(t, "E9", "psubsw", Mmx::psubsw);
    row(t, "EB", "por", Mmx::por);
    row(t, "EC", "paddsb", Mmx::paddsb);
    row(t, "ED", "paddsw", Mmx::paddsw);
    row(t, "EF", "pxor", Mmx::pxor);
    row(t, "F5", "pmaddwd", Mmx::pmaddwd);
    row(t, "F8", "psubb", Mmx::psubb);
    row(t, "F9", "psubw", Mmx::psubw);
    row(t, "FA", "psubd", Mmx::psubd);
    row(t, "FC", "paddb", Mmx::paddb);
    row(t, "FD", "paddw", Mmx::paddw);
    row(t, "FE", "paddd", Mmx::paddd);
    shift(t, "D1", "71 /2", "psrlw", Mmx::psrlw);
    shift(t, "D2", "72 /2", "psrld", Mmx::psrld);
    shift(t, "D3", "73 /2", "psrlq", Mmx::psrlq);
    shift(t, "E1", "71 /4", "psraw", Mmx::psraw);
    shift(t, "E2", "72 /4", "psrad", Mmx::psrad);
    shift(t, "F1", "71 /6", "psllw", Mmx::psllw);
    shift(t, "F2", "72 /6", "pslld", Mmx::pslld);
    shift(t, "F3", "73 /6", "psllq", Mmx::psllq);
    t.op("NP 0F 6E /r", "movd Pq,Ed")
        .rm(MOVE_FROM_REGISTER, MOVE_FROM_DWORD)
        .requires(CpuModel.MMX);
    t.op("NP 0F 7E /r", "movd Ed,Pq").rm(MOVE_TO_REGISTER, MOVE_TO_DWORD).requires(CpuModel.MMX);
    t.op("NP 0F 6F /r", "movq Pq,Qq")
        .rm(make(Register.class, (a, b) -> b), make(Memory.class, (a, b) -> b))
        .requires(CpuModel.MMX);
    t.op("NP 0F 7F /r", "movq Qq,Pq").rm(STORE_REGISTER, STORE).requires(CpuModel.MMX);
    t.op("NP 0F 77", "emms").any(EMMS).requires(CpuModel.MMX);
    defineExtensions(t);
  }

  /** What came with SSE and SSE2. */
  private static void defineExtensions(FormTable t) {
    int sse = CpuModel.SSE | CpuModel.MMX;
    int sse2 = CpuModel.SSE2 | CpuModel.MMX;
    row(t, "DA", "pminub", sse, MmxExtensions::pminub);
    row(t, "DE", "pmaxub", sse, MmxExtensions::pmaxub);
    row(t, "E0", "pavgb", sse, MmxExtensions::pavgb);
    row(t, "E3", "pavgw", sse, MmxExtensions::pavgw);
    row(t, "E4", "pmulhuw", sse, MmxExtensions::pmulhuw);
    row(t, "EA", "pminsw", sse, MmxExtensions::pminsw);
    row(t, "EE", "pmaxsw", sse, MmxExtensions::pmaxsw);
    row(t, "F6", "psadbw", sse, MmxExtensions::psadbw);
    row(t, "D4", "paddq", sse2, MmxExtensions::paddq);
    row(t, "F4", "pmuludq", sse2, MmxExtensions::pmuludq);
    row(t, "FB", "psubq", sse2, MmxExtensions::psubq);
    t.op("NP 0F 70 /r ib", "pshufw Pq,Qq,Ib").any(SHUFFLE).requires(sse);
    t.op("NP 0F C4 /r ib", "pinsrw Pq,Ew,Ib").any(INSERT_WORD).requires(sse);
    t.op("NP 0F C5 /r:r ib", "pextrw Gd,Nq,Ib").any(EXTRACT_WORD).requires(sse);
    t.op("NP 0F D7 /r:r", "pmovmskb Gd,Nq").any(MOVE_SIGNS).requires(sse);
    t.op("NP 0F E7 /r:m", "movntq Mq,Pq").any(STORE).requires(sse);
    t.op("NP 0F F7 /r:r", "maskmovq Pq,Nq").any(STORE_SELECTED).requires(sse);
  }

  private static void row(FormTable t, String opcode, String name, Operation op) {
    row(t, opcode, name, CpuModel.MMX, op);
  }

  private static void row(FormTable t, String opcode, String name, int features, Operation op) {
    t.op("NP 0F " + opcode + " /r", name + " Pq,Qq")
        .rm(make(Register.class, op), make(Memory.class, op))
        .requires(features);
  }

  /** Reads only 32 bits of a memory operand. */
  private static void narrow(FormTable t, String opcode, String name, Operation op) {
    t.op("NP 0F " + opcode + " /r", name + " Pq,Qd")
        .rm(make(Register.class, op), make(NarrowMemory.class, op))
        .requires(CpuModel.MMX);
  }

  private static void shift(
      FormTable t, String opcode, String immediate, String name, Operation op) {
    row(t, opcode, name, op);
    t.op("NP 0F " + immediate + ":r ib", name + " Nq,Ib")
        .any(make(Immediate.class, op))
        .requires(CpuModel.MMX);
  }

  private static Handler make(Class<? extends Handler> template, Operation op) {
    return SPECIALIZER.make(template, op);
  }

  /** What must hold before an MMX instruction. */
  public static void begin(Cpu c) {
    if ((c.cr0 & (CpuState.CR0_EM | CpuState.CR0_TS)) != 0) {
      throw (c.cr0 & CpuState.CR0_EM) != 0 ? c.ud() : c.nm();
    }
    if ((c.fpu.status & FpuState.ES) != 0) {
      X87Guard.pending(c);
    }
  }

  /** What every MMX instruction does to the x87 state. */
  public static void use(FpuState f) {
    f.top = 0;
    f.empty = 0;
  }

  /** Writes an MMX register. */
  public static void set(FpuState f, int register, long value) {
    use(f);
    f.significand[register] = value;
    f.signExponent[register] = ONES;
  }

  public static final class Register extends Handler {
    private static final Operation OP =
        Specializer.semantics(MethodHandles.lookup(), Operation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      begin(c);
      long[] mm = c.fpu.significand;
      set(c.fpu, i.reg, OP.apply(mm[i.reg], mm[i.rm]));
    }
  }

  public static final class Memory extends Handler {
    private static final Operation OP =
        Specializer.semantics(MethodHandles.lookup(), Operation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      begin(c);
      long b = c.readQ(i.seg, c.offset(i));
      set(c.fpu, i.reg, OP.apply(c.fpu.significand[i.reg], b));
    }
  }

  public static final class NarrowMemory extends Handler {
    private static final Operation OP =
        Specializer.semantics(MethodHandles.lookup(), Operation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      begin(c);
      long b = c.readD(i) & 0xFFFFFFFFL;
      set(c.fpu, i.reg, OP.apply(c.fpu.significand[i.reg], b));
    }
  }

  public static final class Immediate extends Handler {
    private static final Operation OP =
        Specializer.semantics(MethodHandles.lookup(), Operation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      begin(c);
      set(c.fpu, i.rm, OP.apply(c.fpu.significand[i.rm], i.imm & 0xFF));
    }
  }

  private static final Handler MOVE_FROM_REGISTER =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          set(c.fpu, i.reg, c.gpr[i.rm] & 0xFFFFFFFFL);
        }
      };

  private static final Handler MOVE_FROM_DWORD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          set(c.fpu, i.reg, c.readD(i) & 0xFFFFFFFFL);
        }
      };

  private static final Handler MOVE_TO_REGISTER =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.gpr[i.rm] = (int) c.fpu.significand[i.reg];
          use(c.fpu);
        }
      };

  private static final Handler MOVE_TO_DWORD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.writeD(i, (int) c.fpu.significand[i.reg]);
          use(c.fpu);
        }
      };

  private static final Handler STORE_REGISTER =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          set(c.fpu, i.rm, c.fpu.significand[i.reg]);
        }
      };

  private static final Handler STORE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.writeQ(i.seg, c.offset(i), c.fpu.significand[i.reg]);
          use(c.fpu);
        }
      };

  private static final Handler EMMS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.fpu.empty = 0xFF;
          c.fpu.top = 0;
        }
      };

  private static final Handler SHUFFLE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          long b = i.memory ? c.readQ(i.seg, c.offset(i)) : c.fpu.significand[i.rm];
          set(c.fpu, i.reg, MmxExtensions.pshufw(b, i.imm));
        }
      };

  private static final Handler INSERT_WORD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          int word = i.memory ? c.readW(i) : c.gpr[i.rm];
          set(c.fpu, i.reg, MmxExtensions.pinsrw(c.fpu.significand[i.reg], word, i.imm));
        }
      };

  private static final Handler EXTRACT_WORD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.gpr[i.reg] = MmxExtensions.pextrw(c.fpu.significand[i.rm], i.imm);
          use(c.fpu);
        }
      };

  private static final Handler MOVE_SIGNS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          c.gpr[i.reg] = MmxExtensions.pmovmskb(c.fpu.significand[i.rm]);
          use(c.fpu);
        }
      };

  private static final Handler STORE_SELECTED =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          begin(c);
          long mask = c.fpu.significand[i.rm];
          int offset = c.gpr[CpuState.EDI];
          probeSelected(c, i, offset, mask);
          storeSelected(c, i, offset, c.fpu.significand[i.reg], mask);
          use(c.fpu);
        }
      };

  /** Checks that those of eight bytes can be written whose mask bytes are negative. */
  public static void probeSelected(Cpu c, Insn i, int offset, long mask) {
    for (int n = 0; n < 8; n++) {
      if ((byte) (mask >>> 8 * n) < 0) {
        c.forUpdate(i.seg, offset + n & i.addressMask, 1);
      }
    }
  }

  /** Writes those of eight bytes whose mask bytes are negative. */
  public static void storeSelected(Cpu c, Insn i, int offset, long data, long mask) {
    for (int n = 0; n < 8; n++) {
      if ((byte) (mask >>> 8 * n) < 0) {
        c.writeB(i.seg, offset + n & i.addressMask, (int) (data >>> 8 * n));
      }
    }
  }
}
