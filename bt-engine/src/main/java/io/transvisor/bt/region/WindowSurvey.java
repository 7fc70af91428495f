package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the {@link MemoryWindow}s of a region. It is told of all accesses and changes of registers
 * while the region is written for the first time, and keeps each register as a sum: something
 * unknown, by a number, and a displacement.
 */
final class WindowSurvey {
  /** How an instruction accesses memory. */
  enum Role {
    OPERAND,
    STACK,
    /** Where a string instruction stores, or its second operand. */
    DESTINATION
  }

  /**
   * One access.
   *
   * @param window that it belongs to
   * @param offset in the window's terms
   */
  record Member(MemoryWindow window, int offset) {}

  /** Number of what is nothing: a register with it has a known value. */
  private static final int NOTHING = 0;

  /** What is known of registers at a place, and the windows that are open there. */
  private static final class State {
    final int[] unknown = new int[CpuState.ZERO + 1];
    final int[] plus = new int[CpuState.ZERO + 1];
    final Map<MemoryWindow.Key, List<MemoryWindow>> open = new HashMap<>();

    State copy() {
      State copy = new State();
      System.arraycopy(unknown, 0, copy.unknown, 0, unknown.length);
      System.arraycopy(plus, 0, copy.plus, 0, plus.length);
      open.forEach((key, windows) -> copy.open.put(key, new ArrayList<>(windows)));
      return copy;
    }
  }

  private final Set<Integer> alone;
  private final Map<Role, Map<Insn, Member>> members = new HashMap<>();
  private final Map<Block, State> ends = new HashMap<>();
  private State state = new State();
  private int count = NOTHING;
  private boolean finished;

  /**
   * @param alone offsets of instructions whose accesses belong to no window
   */
  WindowSurvey(Set<Integer> alone) {
    this.alone = alone;
    for (Role role : Role.values()) {
      members.put(role, new IdentityHashMap<>());
    }
  }

  /** All has been seen: from now on it tells, and listens no more. */
  void finish() {
    finished = true;
  }

  boolean isFinished() {
    return finished;
  }

  /** The window an access belongs to, or null if it is on its own or nothing is known yet. */
  Member member(Insn i, Role role) {
    if (!finished) {
      return null;
    }
    Member found = members.get(role).get(i);
    return found != null && found.window.isUseful() ? found : null;
  }

  // ---- what happens, in the order of the code ----

  void begin(Block block) {
    if (finished) {
      return;
    }
    State before =
        block.merges || block.predecessors.size() != 1
            ? null
            : ends.get(block.predecessors.getFirst());
    state = before == null ? new State() : before.copy();
    if (before == null) {
      forgetRegisters();
    }
  }

  void end(Block block) {
    ends.put(block, state);
  }

  /** A handler has run: mappings and registers may be others. */
  void callout() {
    state.open.clear();
    forgetRegisters();
  }

  /** A handler has run that leaves registers alone. */
  void neutralCallout() {
    state.open.clear();
  }

  private void forgetRegisters() {
    for (int r = 0; r < CpuState.ZERO; r++) {
      forget(r);
    }
  }

  private void forget(int register) {
    state.unknown[register] = ++count;
    state.plus[register] = 0;
  }

  /** A register has been written; {@link #setSum} tells more if more is known. */
  void set(Insn i, int register, int width) {
    if (finished) {
      return;
    }
    if (width != 4) {
      forget(width == 1 ? register & 3 : register);
    } else if (!setByInstruction(i, register)) {
      forget(register);
    }
  }

  /** A register is the sum of another and a displacement now. */
  void setSum(int register, int base, int displacement) {
    state.unknown[register] = state.unknown[base];
    state.plus[register] = state.plus[base] + displacement;
  }

  /** Understands the instructions that compilers move pointers with. */
  private boolean setByInstruction(Insn i, int register) {
    Operand[] o = Operands.of(i.form);
    boolean inRegister = o.length > 0 && !OperandWriter.isMemory(i, o[0]);
    switch (i.form.mnemonic()) {
      case "mov" -> {
        if (o[1].kind() == Operands.Kind.IMMEDIATE) {
          setSum(register, CpuState.ZERO, i.imm);
          return true;
        }
        int source =
            o[1].kind() == Operands.Kind.RM && !i.memory
                ? i.rm
                : o[1].kind() == Operands.Kind.REG ? i.reg : -1;
        if (source < 0) {
          return false;
        }
        setSum(register, source, 0);
      }
      case "lea" -> {
        if (i.index != CpuState.ZERO || i.addressMask != -1) {
          return false;
        }
        setSum(register, i.base, i.disp);
      }
      case "add", "sub" -> {
        if (o[1].kind() != Operands.Kind.IMMEDIATE || !inRegister) {
          return false;
        }
        setSum(register, register, i.form.mnemonic().equals("add") ? i.imm : -i.imm);
      }
      case "inc" -> setSum(register, register, 1);
      case "dec" -> setSum(register, register, -1);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * An access to a flat segment with 32-bit addresses.
   *
   * @param address what is accessed
   */
  void access(Insn i, Role role, Address address, int width, boolean write) {
    if (finished || alone.contains(i.start)) {
      return;
    }
    int base = state.unknown[address.base()];
    int index = state.unknown[address.index()];
    int offset =
        state.plus[address.base()]
            + (state.plus[address.index()] << address.scale())
            + address.displacement();
    boolean absolute = base == NOTHING && index == NOTHING;
    if (absolute && (offset & 0xFFF) + width > 0x1000) {
      return;
    }
    int scale = index == NOTHING ? 0 : address.scale();
    MemoryWindow.Key key = new MemoryWindow.Key(base, index, scale, absolute ? offset >>> 12 : 0);
    List<MemoryWindow> windows = state.open.computeIfAbsent(key, k -> new ArrayList<>());
    for (MemoryWindow window : windows) {
      if (window.add(i, offset, width, write)) {
        members.get(role).put(i, new Member(window, offset));
        return;
      }
    }
    MemoryWindow window = new MemoryWindow(absolute);
    window.add(i, offset, width, write);
    windows.add(window);
    members.get(role).put(i, new Member(window, offset));
  }
}
