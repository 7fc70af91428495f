package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.AT;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.LINEAR;
import static io.transvisor.bt.region.MethodWriter.MAP;
import static io.transvisor.bt.region.MethodWriter.VALUE;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.region.WindowSurvey.Member;
import io.transvisor.bt.region.WindowSurvey.Role;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.mmu.Mmu;
import java.lang.classfile.CodeBuilder;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Accesses to guest memory: the page is looked up in the shadow map, for several accesses at once
 * where they form a {@link MemoryWindow}. Where the map does not allow the access, the region is
 * left before the instruction.
 */
final class MemoryWriter {
  private final MethodWriter w;
  private final CodeBuilder b;
  private final boolean user;
  private final boolean flat;
  private final boolean stack32;

  /** Local variables, of two slots each, that have the places of windows in the store. */
  private final Map<MemoryWindow, Integer> locals = new IdentityHashMap<>();

  /** The window of the access that is being written, or null if {@link MethodWriter#AT} tells. */
  private Member current;

  MemoryWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    int mode = writer.plan.mode();
    user = (mode & Cpu.MODE_USER) != 0;
    flat = (mode & Cpu.MODE_FLAT_DATA) != 0;
    stack32 = (mode & Cpu.MODE_STACK32) != 0;
  }

  // ---- finding the place ----

  /** Finds the place of the instruction's memory operand, to read or else to store there. */
  void findOperand(int width, boolean write) {
    find(Role.OPERAND, Address.of(w.insn), width, write);
  }

  /** Finds a place on the stack. */
  void findOnStack(int base, int displacement, int width, boolean write) {
    find(Role.STACK, Address.stack(base, displacement, stack32), width, write);
  }

  /** Finds what ESI points to in a segment, to read there. */
  void findSource(int segment, int width) {
    find(Role.OPERAND, Address.at(segment, CpuState.ESI), width, false);
  }

  /** Finds what EDI points to in ES. */
  void findDestination(int width, boolean write) {
    find(Role.DESTINATION, Address.at(CpuState.ES, CpuState.EDI), width, write);
  }

  private void find(Role role, Address address, int width, boolean write) {
    boolean isFlat = isFlat(address.segment());
    if (isFlat && address.mask() == -1) {
      w.survey.access(w.insn, role, address, width, write);
    }
    current = w.survey.member(w.insn, role);
    if (current == null) {
      pushOffset(address);
      b.istore(LINEAR);
      if (!isFlat) {
        addBase(address.segment(), write);
      }
      lookUp(width, write, false, null);
      return;
    }
    MemoryWindow window = current.window();
    if (!locals.containsKey(window)) {
      locals.put(window, w.fpu.end() + 2 * locals.size());
      pushOffset(address.plus(window.first() - current.offset()));
      b.istore(LINEAR);
      lookUp(window.span(), window.isWritten(), window.isAbsolute(), window);
      pushOffsetInStore(0);
      b.lstore(locals.get(window));
    }
  }

  private boolean isFlat(int segment) {
    return flat && (segment == CpuState.DS || segment == CpuState.SS || segment == CpuState.ES);
  }

  /** Pushes the offset of the instruction's memory operand in its segment. */
  void pushOffset() {
    pushOffset(Address.of(w.insn));
  }

  private void pushOffset(Address a) {
    boolean any = false;
    if (a.base() != CpuState.ZERO) {
      b.iload(GPR + a.base());
      any = true;
    }
    if (a.index() != CpuState.ZERO) {
      b.iload(GPR + a.index());
      if (a.scale() != 0) {
        b.loadConstant(a.scale()).ishl();
      }
      if (any) {
        b.iadd();
      }
      any = true;
    }
    if (!any) {
      b.loadConstant(a.displacement() & a.mask());
      return;
    }
    if (a.displacement() != 0) {
      b.loadConstant(a.displacement()).iadd();
    }
    if (a.mask() != -1) {
      b.loadConstant(a.mask()).iand();
    }
  }

  /** Makes the offset in {@link MethodWriter#LINEAR} a linear address. */
  private void addBase(int segment, boolean write) {
    b.iload(LINEAR)
        .loadConstant(Integer.MIN_VALUE)
        .ixor()
        .aload(CPU)
        .getfield(CPU_CLASS, write ? "writeEnd" : "readEnd", INTS)
        .loadConstant(segment)
        .iaload()
        .if_icmpge(w.exits.miss());
    b.aload(CPU)
        .getfield(CPU_CLASS, "segBase", INTS)
        .loadConstant(segment)
        .iaload()
        .iload(LINEAR)
        .iadd()
        .istore(LINEAR);
  }

  /**
   * Looks {@link MethodWriter#LINEAR} up in the map and leaves in {@link MethodWriter#AT} where it
   * is in the store.
   *
   * @param inOnePage that is known
   * @param window what is looked up, or null for a single access
   */
  private void lookUp(int width, boolean write, boolean inOnePage, MemoryWindow window) {
    w.checkNull(MAP);
    w.raw();
    b.aload(MAP)
        .iload(LINEAR)
        .bipush(12)
        .iushr()
        .i2l()
        .iconst_2()
        .lshl()
        .loadConstant(RawMemory.INTS_START)
        .ladd();
    w.getInt();
    b.istore(AT);
    b.iload(AT);
    if (width > 1 && !inOnePage) {
      // All ones, or 0 if the access reaches into the next page: one jump for both reasons.
      b.iload(LINEAR)
          .sipush(0xFFF)
          .iand()
          .loadConstant(width - 1 - PhysicalMemory.PAGE_SIZE)
          .iadd();
      b.bipush(31).ishr().iand();
    }
    b.loadConstant(write ? writeFlag() : readFlag()).iand();
    b.ifeq(window == null ? w.exits.missAtAddress() : w.exits.missAtWindow(window));
    b.iload(AT).loadConstant(~0xFFF).iand().iload(LINEAR).ixor().istore(AT);
  }

  private int readFlag() {
    return user ? Mmu.READ_USER : Mmu.READ_SUPERVISOR;
  }

  private int writeFlag() {
    return user ? Mmu.WRITE_USER : Mmu.WRITE_SUPERVISOR;
  }

  // ---- the access; nothing can go wrong any more ----

  /** Pushes the store and the place in it, some bytes further. */
  private void pushPlace(int plus) {
    w.raw();
    w.store();
    if (current == null) {
      pushOffsetInStore(plus);
      return;
    }
    b.lload(locals.get(current.window()));
    int offset = current.offset() - current.window().first() + plus;
    if (offset != 0) {
      b.loadConstant((long) offset).ladd();
    }
  }

  /** Pushes what {@link RawMemory} takes for the place in {@link MethodWriter#AT}. */
  private void pushOffsetInStore(int plus) {
    // It is not negative; said like this the host need not sign-extend.
    b.iload(AT).i2l().loadConstant(0xFFFFFFFFL).land();
    b.loadConstant(RawMemory.BYTES_START + plus).ladd();
  }

  /** Pushes what is at the place, zero-extended; eight bytes as a long. */
  void get(int width) {
    get(width, 0);
  }

  /** Pushes what is some bytes further, within what was found. */
  void get(int width, int plus) {
    pushPlace(plus);
    switch (width) {
      case 1 -> w.getByte();
      case 2 -> w.getChar();
      case 8 -> w.getLong();
      default -> w.getInt();
    }
  }

  /** Stores {@link MethodWriter#VALUE}, or eight bytes of {@link MethodWriter#WIDE}. */
  void put(int width) {
    put(width, 0);
  }

  /** The same some bytes further, within what was found. */
  void put(int width, int plus) {
    pushPlace(plus);
    if (width == 8) {
      b.lload(WIDE);
      w.putLong();
      return;
    }
    b.iload(VALUE);
    switch (width) {
      case 1 -> w.putByte();
      case 2 -> w.putChar();
      default -> w.putInt();
    }
  }
}
