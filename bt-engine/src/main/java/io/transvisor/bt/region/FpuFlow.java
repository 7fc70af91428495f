package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out which registers of the x87 unit local variables should hold where blocks begin. It only
 * says what is best: {@link FpuRegisters} sees to it that every edge gives a block what it expects.
 *
 * <p>Registers are numbered as slots. A slot of the x87 is a register's distance from the one that
 * was on top where the region was entered, so that a region does not depend on TOP; a slot of MMX
 * is the register's own number. A region works on one of the two; the other is left to handlers.
 */
final class FpuFlow {
  /** What stands for status, tags and TOP, beside one bit for each slot. */
  static final int ENVIRONMENT = 1 << 8;

  private static final int SLOTS = 0xFF;
  private static final int ALL = SLOTS | ENVIRONMENT;

  /** Which registers a region works on. */
  enum Unit {
    NONE,
    X87,
    MMX
  }

  /** What a block does, in slots. */
  private static final class Summary {
    /** How many registers it pops more than it pushes. */
    int depthOut;

    /** Read before they are written. */
    int reads;

    /** Written before they are read, or not in local variables any more. */
    int kills;

    int written;

    /** A handler in between takes over all there is. */
    boolean leavesNothing;
  }

  private final RegionPlan plan;
  private final Unit unit;
  private final Map<Block, Integer> depths = new HashMap<>();
  private final Map<Block, Summary> summaries = new HashMap<>();
  private final Map<Block, Integer> live = new HashMap<>();
  private final Map<Block, Integer> dirty = new HashMap<>();
  private final Map<Block, Integer> doubles = new HashMap<>();

  FpuFlow(RegionPlan plan) {
    this.plan = plan;
    this.unit = unitOf(plan);
    if (unit != Unit.NONE) {
      analyse();
    }
  }

  private static Unit unitOf(RegionPlan plan) {
    int x87 = 0;
    int mmx = 0;
    for (Block b : plan.blocks()) {
      for (Insn i : b.insns) {
        if (i.form != null && !plan.isLeftToHandler(i)) {
          x87 += X87Operation.of(i) != null ? 1 : 0;
          mmx += MmxWriter.isWritten(i) ? 1 : 0;
        }
      }
    }
    return x87 == 0 && mmx == 0 ? Unit.NONE : x87 >= mmx ? Unit.X87 : Unit.MMX;
  }

  Unit unit() {
    return unit;
  }

  /** Slot of ST(0) where a block begins. */
  int depth(Block b) {
    return depths.getOrDefault(b, 0);
  }

  /** What local variables hold where a block begins. */
  int held(Block b) {
    int slots = live.getOrDefault(b, 0) & SLOTS;
    return slots == 0 ? 0 : slots | dirty(b) | (unit == Unit.X87 ? ENVIRONMENT : 0);
  }

  /** The part of it that the CPU may not have. */
  int dirty(Block b) {
    return dirty.getOrDefault(b, 0);
  }

  /** The slots of it whose values are there as doubles only. */
  int doubles(Block b) {
    return held(b) & doubles.getOrDefault(b, 0);
  }

  private void analyse() {
    assignDepths(plan.byOffset().get(0));
    plan.blocks().forEach(this::assignDepths);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int n = plan.blocks().size() - 1; n >= 0; n--) {
        Block b = plan.blocks().get(n);
        Summary s = summaries.get(b);
        int out = 0;
        for (Block to : plan.successors(b)) {
          out |= live.getOrDefault(to, 0);
        }
        int in = s.reads | out & ~s.kills;
        changed |= in != live.getOrDefault(b, 0);
        live.put(b, in);
      }
    }
    changed = true;
    while (changed) {
      changed = false;
      for (Block b : plan.blocks()) {
        Summary s = summaries.get(b);
        int out = s.written | (s.leavesNothing ? 0 : dirty(b));
        for (Block to : plan.successors(b)) {
          if ((live.get(to) & SLOTS) != 0 && (dirty(to) | out) != dirty(to)) {
            dirty.put(to, dirty(to) | out);
            changed = true;
          }
        }
      }
    }
    if (plan.doubles() && unit == Unit.X87) {
      findDoubles();
    }
  }

  /** A block that is entered from inside the region gets doubles if all ways lead to it so. */
  private void findDoubles() {
    for (Block b : plan.blocks()) {
      for (Block to : plan.successors(b)) {
        doubles.put(to, SLOTS);
      }
    }
    for (Block b : plan.blocks()) {
      Block behind = b.end == Block.End.CALL ? plan.byOffset().get(b.next()) : null;
      if (behind != null) {
        doubles.remove(behind);
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block b : plan.blocks()) {
        int out = doublesOut(b, doubles.getOrDefault(b, 0), depth(b));
        for (Block to : plan.successors(b)) {
          int before = doubles.getOrDefault(to, 0);
          doubles.put(to, before & out);
          changed |= (before & ~out) != 0;
        }
      }
    }
  }

  /** Slots that are there as doubles at the end of a block, by those at its beginning. */
  private int doublesOut(Block b, int in, int depthIn) {
    int now = in;
    int depth = depthIn;
    for (Insn i : b.insns) {
      X87Operation op = X87Operation.of(i);
      if (op == null || plan.isLeftToHandler(i)) {
        boolean lost = i.form != null && (op != null || Operands.isRegisterNeutral(i));
        now = lost ? 0 : now;
        continue;
      }
      int reads = rotate(op.reads(i), depth);
      int writes = rotate(op.writes(i), depth);
      int other = op.other(i);
      boolean same = (now >>> depth & 1) == (other < 0 ? 0 : now >>> (depth + other & 7) & 1);
      switch (op.kind()) {
        case ARITHMETIC, ARITHMETIC_TO_REGISTER, COMPARE, COMPARE_TO_FLAGS, COMPARE_WITH_ZERO ->
            now |= reads | writes;
        case LOAD -> now = DoubleWriter.canLoad(op.format()) ? now | writes : now & ~writes;
        case LOAD_ONE, LOAD_ZERO -> now |= writes;
        case LOAD_REGISTER -> now = (now & reads) != 0 ? now | writes : now & ~writes;
        case STORE_REGISTER -> now = (now >>> depth & 1) != 0 ? now | writes : now & ~writes;
        case EXCHANGE -> now = same ? now : now ^ writes;
        default -> {}
      }
      depth = depth + op.pops() - (op.pushes() ? 1 : 0) & 7;
    }
    return now;
  }

  private void assignDepths(Block root) {
    Deque<Block> queue = new ArrayDeque<>();
    if (depths.putIfAbsent(root, 0) == null) {
      queue.add(root);
    }
    while (!queue.isEmpty()) {
      Block b = queue.remove();
      Summary s = summarise(b, depths.get(b));
      summaries.put(b, s);
      List<Block> next = plan.successors(b);
      if (b.end == Block.End.CALL && plan.byOffset().containsKey(b.next())) {
        // most functions return no value on the stack
        next.add(plan.byOffset().get(b.next()));
      }
      for (Block to : next) {
        if (depths.putIfAbsent(to, s.depthOut) == null) {
          queue.add(to);
        }
      }
    }
  }

  private Summary summarise(Block b, int depth) {
    Summary s = new Summary();
    s.depthOut = depth;
    for (Insn i : b.insns) {
      if (i.form == null) {
        continue;
      }
      X87Operation x87 = X87Operation.of(i);
      boolean written = !plan.isLeftToHandler(i);
      if (unit == Unit.X87 && x87 != null && written) {
        read(s, rotate(x87.reads(i), s.depthOut) | ENVIRONMENT);
        write(s, rotate(x87.writes(i), s.depthOut) | ENVIRONMENT);
        s.depthOut = s.depthOut + x87.pops() - (x87.pushes() ? 1 : 0) & 7;
      } else if (unit == Unit.MMX && MmxWriter.isWritten(i) && written) {
        read(s, MmxWriter.reads(i));
        write(s, MmxWriter.writes(i));
      } else if (x87 != null || MmxWriter.isWritten(i) || Operands.isRegisterNeutral(i)) {
        s.leavesNothing = true;
        s.kills = ALL;
        s.written = 0;
      }
    }
    return s;
  }

  private static void read(Summary s, int slots) {
    s.reads |= slots & ~s.kills;
  }

  private static void write(Summary s, int slots) {
    s.kills |= slots & ~s.reads;
    s.written |= slots;
  }

  /** Bits by the distance from ST(0) as bits by slot. */
  static int rotate(int registers, int depth) {
    int twice = registers << (depth & 7);
    return (twice | twice >>> 8) & SLOTS;
  }
}
