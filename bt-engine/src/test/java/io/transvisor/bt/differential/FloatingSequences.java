package io.transvisor.bt.differential;

import java.util.random.RandomGenerator;

/**
 * Instructions of the x87 unit and MMX in a row, as compilers emit them: they keep the register
 * stack in order most of the time, and values are ordinary ones. {@link RandomProgram} mixes them
 * with everything else.
 */
final class FloatingSequences {
  /** Where operands are. */
  private static final int OPERANDS = World.DATA + 0x180;

  private static final int SLOTS = 6;
  private static final int CONTROL = World.DATA + 0x100;

  /** Second opcode bytes of operations on two registers, or a register and memory. */
  private static final int[] PACKED = {
    0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x74, 0x75, 0x76, 0xD1,
    0xD2, 0xD3, 0xD4, 0xD5, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xE0, 0xE1, 0xE2, 0xE3,
    0xE4, 0xE5, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6,
    0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE
  };

  private final Assembler a;
  private final RandomGenerator random;
  private final Runnable add;

  /** The program works with 53 bits of precision, as Windows does. */
  private final boolean narrow;

  private int depth;

  /**
   * @param add takes what was assembled as an instruction
   */
  FloatingSequences(Assembler a, RandomGenerator random, Runnable add) {
    this.a = a;
    this.random = random;
    this.add = add;
    this.narrow = random.nextBoolean();
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  // ---- x87 ----

  /** Some dozen instructions. */
  void x87() {
    if (oneIn(3)) {
      operands();
    }
    if (oneIn(4)) {
      control();
    }
    if (random.nextBoolean()) {
      a.plain().emit(0xDB, 0xE3);
      add.run();
      depth = 0;
      if (narrow) {
        loadControl(0x27F);
      }
    }
    int count = 4 + random.nextInt(20);
    for (int n = 0; n < count; n++) {
      if (oneIn(60)) {
        a.plain().emit(0xD8 + random.nextInt(8), 0xC0 + random.nextInt(64));
      } else if (depth == 0 || depth < 4 && oneIn(3)) {
        push();
      } else {
        operate();
      }
      add.run();
    }
    while (depth > 0 && random.nextInt(8) > 0) {
      a.plain().emit(0xDD, 0xD8);
      add.run();
      depth--;
    }
  }

  /** Values that are ordinary, or at the border to those that are not. */
  private void operands() {
    for (int n = 0; n < SLOTS; n++) {
      boolean round = random.nextBoolean();
      a.store(OPERANDS + 8 * n, 4, round ? 0 : random.nextInt());
      add.run();
      int exponent = a.anyOf(0x3FF, 0x3FF, 0x400, 0x3FE, 0x3F0 + random.nextInt(32), 0x43F, 0);
      if (oneIn(20)) {
        exponent = a.anyOf(0x7FF, 1, 0x7FE, 0x5FF);
      }
      int fraction = round ? random.nextInt(16) << 16 : random.nextInt(1 << 20);
      a.store(OPERANDS + 8 * n + 4, 4, random.nextInt(2) << 31 | exponent << 20 | fraction);
      add.run();
    }
  }

  /** Precision and rounding, seldom with exceptions unmasked. */
  private void control() {
    int masks = oneIn(5) ? random.nextInt(64) : 0x3F;
    int rounding = oneIn(3) ? random.nextInt(4) : 0;
    int precision = narrow ? 2 : a.anyOf(0, 2, 3, 3, 3);
    loadControl(masks | 0x40 | precision << 8 | rounding << 10);
  }

  private void loadControl(int word) {
    a.store(CONTROL, 4, word);
    add.run();
    a.plain().emit(0xD9).absolute(5, CONTROL);
    add.run();
  }

  private void memory(int opcode, int reg) {
    a.plain().emit(opcode);
    if (oneIn(12)) {
      a.memory(reg);
    } else {
      a.absolute(reg, OPERANDS + 8 * random.nextInt(SLOTS) + (oneIn(9) ? random.nextInt(8) : 0));
    }
  }

  private void push() {
    depth++;
    switch (random.nextInt(8)) {
      case 0 -> memory(0xD9, 0);
      case 1, 2, 3 -> memory(0xDD, 0);
      case 4 -> memory(a.anyOf(0xDB, 0xDF), 0);
      case 5 -> memory(a.anyOf(0xDB, 0xDF), 5);
      case 6 -> a.plain().emit(0xD9, a.anyOf(0xE8, 0xEE, 0xEE, 0xE8 + random.nextInt(7)));
      default -> a.plain().emit(0xD9, 0xC0 + random.nextInt(Math.max(1, depth - 1)));
    }
  }

  private int inUse() {
    return random.nextInt(Math.max(1, depth + (oneIn(40) ? 1 : 0))) & 7;
  }

  private void pop() {
    depth = Math.max(0, depth - 1);
  }

  private void operate() {
    int arithmetic = a.anyOf(0, 0, 1, 1, 4, 4, 5, 6, 7);
    switch (random.nextInt(16)) {
      case 0, 1 -> a.plain().emit(0xD8, 0xC0 | arithmetic << 3 | inUse());
      case 2 -> a.plain().emit(0xDC, 0xC0 | arithmetic << 3 | inUse());
      case 3, 4 -> {
        a.plain().emit(0xDE, 0xC0 | arithmetic << 3 | (depth > 1 ? 1 : inUse()));
        pop();
      }
      case 5, 6 -> memory(a.anyOf(0xD8, 0xDC, 0xDC, 0xDC, 0xDA, 0xDE), arithmetic);
      case 7, 8 -> a.plain().emit(0xD9, 0xC8 + inUse());
      case 9 -> a.plain().emit(0xD9, a.anyOf(0xE0, 0xE1, 0xD0, 0xFA, 0xFC, 0xE5));
      case 10 -> compare();
      case 11 -> {
        boolean pops = random.nextBoolean();
        a.plain().emit(pops ? 0xDF : 0xDB, 0xE8 + 8 * random.nextInt(2) + inUse());
        if (pops) {
          pop();
        }
        if (oneIn(2)) {
          add.run();
          a.plain().emit(0x72 + random.nextInt(10), 0);
        }
      }
      case 12 -> memory(a.anyOf(0xD9, 0xDD, 0xDD, 0xDB), 2);
      case 13 -> {
        memory(a.anyOf(0xD9, 0xDD, 0xDD, 0xDB, 0xDF), 3);
        pop();
      }
      case 14 -> {
        memory(a.anyOf(0xDB, 0xDF), 7);
        pop();
      }
      default -> {
        boolean pops = random.nextBoolean();
        a.plain().emit(0xDD, (pops ? 0xD8 : 0xD0) + inUse());
        if (pops) {
          pop();
        }
      }
    }
  }

  /** FCOM or FTST, FNSTSW AX, SAHF or TEST, and a jump. */
  private void compare() {
    switch (random.nextInt(3)) {
      case 0 -> a.plain().emit(0xD9, 0xE4);
      case 1 -> memory(a.anyOf(0xD8, 0xDC), 2);
      default -> a.plain().emit(a.anyOf(0xD8, 0xDD), a.anyOf(0xD0, 0xE0) + inUse());
    }
    add.run();
    a.plain().emit(0xDF, 0xE0);
    add.run();
    if (random.nextBoolean()) {
      a.plain().emit(0x9E);
    } else {
      a.plain().emit(0xF6, 0xC4, a.anyOf(0x45, 0x41, 1, 5, 0x40));
    }
    add.run();
    // over a move within the register file
    a.plain().emit(0x72 + random.nextInt(10), 2);
    add.run();
    a.plain().emit(0xD9, 0xC8);
  }

  // ---- MMX ----

  /** Some dozen instructions, with EMMS at the end as a rule. */
  void mmx() {
    int count = 4 + random.nextInt(16);
    for (int n = 0; n < count; n++) {
      int opcode =
          switch (random.nextInt(5)) {
            case 0 -> 0x6F;
            case 1 -> a.anyOf(0x6E, 0x7E, 0x7F, 0x7F);
            default -> a.anyOf(PACKED);
          };
      a.plain().emit(0x0F, opcode);
      if (random.nextInt(3) > 0) {
        a.registerOnly(random.nextInt(8), random.nextInt(8));
      } else if (oneIn(10)) {
        a.memory(random.nextInt(8));
      } else {
        a.absolute(random.nextInt(8), OPERANDS + 8 * random.nextInt(SLOTS));
      }
      add.run();
      if (oneIn(8)) {
        a.plain().emit(0x0F, a.anyOf(0x71, 0x72, 0x73));
        a.registerOnly(a.anyOf(2, 4, 6), random.nextInt(8)).emit(random.nextInt(70));
        add.run();
      }
    }
    if (random.nextInt(4) > 0) {
      a.plain().emit(0x0F, 0x77);
      add.run();
    }
  }
}
