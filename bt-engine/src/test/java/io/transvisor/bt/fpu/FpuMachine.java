package io.transvisor.bt.fpu;

import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.mmu.Mmu;

/**
 * A CPU with 1 MB of memory in flat protected mode, whose instructions are executed one at a time.
 */
public final class FpuMachine {
  /** Where EDI points. */
  public static final int OPERAND = 0x1000;

  /** EIP of every instruction. */
  public static final int CODE = 0x2000;

  private static final int MEMORY = 1 << 20;

  public final Cpu cpu;
  public final FpuState fpu;
  private final Decoder decoder;

  FpuMachine() {
    this("pentium2");
  }

  public FpuMachine(String model) {
    PhysicalMemory memory = new PhysicalMemory(MEMORY, 0);
    memory.mapRam("ram", 0, MEMORY, memory.ram(), 0, 0);
    cpu =
        new Cpu(
            new Mmu(memory),
            memory,
            new PortSpace(),
            null,
            new InstructionClock(),
            CpuModel.parse(model));
    decoder = new Decoder(InstructionSet.TABLE, cpu.model);
    fpu = cpu.fpu;
    cpu.cr0 = CpuState.CR0_PE | CpuState.CR0_NE | CpuState.CR0_ET;
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      cpu.segLimit[s] = -1;
      cpu.segAccess[s] =
          CpuState.PRESENT | CpuState.CODE_OR_DATA | CpuState.WRITABLE | CpuState.BIG;
      cpu.selector[s] = 8 + 8 * s;
      cpu.updateSegmentCache(s);
    }
    cpu.segAccess[CpuState.CS] |= CpuState.CODE;
    cpu.updateSegmentCache(CpuState.CS);
    cpu.deriveMode();
    cpu.gpr[CpuState.EDI] = OPERAND;
    cpu.eip = CODE;
    fpu.initialize();
  }

  public Insn decode(int... bytes) {
    byte[] code = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      code[i] = (byte) bytes[i];
    }
    return decoder.decode(code, 0, code.length, cpu.isCode32(), 0);
  }

  public FpuMachine execute(int... bytes) {
    return execute(decode(bytes));
  }

  public FpuMachine execute(Insn insn) {
    insn.handler.execute(cpu, insn);
    return this;
  }

  /** Limits the data segment, so that accesses above {@code last} fault. */
  public void limitData(int last) {
    cpu.segLimit[CpuState.DS] = last;
    cpu.updateSegmentCache(CpuState.DS);
  }

  public void put(int address, long value) {
    cpu.storeQ(address, value);
  }

  public long get(int address) {
    return cpu.loadQ(address);
  }

  public int getDword(int address) {
    return cpu.loadD(address);
  }

  int getWord(int address) {
    return cpu.loadW(address);
  }

  double st(int i) {
    FpuState f = new FpuState();
    f.initialize();
    int register = X87Stack.physical(fpu, i);
    long bits = BinaryFormats.toDouble(f, fpu.significand[register], fpu.signExponent[register]);
    return Double.longBitsToDouble(bits);
  }

  boolean isEmpty(int i) {
    return X87Stack.isEmpty(fpu, i);
  }

  /** Pushes a value. */
  public FpuMachine load(double value) {
    put(OPERAND, Double.doubleToRawLongBits(value));
    return execute(0xDD, 0x07);
  }
}
