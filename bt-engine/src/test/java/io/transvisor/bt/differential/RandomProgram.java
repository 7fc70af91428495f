package io.transvisor.bt.differential;

import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Random code for a world: instructions of all families, with loops, calls, stores into the code
 * and into page tables, and bytes that mean nothing. ESI, EDI, EBP and ESP mostly stay pointers.
 */
final class RandomProgram {
  private final World world;
  private final RandomGenerator random;
  private final Assembler a;
  private final List<byte[]> items = new ArrayList<>();
  private final int favourite;
  private final FloatingSequences sequences;
  private int size;

  RandomProgram(World world, RandomGenerator random) {
    this.world = world;
    this.random = random;
    this.a = new Assembler(world, random);
    this.sequences = new FloatingSequences(a, random, this::add);
    this.favourite = a.anyOf(0, 0, 45, 55, 65, 75, 80, 80, 86, 86, 94, 98, 98);
  }

  /** The instructions one after the other; some have a few that belong together. */
  List<byte[]> generate() {
    int most = World.SIZE - 40 - (random.nextBoolean() ? 0 : random.nextInt(600));
    boolean wild = oneIn(10);
    while (size < most) {
      if (wild && oneIn(7)) {
        a.emit(random.nextInt(256));
      } else if (oneIn(9) && !items.isEmpty()) {
        loopBack();
      } else {
        instruction();
      }
      add();
    }
    a.plain().emit(0xE9);
    a.relative(-(size + (a.operand32() ? 5 : 3)));
    add();
    return items;
  }

  private void add() {
    byte[] item = a.take();
    if (item.length == 0) {
      return;
    }
    size += item.length;
    items.add(item);
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private int u8() {
    return random.nextInt(256);
  }

  /** Back to one of the last instructions, a limited number of times or by a condition. */
  private void loopBack() {
    int back = 1 + random.nextInt(Math.min(items.size(), 25));
    int distance = 0;
    for (byte[] item : items.subList(items.size() - back, items.size())) {
      distance -= item.length;
    }
    switch (random.nextInt(4)) {
      case 0 -> a.prefixesOfBranch().emit(0xE0 + random.nextInt(3));
      case 1 -> a.plain().emit(0x70 + random.nextInt(16));
      default -> {
        a.plain().emit(0xFE);
        a.absolute(1, World.DATA + 0x700 + random.nextInt(8));
        a.emit(0x75);
      }
    }
    a.emit(Math.max(distance - a.size() - 1, -128));
  }

  private void instruction() {
    // Part of each program favours one family.
    family(oneIn(3) ? favourite : random.nextInt(100));
  }

  private void family(int n) {
    if (n < 40) {
      arithmetic();
    } else if (n < 52) {
      moves();
    } else if (n < 60) {
      stack();
    } else if (n < 74) {
      flow();
    } else if (n < 79) {
      strings();
    } else if (n < 85) {
      floating();
    } else if (n < 90) {
      vectors();
    } else if (n < 93) {
      pointers();
    } else if (n < 97) {
      segments();
    } else {
      system();
    }
  }

  private void arithmetic() {
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> {
        int form = random.nextInt(4);
        a.prefixes().emit(random.nextInt(8) << 3 | form);
        modRm((form & 1) == 0);
      }
      case 3, 4 -> immediate();
      case 5 -> a.prefixes().emit(0x40 + random.nextInt(2) * 8 + a.register());
      case 6 -> {
        boolean small = random.nextBoolean();
        int operation = oneIn(3) ? 4 + random.nextInt(4) : 2 + random.nextInt(2);
        a.prefixes().emit(small ? 0xF6 : 0xF7).modRm(operation, small);
      }
      case 7, 8 -> {
        boolean small = random.nextBoolean();
        int kind = random.nextInt(3);
        a.prefixes().emit(new int[] {0xC0, 0xD0, 0xD2}[kind] | (small ? 0 : 1));
        a.modRm(random.nextInt(8), small);
        if (kind == 0) {
          a.emit(random.nextInt(36));
        }
      }
      case 9 -> {
        int which = random.nextInt(4);
        a.prefixes().emit(0x0F, new int[] {0xA4, 0xA5, 0xAC, 0xAD}[which]);
        modRm(false);
        if ((which & 1) == 0) {
          a.emit(random.nextInt(36));
        }
      }
      case 10 -> a.prefixes().emit(0x0F, 0xBA).modRm(4 + random.nextInt(4), false).emit(u8());
      case 11 -> {
        a.prefixes().emit(0x0F, a.anyOf(0xA3, 0xAB, 0xB3, 0xBB, 0xBC, 0xBD, 0xAF, 0xC1, 0xB1));
        modRm(false);
      }
      case 12 ->
          a.prefixes()
              .emit(
                  a.anyOf(0x27, 0x2F, 0x37, 0x3F, 0x98, 0x99, 0x9E, 0x9F, 0xF5, 0xF8, 0xF9, 0xD6));
      default -> {
        switch (random.nextInt(4)) {
          case 0 -> {
            a.prefixes().emit(0x69);
            modRm(false);
            a.wide(random.nextInt());
          }
          case 1 -> {
            a.prefixes().emit(0x6B);
            modRm(false);
            a.emit(u8());
          }
          case 2 -> a.emit(0xD4 + random.nextInt(2), oneIn(8) ? 0 : u8());
          default -> a.prefixes().emit(0x0F, 0xC7).memory(1);
        }
      }
    }
  }

  private void immediate() {
    int opcode = oneIn(4) ? 0xA8 + random.nextInt(2) : 0x80 + random.nextInt(4);
    a.prefixes().emit(opcode);
    if (opcode < 0x84) {
      a.modRm(random.nextInt(8), (opcode & 1) == 0);
    }
    if (opcode == 0x81 || opcode == 0xA9) {
      a.wide(random.nextInt());
    } else {
      a.emit(u8());
    }
  }

  private void modRm(boolean bytes) {
    a.modRm(bytes ? a.byteRegister() : a.register(), bytes);
  }

  private void moves() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        int form = random.nextInt(4);
        a.prefixes().emit(0x88 | form);
        modRm((form & 1) == 0);
      }
      case 3 -> {
        int opcode = a.anyOf(0xB6, 0xB7, 0xBE, 0xBF);
        a.prefixes().emit(0x0F, opcode).modRm(a.register(), (opcode & 1) == 0);
      }
      case 4 -> a.prefixes().emit(0x8D).memory(a.register());
      case 5 -> {
        int opcode = 0x86 + random.nextInt(2);
        a.prefixes().emit(opcode);
        modRm(opcode == 0x86);
      }
      case 6 -> a.prefixes().emit(0x0F, 0x90 + random.nextInt(16)).modRm(0, true);
      case 7 -> {
        a.prefixes().emit(0x0F, 0x40 + random.nextInt(16));
        modRm(false);
      }
      case 8 -> a.load(a.register(), oneIn(2) ? random.nextInt(256) - 128 : random.nextInt());
      default -> {
        switch (random.nextInt(4)) {
          case 0 -> a.prefixes().emit(0xD7);
          case 1 -> a.prefixes().emit(0x0F, 0xC8 + a.register());
          case 2 -> a.prefixes().emit(0x90 + a.register());
          default -> {
            a.plain().emit(0xA0 + random.nextInt(4));
            int offset = world.data(random.nextInt(0x2000));
            if (world.kind().code16) {
              a.word(offset);
            } else {
              a.dword(offset);
            }
          }
        }
      }
    }
  }

  private void stack() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> a.prefixes().emit(0x50 + random.nextInt(8));
      case 3, 4 -> a.prefixes().emit(0x58 + a.register());
      case 5 -> a.prefixes().emit(0x6A, u8());
      case 6 -> a.prefixes().emit(0xFF).memory(6);
      case 7 -> a.prefixes().emit(0x8F).modRm(0, false);
      case 8 -> a.prefixes().emit(a.anyOf(0x60, 0x9C, 0xC9, 0x9C));
      default -> {
        switch (random.nextInt(4)) {
          case 0 -> a.prefixes().emit(0xC8).word(random.nextInt(64)).emit(random.nextInt(4));
          case 1 -> popFlags();
          case 2 -> a.prefixes().emit(0x68).wide(random.nextInt());
          default -> a.prefixes().emit(0x61);
        }
      }
    }
  }

  private void popFlags() {
    int flags = random.nextInt() & (CpuState.ARITHMETIC_FLAGS | CpuState.DF | CpuState.IF);
    if (oneIn(3)) {
      flags |= a.anyOf(CpuState.TF, CpuState.AC, 1 << 14, 3 << 12, 1 << 21);
    }
    a.wideOperand().emit(0x68).dword(flags | 2);
    a.wideOperand().emit(0x9D);
  }

  private void flow() {
    int near = random.nextInt(40) - (oneIn(3) ? 60 : 0);
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> a.plain().emit(0x70 + random.nextInt(16), near);
      case 4, 5 -> a.prefixesOfBranch().emit(0x0F, 0x80 + random.nextInt(16)).relative(near);
      case 6, 7 -> a.prefixesOfBranch().emit(0xE8).relative(random.nextInt(24));
      case 8 -> a.plain().emit(0xC3);
      case 9 -> {
        // A short loop back.
        a.plain().emit(0x83, 0xE1, 0x1F);
        a.prefixesOfBranch().emit(0xE0 + random.nextInt(3), -(3 + random.nextInt(24)) & 0xFF);
      }
      case 10 -> a.prefixesOfBranch().emit(0xE0 + random.nextInt(4), random.nextInt(12));
      case 11 -> {
        // A jump or call through a register.
        int target = world.eip(Math.max(0, Math.min(size + near + 10, World.SIZE - 60)));
        int r = a.register();
        a.load(r, target);
        a.plain().emit(0xFF).registerOnly(oneIn(2) ? 4 : 2, r);
      }
      case 12 -> a.plain().emit(0xEB, random.nextInt(20));
      case 13 -> {
        // Far return to what follows.
        a.plain().emit(0x0E);
        int after = size + a.size() + (world.kind().code16 ? 4 : 6);
        a.plain().emit(0x68).wide(world.eip(after)).emit(0xCB);
      }
      case 14 -> {
        // Interrupt return to what follows.
        a.plain().emit(0x9C, 0x0E);
        int after = size + a.size() + (world.kind().code16 ? 4 : 6);
        a.plain().emit(0x68).wide(world.eip(after)).emit(0xCF);
      }
      default -> {
        switch (random.nextInt(6)) {
          case 0 -> a.plain().emit(0xCD, WorldMachine.DEVICE_VECTOR);
          case 1 -> a.plain().emit(a.anyOf(0xCC, 0xCE, 0xF1));
          case 2 -> a.prefixes().emit(0x62).memory(a.register());
          case 3 -> a.plain().emit(0xC2).word(random.nextInt(16));
          case 4 -> a.prefixes().emit(0xFF).memory(a.anyOf(2, 4));
          default ->
              a.plain()
                  .emit(oneIn(2) ? 0xEA : 0x9A)
                  .wide(world.eip(size + (world.kind().code16 ? 5 : 7)))
                  .word(world.selector(CpuState.CS));
        }
      }
    }
  }

  private void strings() {
    int opcode = a.anyOf(0xA4, 0xA5, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xA6, 0xA7, 0x6C, 0x6E);
    boolean input = opcode < 0xA0;
    if (input) {
      a.load(CpuState.EDX, WorldMachine.PORT + 4);
    }
    if (random.nextBoolean()) {
      a.plain().emit(oneIn(2) ? 0xFC : 0xFD);
    }
    boolean repeated = random.nextInt(3) > 0;
    if (repeated) {
      a.load(CpuState.ECX, random.nextInt(oneIn(20) ? 9000 : 40));
      a.emit(oneIn(4) ? 0xF2 : 0xF3);
    }
    a.prefixes().emit(opcode);
    if (oneIn(2)) {
      a.load(CpuState.ESI, world.data(random.nextInt(0x1800)));
      a.load(CpuState.EDI, world.data(random.nextInt(0x1800)));
    }
  }

  private void floating() {
    if (oneIn(4)) {
      sequences.x87();
      return;
    }
    switch (random.nextInt(12)) {
      case 0 -> a.plain().emit(oneIn(2) ? 0x9B : 0xDB, 0xE3);
      case 1 -> {
        a.store(World.DATA + 0x100, 4, random.nextInt(4) > 0 ? 0x37F : random.nextInt(0x1000));
        a.plain().emit(0xD9).absolute(5, World.DATA + 0x100);
      }
      case 2 -> a.plain().emit(0xDF, 0xE0);
      case 3, 4, 5 -> {
        // Loads of constants and integers: values that arithmetic is fast for.
        if (random.nextBoolean()) {
          a.plain().emit(0xD9, 0xE8 + random.nextInt(7));
        } else {
          a.prefixes().emit(a.anyOf(0xDB, 0xDF, 0xD9, 0xDD)).memory(0);
        }
      }
      case 6, 7, 8 -> a.plain().emit(0xD8 + random.nextInt(8), 0xC0 + random.nextInt(64));
      default -> a.prefixes().emit(0xD8 + random.nextInt(8)).memory(random.nextInt(8));
    }
  }

  private void vectors() {
    if (oneIn(4)) {
      sequences.mmx();
      return;
    }
    if (oneIn(6)) {
      a.plain().emit(0x0F, 0x77);
      return;
    }
    int opcode =
        oneIn(3)
            ? a.anyOf(0x6E, 0x6F, 0x7E, 0x7F, 0x6F, 0x7F)
            : oneIn(3)
                ? a.anyOf(
                    0x10, 0x11, 0x12, 0x14, 0x16, 0x28, 0x29, 0x2A, 0x2C, 0x2D, 0x2E, 0x2F, 0x50,
                    0x51, 0x54, 0x57, 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F)
                : 0x60 + random.nextInt(0xA0);
    a.plain();
    if (oneIn(3)) {
      a.emit(a.anyOf(0x66, 0xF2, 0xF3));
    }
    a.emit(0x0F, opcode);
    if (random.nextBoolean()) {
      a.registerOnly(random.nextInt(8), random.nextInt(8));
    } else {
      a.memory(random.nextInt(8));
    }
    if (opcode >= 0x70 && opcode <= 0x73 || opcode == 0xC2 || opcode >= 0xC4 && opcode <= 0xC6) {
      a.emit(u8());
    }
  }

  private void pointers() {
    switch (random.nextInt(5)) {
      case 0 -> a.load(CpuState.ESI, world.data(0x800));
      case 1 -> a.load(CpuState.EBP, world.framePointer());
      case 2 -> a.load(CpuState.EDI, world.data(0x1800 + random.nextInt(0x900)));
      case 3 -> a.load(CpuState.ESP, world.stackPointer() - random.nextInt(4));
      default -> a.load(CpuState.ECX, random.nextInt(0x100));
    }
  }

  private void segments() {
    int register = a.anyOf(CpuState.ES, CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS);
    int selector = world.selector(register);
    if (oneIn(4) && !world.kind().hasParagraphs()) {
      selector = World.FLAT_SELECTOR | world.kind().level;
    }
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        a.load(CpuState.EAX, selector);
        a.plain().emit(0x8E).registerOnly(register, CpuState.EAX);
      }
      case 2 -> {
        // MOV SS and what it holds off.
        a.load(CpuState.EAX, world.selector(CpuState.SS));
        a.plain().emit(0x8E).registerOnly(CpuState.SS, CpuState.EAX);
        a.load(CpuState.ESP, world.stackPointer());
      }
      case 3 -> a.prefixes().emit(0x8C).modRm(random.nextInt(6), false);
      case 4 -> a.plain().emit(0x1E, 0x07);
      case 5 -> a.prefixes().emit(0x16, 0x17);
      default -> {
        switch (random.nextInt(3)) {
          case 0 -> a.prefixes().emit(a.anyOf(0xC4, 0xC5)).memory(a.register());
          case 1 -> a.prefixes().emit(0x0F, a.anyOf(0x02, 0x03)).modRm(a.register(), false);
          default -> a.plain().emit(0x0F, 0x00).modRm(a.anyOf(0, 1, 4, 5), false);
        }
      }
    }
  }

  private void system() {
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> storeIntoCode();
      case 3 -> a.plain().emit(a.anyOf(0xFA, 0xFB, 0xFB));
      case 4, 5 -> {
        // The device: interrupt, write to code or data, A20, NMI, and what is not allowed.
        a.load(CpuState.EAX, oneIn(3) ? random.nextInt() : 1);
        a.load(CpuState.EDX, WorldMachine.PORT + random.nextInt(8));
        a.plain().emit(oneIn(3) ? 0xEC : 0xEE);
      }
      case 6 -> a.plain().emit(a.anyOf(0xE4, 0xE6), WorldMachine.PORT + random.nextInt(5));
      case 7 -> a.plain().emit(0x0F, a.anyOf(0x31, 0xA2, 0x06, 0x09, 0x0B));
      case 8 -> a.plain().emit(0x0F, 0x01).modRm(a.anyOf(4, 4, 0, 1), false);
      default -> privileged();
    }
  }

  private void storeIntoCode() {
    int at = World.CODE + World.START + random.nextInt(World.SIZE);
    if (oneIn(3)) {
      at += World.CODE_ALIAS - World.CODE;
    }
    if (world.kind().hasFlatData()) {
      a.store(at, oneIn(3) ? 4 : 1, random.nextInt());
    } else if (world.kind() == World.Kind.REAL) {
      // Through ES at the code.
      a.load(CpuState.EAX, World.CODE >>> 4);
      a.plain().emit(0x8E, 0xC0, 0x26, 0xC6, 0x06).word(at & 0xFFFF).emit(u8());
    } else {
      // Through a flat segment.
      a.load(CpuState.EAX, World.FLAT_SELECTOR | world.kind().level);
      a.plain().emit(0x8E, 0xC0);
      through(true).emit(0xC6, 0x05).dword(at).emit(u8());
    }
  }

  private void privileged() {
    if (world.kind().level != 0 && random.nextInt(4) > 0) {
      pointers();
      return;
    }
    switch (random.nextInt(8)) {
      case 0 -> {
        // MOV of CR0 with WP, TS, EM, MP or AM changed.
        a.plain().emit(0x0F, 0x20, 0xC0);
        a.wideOperand().emit(0x0F, 0xBA, 0xF8, a.anyOf(16, 16, 16, 3, 2, 1, 18));
        a.plain().emit(0x0F, 0x22, 0xC0);
      }
      case 1 -> {
        // The other address space.
        a.plain().emit(0x0F, 0x20, 0xD8);
        a.wideOperand().emit(0x35).dword(World.PAGE_DIRECTORY ^ World.OTHER_DIRECTORY);
        a.plain().emit(0x0F, 0x22, 0xD8);
      }
      case 2 -> {
        a.plain().emit(0x0F, 0x20, 0xE0);
        a.wideOperand().emit(0x0F, 0xBA, 0xF8, a.anyOf(4, 7, 9, 10, 2, 3));
        a.plain().emit(0x0F, 0x22, 0xE0);
      }
      case 3, 4, 5 -> changeMapping();
      case 6 -> a.plain().emit(0x0F, 0x01).memory(7);
      default -> {
        int register = a.anyOf(0, 1, 2, 3, 6, 7, 7);
        int value =
            register == 7
                ? 0x400 | random.nextInt() & 0xFFFF00FF
                : register == 6
                    ? 0
                    : oneIn(2)
                        ? World.DATA + random.nextInt(0x1000)
                        : World.CODE + World.START + random.nextInt(World.SIZE);
        a.load(CpuState.EAX, value);
        a.plain().emit(0x0F, 0x23).registerOnly(register, CpuState.EAX);
      }
    }
  }

  /** A page-table entry changes, and back when this is run again; then INVLPG. */
  private void changeMapping() {
    boolean code = oneIn(2);
    int page = code ? (World.CODE >>> 12) + 1 : (World.DATA >>> 12) + random.nextInt(5);
    int table = oneIn(4) ? World.OTHER_TABLE : World.PAGE_TABLE;
    int other = World.CODE ^ World.OTHER_CODE;
    int change = code && random.nextInt(4) > 0 ? other : a.anyOf(1, 2, 4, 6, 7, 0x1000, 0x1002);
    boolean flat = world.kind().hasFlatData();
    if (!flat) {
      a.load(CpuState.EAX, World.FLAT_SELECTOR | world.kind().level);
      a.plain().emit(0x8E, 0xC0);
    }
    a.wideOperand();
    through(!flat).emit(0x81, 0x35).dword(table + 4 * page).dword(change);
    a.plain();
    through(!flat).emit(0x0F, 0x01, 0x3D).dword(page << 12);
  }

  /** Prefixes for a 32-bit address, perhaps in ES. */
  private Assembler through(boolean es) {
    if (es) {
      a.emit(0x26);
    }
    return world.kind().code16 ? a.emit(0x67) : a;
  }
}
