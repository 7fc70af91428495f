package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import java.util.ArrayList;
import java.util.List;

/**
 * A basic block of a region: instructions in a row, entered only at the first, left only after the
 * last.
 */
final class Block {
  /** How a block ends. */
  enum End {
    /** The next instruction begins another block. */
    FALL_THROUGH,
    /** Conditional jump, LOOP, JECXZ: {@link #target} or what follows. */
    BRANCH,
    /** Direct jump to {@link #target}. */
    JUMP,
    /** Direct call of {@link #target}. */
    CALL,
    /** Near return, indirect near jump or call: somewhere. */
    INDIRECT,
    /** An instruction that may do anything but usually goes on with the next one. */
    CALLOUT,
    /**
     * An instruction that goes elsewhere by what the CPU's state says: far transfer, INT n, HLT.
     */
    LEAVE
  }

  /** Offset of the first byte from the region's base. */
  final int start;

  /** Its instructions; none any more once it is compiled. */
  List<Insn> insns = new ArrayList<>();

  End end = End.FALL_THROUGH;

  /** Offset of the direct target of the last instruction. */
  int target;

  /** Offset of the first byte after it, when its instructions are forgotten. */
  private int next;

  /** Position in the region. */
  int index;

  /** Where execution may go on inside the region after an {@link End#INDIRECT}. */
  final List<Block> indirectTargets = new ArrayList<>();

  final List<Block> predecessors = new ArrayList<>();

  /** It can be reached in other ways than by its predecessors' direct edges. */
  boolean merges;

  /** Number among the region's entries, or -1. */
  int entry = -1;

  /** Whether the flags matter that are valid on entry. */
  boolean flagsLiveIn;

  /** Whether the block reads flags that are valid on entry. */
  boolean flagsReadIn;

  /** By instruction: whether the flags matter that are valid after it. */
  boolean[] flagsLiveAfter;

  Block(int start) {
    this.start = start;
  }

  /** Another block with the same code, which takes this one's entry. */
  Block separateEntry() {
    Block other = new Block(start);
    other.insns = insns;
    other.end = end;
    other.target = target;
    other.entry = entry;
    other.merges = true;
    entry = -1;
    merges = false;
    return other;
  }

  Insn last() {
    return insns.getLast();
  }

  /** Whether it ends with a near call. */
  boolean calls() {
    return end == End.CALL || end == End.INDIRECT && Branches.isCall(last());
  }

  /** Whether it ends with a near return. */
  boolean returns() {
    return end == End.INDIRECT && Branches.isReturn(last());
  }

  /** Offset of the first byte after it. */
  int next() {
    return insns.isEmpty() ? next : last().next;
  }

  /** Forgets all but where it is: the memory is needed for other things. */
  void trim() {
    next = next();
    insns = List.of();
    indirectTargets.clear();
    predecessors.clear();
    flagsLiveAfter = null;
  }
}
