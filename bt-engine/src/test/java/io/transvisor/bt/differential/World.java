package io.transvisor.bt.differential;

import io.transvisor.core.cpu.CpuState;
import java.util.random.RandomGenerator;

/**
 * The surroundings a random program runs in.
 *
 * @param kind mode of the processor
 * @param paging whether CR0.PG is set
 * @param counted whether time is the count of instructions, visible to the program
 */
record World(Kind kind, boolean paging, boolean counted) {
  /** What code segments, data segments and privilege are like. */
  enum Kind {
    /** Segments of 4 GiB, CPL 0. */
    FLAT("32-bit, flat, CPL 0", false, 0),
    /** Segments of 4 GiB, CPL 3. */
    FLAT_USER("32-bit, flat, CPL 3", false, 3),
    /** 32-bit segments with bases and limits, the stack one that grows down, CPL 0. */
    SEGMENTED("32-bit segments, CPL 0", false, 0),
    /** The same at CPL 3. */
    SEGMENTED_USER("32-bit segments, CPL 3", false, 3),
    /** 16-bit segments, CPL 0. */
    PROTECTED_16("16-bit protected, CPL 0", true, 0),
    /** 16-bit segments, CPL 3. */
    PROTECTED_16_USER("16-bit protected, CPL 3", true, 3),
    /** 32-bit code on flat data with a 16-bit stack, CPL 0. */
    SMALL_STACK("32-bit with a 16-bit stack", false, 0),
    REAL("real mode", true, 0),
    VIRTUAL_86("virtual-8086 mode", true, 3);

    final String title;
    final boolean code16;
    final int level;

    Kind(String title, boolean code16, int level) {
      this.title = title;
      this.code16 = code16;
      this.level = level;
    }

    boolean isFlat() {
      return this == FLAT || this == FLAT_USER;
    }

    /** Whether data segments have base 0. */
    boolean hasFlatData() {
      return isFlat() || this == SMALL_STACK;
    }

    /** Segment registers hold paragraphs. */
    boolean hasParagraphs() {
      return this == REAL || this == VIRTUAL_86;
    }
  }

  // Where things are, linear and physical.
  static final int IDT = 0x1000;
  static final int GDT = 0x2000;
  static final int TSS = 0x3000;
  static final int HANDLERS = 0x5000;
  static final int KERNEL_STACK = 0x7000;
  static final int PAGE_DIRECTORY = 0x8000;
  static final int PAGE_TABLE = 0x9000;
  static final int OTHER_DIRECTORY = 0xA000;
  static final int OTHER_TABLE = 0xB000;
  static final int CODE = 0x10000;
  static final int DATA = 0x20000;
  static final int STACK = 0x30000;

  /** Second linear places of code and data, with paging. */
  static final int CODE_ALIAS = 0x40000;

  static final int DATA_ALIAS = 0x48000;

  /** Other bytes for the pages of code. */
  static final int OTHER_CODE = 0x50000;

  static final int MEMORY = 0x200000;

  /** Offset of programs from {@link #CODE}: they cross into the second page. */
  static final int START = 0xE80;

  static final int SIZE = 0x300;

  // Selectors; the level is added for those of programs.
  static final int KERNEL_CODE = 0x08;
  static final int KERNEL_DATA = 0x10;
  static final int TASK = 0x18;
  static final int CODE_SELECTOR = 0x20;
  static final int DATA_SELECTOR = 0x28;
  static final int STACK_SELECTOR = 0x30;
  static final int FLAT_SELECTOR = 0x38;

  static World draw(RandomGenerator random) {
    Kind[] kinds = Kind.values();
    Kind kind = random.nextInt(4) == 0 ? Kind.FLAT : kinds[random.nextInt(kinds.length)];
    boolean paging = kind != Kind.REAL && random.nextInt(3) > 0;
    return new World(kind, paging, random.nextInt(3) == 0);
  }

  /** EIP of the byte at an offset from the program's start. */
  int eip(int offset) {
    return (kind.hasFlatData() ? CODE : 0) + START + offset;
  }

  /** Offset in the data segments of a byte of the data. */
  int data(int offset) {
    return (kind.hasFlatData() ? DATA : 0) + offset;
  }

  /** Offset in the data segments of a linear address; may be out of their reach. */
  int dataOf(int linear) {
    return kind.hasFlatData() ? linear : linear - DATA;
  }

  /** A value for ESP. */
  int stackPointer() {
    return kind.isFlat() ? STACK + 0x2000 : 0x2000;
  }

  /** A value for EBP, which goes with the stack segment. */
  int framePointer() {
    return kind.isFlat() ? DATA + 0x1000 : 0x1800;
  }

  int segmentBase(int segment) {
    if (kind.isFlat() || kind == Kind.SMALL_STACK && segment != CpuState.SS) {
      return 0;
    }
    return segment == CpuState.CS ? CODE : segment == CpuState.SS ? STACK : DATA;
  }

  int selector(int segment) {
    if (kind.hasParagraphs()) {
      return segmentBase(segment) >>> 4;
    }
    int selector =
        switch (segment) {
          case CpuState.CS -> CODE_SELECTOR;
          case CpuState.SS -> STACK_SELECTOR;
          default -> DATA_SELECTOR;
        };
    return selector | kind.level;
  }

  /** Both halves of the descriptor of one of the program's segments. */
  long descriptor(int segment) {
    int base = segmentBase(segment);
    boolean small = kind.code16 || kind == Kind.SMALL_STACK && segment == CpuState.SS;
    boolean flat = kind.isFlat() || kind == Kind.SMALL_STACK && segment != CpuState.SS;
    boolean down = !small && !flat && segment == CpuState.SS;
    int limit = flat ? 0xFFFFF : down ? 0xFFF : segment == CpuState.CS ? 0x2FFF : 0x7FFF;
    int type = segment == CpuState.CS ? 0x9B : down ? 0x97 : 0x93;
    int high =
        base & 0xFF000000
            | (flat ? 0xC : small ? 0 : 4) << 20
            | limit & 0xF0000
            | (type | kind.level << 5) << 8
            | base >>> 16 & 0xFF;
    return (long) high << 32 | (base << 16 | limit & 0xFFFF) & 0xFFFFFFFFL;
  }
}
