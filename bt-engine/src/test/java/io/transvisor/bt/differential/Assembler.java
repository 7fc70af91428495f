package io.transvisor.bt.differential;

import io.transvisor.core.cpu.CpuState;
import java.io.ByteArrayOutputStream;
import java.util.random.RandomGenerator;

/**
 * Bytes of one random instruction or a few that belong together: prefixes, ModRM with memory
 * operands that mostly find memory, immediates of the right length.
 */
final class Assembler {
  /** Registers that programs change at random; the others are pointers. */
  private static final int[] TARGETS = {CpuState.EAX, CpuState.ECX, CpuState.EDX, CpuState.EBX};

  private final World world;
  private final RandomGenerator random;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean otherOperand;
  private boolean otherAddress;

  Assembler(World world, RandomGenerator random) {
    this.world = world;
    this.random = random;
  }

  /** Begins anew, and gives what was assembled. */
  byte[] take() {
    byte[] all = bytes.toByteArray();
    bytes.reset();
    otherOperand = false;
    otherAddress = false;
    return all;
  }

  int size() {
    return bytes.size();
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  boolean operand32() {
    return world.kind().code16 == otherOperand;
  }

  private boolean address32() {
    return world.kind().code16 == otherAddress;
  }

  Assembler emit(int... values) {
    for (int b : values) {
      bytes.write(b);
    }
    return this;
  }

  Assembler word(int value) {
    return emit(value & 0xFF, value >> 8 & 0xFF);
  }

  Assembler dword(int value) {
    return word(value).word(value >> 16);
  }

  /** A full immediate or displacement of the operand size. */
  Assembler wide(int value) {
    return operand32() ? dword(value) : word(value);
  }

  int anyOf(int... values) {
    return values[random.nextInt(values.length)];
  }

  int register() {
    return oneIn(12) ? CpuState.EDI : TARGETS[random.nextInt(TARGETS.length)];
  }

  int byteRegister() {
    return random.nextInt(8);
  }

  /** Begins an instruction: perhaps prefixes. */
  Assembler prefixes() {
    otherOperand = false;
    otherAddress = false;
    if (oneIn(5)) {
      otherOperand();
    }
    if (oneIn(10)) {
      emit(0x67);
      otherAddress = true;
    }
    if (oneIn(14)) {
      emit(anyOf(0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65));
    }
    return this;
  }

  /** Begins a branch: perhaps with the other operand size. */
  Assembler prefixesOfBranch() {
    plain();
    return oneIn(12) ? otherOperand() : this;
  }

  /** An instruction without prefixes. */
  Assembler plain() {
    otherOperand = false;
    otherAddress = false;
    return this;
  }

  Assembler otherOperand() {
    emit(0x66);
    otherOperand = true;
    return this;
  }

  /** Begins an instruction with 32-bit operands. */
  Assembler wideOperand() {
    plain();
    return world.kind().code16 ? otherOperand() : this;
  }

  /** ModRM with a register or memory. */
  Assembler modRm(int reg, boolean byteOperand) {
    if (random.nextInt(3) > 0) {
      return emit(0xC0 | reg << 3 | (byteOperand ? byteRegister() : register()));
    }
    return memory(reg);
  }

  Assembler registerOnly(int reg, int rm) {
    return emit(0xC0 | reg << 3 | rm);
  }

  /** ModRM with a memory operand. */
  Assembler memory(int reg) {
    int data = random.nextInt(oneIn(6) ? 0x5000 : 0x2000);
    if (oneIn(8)) {
      // Around the end of a page.
      data = 0xFF9 + random.nextInt(14) + (random.nextInt(4) << 12);
    }
    return address32() ? memory32(reg, data) : memory16(reg, data);
  }

  private Assembler memory32(int reg, int data) {
    return switch (random.nextInt(7)) {
      case 0 -> emit(0x46 | reg << 3, random.nextInt(256));
      case 1 -> emit(0x45 | reg << 3, random.nextInt(256));
      case 2, 3 -> emit(0x05 | reg << 3).dword(world.data(data));
      case 4 ->
          // [esi + ecx * scale + disp], ecx is anything
          emit(0x44 | reg << 3, random.nextInt(4) << 6 | 1 << 3 | 6, random.nextInt(256));
      case 5 -> emit(0x04 | reg << 3, 4 << 3 | anyOf(4, 6, 7));
      default -> emit(0x86 | reg << 3).dword(random.nextInt(0x1800));
    };
  }

  private Assembler memory16(int reg, int data) {
    return switch (random.nextInt(6)) {
      case 0 -> emit(0x44 | reg << 3, random.nextInt(256));
      case 1 -> emit(0x46 | reg << 3, random.nextInt(256));
      case 2, 3 -> emit(0x06 | reg << 3).word(world.data(data));
      case 4 -> emit(random.nextInt(8) | 0x80 | reg << 3).word(random.nextInt(0x1800));
      default -> emit(random.nextInt(8) | 0x40 | reg << 3, random.nextInt(256));
    };
  }

  /** MOV of a constant to a general register, 32 bits. */
  Assembler load(int register, int value) {
    return wideOperand().emit(0xB8 + register).dword(value);
  }

  /** ModRM with a linear address, if the data segment reaches there. */
  Assembler absolute(int reg, int linear) {
    int offset = world.dataOf(linear);
    return world.kind().code16
        ? emit(0x06 | reg << 3).word(offset)
        : emit(0x05 | reg << 3).dword(offset);
  }

  /** MOV of a constant to memory at a linear address, 1 or 4 bytes, if the data segment reaches. */
  Assembler store(int linear, int size, int value) {
    wideOperand();
    emit(size == 1 ? 0xC6 : 0xC7).absolute(0, linear);
    return size == 1 ? emit(value & 0xFF) : dword(value);
  }

  /** A branch's relative target. */
  Assembler relative(int distance) {
    return wide(distance);
  }
}
