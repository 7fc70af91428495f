package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Block.End;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** Cuts the instructions of a region into blocks and finds out how they hang together. */
final class RegionLayout {
  private final SortedMap<Integer, Insn> insns;
  private final Set<Integer> leaders;
  private final Set<Integer> returnPoints;
  private final Map<Integer, List<Integer>> observed;
  private final Map<Integer, Block> byOffset = new HashMap<>();

  /** Most instructions that are written a second time for an entry. */
  private static final int MAX_REPEATED = 6;

  private final List<Block> blocks = new ArrayList<>();
  private final List<Block> entries = new ArrayList<>();
  private int count;

  /**
   * @param observed targets of indirect branches by the offset of the branch
   */
  RegionLayout(
      SortedMap<Integer, Insn> insns,
      Set<Integer> leaders,
      Set<Integer> returnPoints,
      Map<Integer, List<Integer>> observed) {
    this.insns = insns;
    this.leaders = leaders;
    this.returnPoints = returnPoints;
    this.observed = observed;
  }

  RegionPlan plan(
      int store,
      int mode,
      Map<Integer, Integer> pageOf,
      Set<Integer> slow,
      boolean inline,
      Set<Integer> alone,
      RegionPlan.X87 x87,
      IntFunction<RegionEntry> outside) {
    cut();
    connect();
    separateEntries();
    FlagLiveness.analyse(blocks, byOffset);
    int first = Integer.MAX_VALUE;
    int end = Integer.MIN_VALUE;
    for (Block b : blocks) {
      first = Math.min(first, b.start);
      end = Math.max(end, b.next());
    }
    return new RegionPlan(
        store,
        mode,
        blocks,
        byOffset,
        entries,
        RegionPlan.pages(withCode(pageOf, store & 0xFFF)),
        first,
        end,
        count,
        slow,
        inline,
        alone,
        x87,
        links(outside));
  }

  /** Those of some pages that instructions are on: others were looked at only. */
  private Map<Integer, Integer> withCode(Map<Integer, Integer> pageOf, int baseInPage) {
    Map<Integer, Integer> pages = new HashMap<>();
    for (Insn i : insns.values()) {
      for (int page = baseInPage + i.start >> 12; page <= baseInPage + i.next - 1 >> 12; page++) {
        pages.put(page, pageOf.get(page));
      }
    }
    return pages;
  }

  /** What direct branches and calls lead to outside of the region. */
  private Map<Integer, RegionEntry> links(IntFunction<RegionEntry> outside) {
    Map<Integer, RegionEntry> links = new HashMap<>();
    for (Block b : blocks) {
      switch (b.end) {
        case BRANCH -> {
          link(links, b.target, outside);
          link(links, b.next(), outside);
        }
        case JUMP -> link(links, b.target, outside);
        case CALL -> {
          link(links, b.target, outside);
          link(links, b.next(), outside);
        }
        case FALL_THROUGH, CALLOUT -> link(links, b.next(), outside);
        case INDIRECT -> {
          if (Branches.isCall(b.last())) {
            link(links, b.next(), outside);
          }
        }
        case LEAVE -> {}
      }
    }
    return links;
  }

  private void link(Map<Integer, RegionEntry> links, int offset, IntFunction<RegionEntry> outside) {
    if (!byOffset.containsKey(offset)) {
      RegionEntry entry = outside.apply(offset);
      if (entry != null) {
        links.put(offset, entry);
      }
    }
  }

  /** Code that is decoded from two places on may come together: there a block begins. */
  private void findConfluences() {
    Set<Integer> seen = new HashSet<>();
    for (Insn i : insns.values()) {
      if (!seen.add(i.next)) {
        leaders.add(i.next);
      }
    }
  }

  private void cut() {
    findConfluences();
    for (int leader : new TreeSet<>(leaders)) {
      if (!insns.containsKey(leader)) {
        continue;
      }
      Block b = new Block(leader);
      int at = leader;
      do {
        Insn i = insns.get(at);
        b.insns.add(i);
        b.end = Branches.endOf(i);
        at = i.next;
      } while (b.end == End.FALL_THROUGH && !leaders.contains(at) && insns.containsKey(at));
      if (b.end == End.BRANCH || b.end == End.JUMP || b.end == End.CALL) {
        b.target = Branches.target(b.last());
      }
      b.index = blocks.size();
      blocks.add(b);
      byOffset.put(leader, b);
      count += b.insns.size();
    }
  }

  private void connect() {
    List<Block> returns = new ArrayList<>();
    for (int offset : new TreeSet<>(returnPoints)) {
      if (byOffset.containsKey(offset)) {
        returns.add(byOffset.get(offset));
      }
    }
    enter(byOffset.get(0));
    for (Block b : blocks) {
      switch (b.end) {
        case BRANCH -> {
          edge(b, b.target);
          edge(b, b.next());
        }
        case JUMP -> edge(b, b.target);
        case CALL -> {
          edge(b, b.target);
          enterIfThere(b.next());
        }
        case FALL_THROUGH, CALLOUT -> edge(b, b.next());
        case INDIRECT -> {
          if (Branches.isReturn(b.last())) {
            indirect(b, returns);
          } else {
            List<Block> targets = new ArrayList<>();
            for (int offset : observed.getOrDefault(b.last().start, List.of())) {
              if (byOffset.containsKey(offset)) {
                targets.add(byOffset.get(offset));
              }
            }
            indirect(b, targets);
            if (Branches.isCall(b.last())) {
              enterIfThere(b.next());
            }
          }
        }
        case LEAVE -> {}
      }
    }
  }

  private void edge(Block from, int offset) {
    Block to = byOffset.get(offset);
    if (to == null) {
      return;
    }
    to.predecessors.add(from);
    if (to.predecessors.size() > 1) {
      to.merges = true;
    }
    if (to.index <= from.index) {
      enter(to);
    }
  }

  private void indirect(Block from, List<Block> targets) {
    from.indirectTargets.addAll(targets);
    for (Block to : targets) {
      to.predecessors.add(from);
      to.merges = true;
      if (to.index <= from.index) {
        enter(to);
      }
    }
  }

  private void enterIfThere(int offset) {
    if (byOffset.containsKey(offset)) {
      enter(byOffset.get(offset));
    }
  }

  /** The block can be entered from outside: loops are left and entered again at their heads. */
  private void enter(Block b) {
    if (b.entry < 0) {
      b.entry = entries.size();
      b.merges = true;
      entries.add(b);
    }
  }

  /**
   * Gives entries in the middle of straight code a block of their own: where the region itself
   * comes there, its flags are known from what computed them. A trace begins there when the guest
   * was interrupted, or the instruction before needed the interpreter.
   */
  private void separateEntries() {
    if (insns.values().stream().anyMatch(RegionLayout::usesFpu)) {
      return;
    }
    List<Block> separate = new ArrayList<>();
    for (Block b : entries) {
      if (isInStraightCode(b) && isSimple(b)) {
        separate.add(b.separateEntry());
      }
    }
    for (Block b : separate) {
      entries.set(b.entry, b);
      if (b.end != End.FALL_THROUGH) {
        follow(b, b.target);
      }
      if (b.end != End.JUMP) {
        follow(b, b.next());
      }
      count += b.insns.size();
    }
    blocks.addAll(0, separate);
    for (int n = 0; n < blocks.size(); n++) {
      blocks.get(n).index = n;
    }
  }

  private void follow(Block from, int offset) {
    Block to = byOffset.get(offset);
    if (to != null) {
      to.predecessors.add(from);
      to.merges = true;
    }
  }

  /** Whether the region comes there by one direct edge forwards only. */
  private boolean isInStraightCode(Block b) {
    return b.predecessors.size() == 1
        && b.predecessors.getFirst().index < b.index
        && !b.predecessors.getFirst().indirectTargets.contains(b)
        && blocks.stream().noneMatch(call -> isBehindCall(b, call));
  }

  /** Whether a block is where another one goes on after the function it calls has returned. */
  private static boolean isBehindCall(Block b, Block call) {
    return call.calls() && call.next() == b.start;
  }

  /** Some instructions that work on registers, and at most a jump. */
  private static boolean isSimple(Block b) {
    return b.insns.size() <= MAX_REPEATED
        && (b.end == End.BRANCH || b.end == End.JUMP || b.end == End.FALL_THROUGH)
        && b.insns.stream().allMatch(i -> Operands.isRegular(i) && !i.memory);
  }

  private static boolean usesFpu(Insn i) {
    return i.form != null && (X87Operation.of(i) != null || Operands.isRegisterNeutral(i));
  }
}
