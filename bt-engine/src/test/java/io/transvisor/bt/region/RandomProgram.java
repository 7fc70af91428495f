package io.transvisor.bt.region;

import io.transvisor.bt.interp.FlatMachine;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Random 32-bit code for {@link FlatMachine}: instructions of all families over a few registers and
 * a window of memory, with loops, calls, stores into the code, and bytes that mean nothing. ESI and
 * EBP stay pointers to data, so that most accesses find memory.
 */
final class RandomProgram {
  static final int START = FlatMachine.CODE + 0x100;
  private static final int SIZE = 700;
  private static final int[] TARGETS = {0, 1, 2, 3, 7};

  private final RandomGenerator random;
  private final byte[] code = new byte[SIZE + 16];
  private int at;

  RandomProgram(RandomGenerator random) {
    this.random = random;
  }

  byte[] generate() {
    boolean wild = random.nextInt(8) == 0;
    while (at < SIZE) {
      if (wild && random.nextInt(6) == 0) {
        emit(random.nextInt(256));
      } else {
        instruction();
      }
    }
    // Back to the start.
    emit(0xE9);
    emit32(-(at + 4));
    return Arrays.copyOf(code, at);
  }

  private void emit(int... bytes) {
    for (int b : bytes) {
      if (at < code.length) {
        code[at++] = (byte) b;
      }
    }
  }

  private void emit32(int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }

  private int register() {
    return TARGETS[random.nextInt(TARGETS.length)];
  }

  private int byteRegister() {
    return random.nextInt(8);
  }

  /** A ModRM byte and what follows: a register or memory near ESI or EBP. */
  private void modRm(int reg, boolean memoryOnly, boolean bytes) {
    if (!memoryOnly && random.nextInt(3) > 0) {
      emit(0xC0 | reg << 3 | (bytes ? byteRegister() : register()));
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> emit(0x46 | reg << 3, random.nextInt(128));
      case 1 -> emit(0x45 | reg << 3, random.nextInt(256));
      case 2 -> {
        emit(0x05 | reg << 3);
        emit32(FlatMachine.DATA + random.nextInt(0x2000));
      }
      case 3 -> {
        // [esi + ecx*scale + disp], ecx is anything
        emit(0x44 | reg << 3, random.nextInt(4) << 6 | 1 << 3 | 6, random.nextInt(256));
      }
      default -> {
        emit(0x86 | reg << 3);
        emit32(random.nextInt(0x1800));
      }
    }
  }

  private void prefix16() {
    if (random.nextInt(5) == 0) {
      emit(0x66);
    }
  }

  private void instruction() {
    switch (random.nextInt(30)) {
      case 0, 1, 2, 3 -> {
        int operation = random.nextInt(8) << 3;
        int form = random.nextInt(4);
        prefix16();
        emit(operation | form);
        boolean bytes = (form & 1) == 0;
        modRm(bytes ? byteRegister() : register(), false, bytes);
      }
      case 4, 5 -> {
        int opcode = 0x80 + random.nextInt(4);
        boolean wide = opcode == 0x81;
        boolean small = wide && random.nextInt(4) == 0;
        if (small) {
          emit(0x66);
        }
        emit(opcode);
        modRm(random.nextInt(8), false, opcode == 0x80 || opcode == 0x82);
        if (!wide) {
          emit(random.nextInt(256));
        } else if (small) {
          emit(random.nextInt(256), random.nextInt(256));
        } else {
          emit32(random.nextInt());
        }
      }
      case 6 -> {
        prefix16();
        emit(0x40 + random.nextInt(2) * 8 + register());
      }
      case 7 -> {
        boolean bytes = random.nextBoolean();
        if (!bytes) {
          prefix16();
        }
        emit(bytes ? 0xF6 : 0xF7);
        modRm(2 + random.nextInt(random.nextInt(4) == 0 ? 6 : 4), false, bytes);
      }
      case 8, 9 -> {
        boolean bytes = random.nextBoolean();
        int kind = random.nextInt(3);
        if (!bytes) {
          prefix16();
        }
        emit((kind == 0 ? 0xC0 : kind == 1 ? 0xD0 : 0xD2) | (bytes ? 0 : 1));
        modRm(random.nextInt(8), false, bytes);
        if (kind == 0) {
          emit(random.nextInt(36));
        }
      }
      case 10 -> {
        prefix16();
        int which = random.nextInt(4);
        emit(0x0F, new int[] {0xA4, 0xA5, 0xAC, 0xAD}[which]);
        modRm(register(), false, false);
        if ((which & 1) == 0) {
          emit(random.nextInt(36));
        }
      }
      case 11 -> {
        prefix16();
        emit(0x0F, 0xBA);
        modRm(4 + random.nextInt(4), false, false);
        emit(random.nextInt(64));
      }
      case 12 -> {
        prefix16();
        int[] opcodes = {0xA3, 0xAB, 0xB3, 0xBB, 0xBC, 0xBD, 0xAF, 0xC1, 0xB1};
        emit(0x0F, opcodes[random.nextInt(opcodes.length)]);
        modRm(register(), false, false);
      }
      case 13, 14 -> {
        int form = random.nextInt(4);
        prefix16();
        emit(0x88 | form);
        boolean bytes = (form & 1) == 0;
        modRm(bytes ? byteRegister() : register(), false, bytes);
      }
      case 15 -> {
        prefix16();
        int[] opcodes = {0xB6, 0xB7, 0xBE, 0xBF};
        int opcode = opcodes[random.nextInt(4)];
        emit(0x0F, opcode);
        modRm(register(), false, (opcode & 1) == 0);
      }
      case 16 -> {
        emit(0x8D);
        modRm(register(), true, false);
      }
      case 17 -> {
        int opcode = 0x86 + random.nextInt(2);
        emit(opcode);
        modRm(opcode == 0x86 ? byteRegister() : register(), false, opcode == 0x86);
      }
      case 18 -> {
        emit(0x0F, 0x90 + random.nextInt(16));
        modRm(0, false, true);
      }
      case 19 -> {
        prefix16();
        emit(0x0F, 0x40 + random.nextInt(16));
        modRm(register(), false, false);
      }
      case 20 -> {
        prefix16();
        emit((random.nextBoolean() ? 0x50 : 0x58) + register());
      }
      case 21 -> {
        if (random.nextBoolean()) {
          emit(0x6A, random.nextInt(256));
        } else {
          emit(0xFF);
          modRm(6, true, false);
        }
      }
      case 22 -> {
        int[] single = {
          0x98, 0x99, 0x9E, 0x9F, 0xF8, 0xF9, 0xF5, 0xFC, 0x9C, 0x90, 0xD6, 0x27, 0x2F, 0x37, 0x3F
        };
        emit(single[random.nextInt(single.length)]);
      }
      case 23, 24 ->
          emit(0x70 + random.nextInt(16), random.nextInt(40) - (random.nextInt(3) == 0 ? 40 : 0));
      case 25 -> {
        emit(0x0F, 0x80 + random.nextInt(16));
        emit32(random.nextInt(60));
      }
      case 26 -> {
        // A call of what follows after a jump over it.
        emit(0xE8);
        emit32(random.nextInt(20));
        if (random.nextInt(3) == 0) {
          emit(0xC3);
        }
      }
      case 27 -> emit(0xE0 + random.nextInt(4), random.nextInt(12) - (random.nextInt(2) * 14));
      case 28 -> {
        if (random.nextInt(4) == 0) {
          // A store into the code.
          emit(0xC6, 0x05);
          emit32(START + random.nextInt(SIZE));
          emit(random.nextInt(256));
        } else {
          emit(0xC1, 0xE1, 0x14, 0xC1, 0xE9, 0x14);
        }
      }
      default -> {
        int[] strings = {0xA4, 0xA5, 0xAA, 0xAB, 0xAC, 0xAE, 0xA6};
        if (random.nextInt(3) == 0) {
          emit(0x83, 0xE1, 0x1F, 0xF3);
        }
        // EDI may be anything, ESI must come back.
        emit(0x56);
        emit(strings[random.nextInt(strings.length)]);
        emit(0x5E);
      }
    }
  }
}
