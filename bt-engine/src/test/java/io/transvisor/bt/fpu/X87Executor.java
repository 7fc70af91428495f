package io.transvisor.bt.fpu;

import io.transvisor.bt.fpu.X87Vectors.Value;
import io.transvisor.core.cpu.FpuState;

/** Executes one x87 instruction on a bare register file, its memory operand given as a value. */
final class X87Executor {
  /** Memory operand after the instruction. */
  Value memory;

  /** Low byte of EFLAGS where the instruction sets it. */
  int flags;

  private final FpuState f;

  X87Executor(FpuState f) {
    this.f = f;
  }

  void execute(int opcode, int modrm, Value operand) {
    memory = operand;
    int reg = modrm >>> 3 & 7;
    if (modrm < 0xC0) {
      memoryForm(opcode, reg);
    } else {
      registerForm(opcode, modrm, reg, modrm & 7);
    }
  }

  private void registerForm(int opcode, int modrm, int reg, int i) {
    switch (opcode) {
      case 0xD8, 0xDC, 0xDE -> {
        if (modrm == 0xD9 && opcode == 0xDE) {
          X87Arithmetic.compare(f, 1, false, 2);
        } else if (reg == 2 || reg == 3) {
          X87Arithmetic.compare(f, i, false, reg - 2);
        } else {
          X87Arithmetic.registers(f, reg, i, opcode == 0xD8 ? 0 : i, opcode == 0xDE);
        }
      }
      case 0xD9 -> {
        switch (reg) {
          case 0 -> X87Transfers.loadRegister(f, i);
          case 1 -> X87Transfers.exchange(f, i);
          case 2 -> {}
          default -> function(modrm);
        }
      }
      case 0xDA -> X87Arithmetic.compare(f, 1, true, 2);
      case 0xDB, 0xDF -> {
        int result = X87Arithmetic.compareToFlags(f, i, reg == 5, opcode == 0xDF);
        if (result != X87Arithmetic.KEEP_FLAGS) {
          flags = result;
        }
      }
      case 0xDD -> {
        switch (reg) {
          case 0 -> X87Transfers.free(f, i, false);
          case 2 -> X87Transfers.storeRegister(f, i, false);
          case 3 -> X87Transfers.storeRegister(f, i, true);
          case 4 -> X87Arithmetic.compare(f, i, true, 0);
          default -> X87Arithmetic.compare(f, i, true, 1);
        }
      }
      default -> throw new IllegalArgumentException("%02X".formatted(opcode));
    }
  }

  private void function(int modrm) {
    switch (modrm) {
      case 0xE0 -> X87Functions.changeSign(f);
      case 0xE1 -> X87Functions.absolute(f);
      case 0xE4 -> X87Arithmetic.test(f);
      case 0xE5 -> X87Arithmetic.examine(f);
      case 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE -> X87Transfers.loadConstant(f, modrm - 0xE8);
      case 0xF0 -> X87Functions.powerMinusOne(f);
      case 0xF1 -> X87Functions.logarithm(f);
      case 0xF2 -> X87Functions.tangent(f);
      case 0xF3 -> X87Functions.arctangent(f);
      case 0xF4 -> X87Functions.extract(f);
      case 0xF5 -> X87Functions.remainder(f, true);
      case 0xF6 -> X87Transfers.rotate(f, -1);
      case 0xF7 -> X87Transfers.rotate(f, 1);
      case 0xF8 -> X87Functions.remainder(f, false);
      case 0xF9 -> X87Functions.logarithmPlusOne(f);
      case 0xFA -> X87Functions.squareRoot(f);
      case 0xFB -> X87Functions.sineAndCosine(f);
      case 0xFC -> X87Functions.roundToInteger(f);
      case 0xFD -> X87Functions.scale(f);
      case 0xFE -> X87Functions.sine(f);
      case 0xFF -> X87Functions.cosine(f);
      default -> throw new IllegalArgumentException("D9 %02X".formatted(modrm));
    }
  }

  private void memoryForm(int opcode, int reg) {
    long bits = memory.significand();
    switch (opcode) {
      case 0xD8 -> X87Arithmetic.single(f, reg, (int) bits);
      case 0xDA -> X87Arithmetic.integer(f, reg, (int) bits);
      case 0xDC -> X87Arithmetic.doublePrecision(f, reg, bits);
      case 0xDE -> X87Arithmetic.integer(f, reg, (short) bits);
      default -> transfer(opcode << 4 | reg, bits);
    }
  }

  private void transfer(int form, long bits) {
    switch (form) {
      case 0xD90 -> X87Transfers.loadSingle(f, (int) bits);
      case 0xD92, 0xD93 -> store(X87Transfers.toSingle(f), 0xFFFFFFFFL, form == 0xD93);
      case 0xDB0 -> X87Transfers.loadInteger(f, (int) bits);
      case 0xDB2, 0xDB3 -> store(X87Transfers.toInt32(f), 0xFFFFFFFFL, form == 0xDB3);
      case 0xDB5 -> X87Transfers.loadExtended(f, bits, memory.signExponent());
      case 0xDB7 -> {
        X87Transfers.toExtended(f);
        storeResult();
      }
      case 0xDD0 -> X87Transfers.loadDouble(f, bits);
      case 0xDD2, 0xDD3 -> store(X87Transfers.toDouble(f), -1, form == 0xDD3);
      case 0xDF0 -> X87Transfers.loadInteger(f, (short) bits);
      case 0xDF2, 0xDF3 -> store(X87Transfers.toInt16(f), 0xFFFF, form == 0xDF3);
      case 0xDF4 -> X87Transfers.loadPacked(f, bits, memory.signExponent());
      case 0xDF5 -> X87Transfers.loadInteger(f, bits);
      case 0xDF6 -> {
        X87Transfers.toPacked(f);
        storeResult();
      }
      case 0xDF7 -> store(X87Transfers.toInt64(f), -1, true);
      default -> throw new IllegalArgumentException("%03X".formatted(form));
    }
  }

  private void store(long value, long mask, boolean pop) {
    if (X87Transfers.mayStore(f)) {
      memory = new Value(memory.significand() & ~mask | value & mask, memory.signExponent());
    }
    X87Transfers.commitStore(f, pop);
  }

  private void storeResult() {
    if (X87Transfers.mayStore(f)) {
      memory = new Value(f.resultSignificand, f.resultSignExponent);
    }
    X87Transfers.commitStore(f, true);
  }
}
