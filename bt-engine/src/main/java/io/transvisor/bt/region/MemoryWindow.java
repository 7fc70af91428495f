package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import java.util.ArrayList;
import java.util.List;

/**
 * Accesses of a straight path that lie near each other, whatever the registers are: the same base
 * and index with different displacements. The first of them looks all up, the others only add.
 */
final class MemoryWindow {
  /**
   * Most bytes from the first to the last. A window that reaches into the next page cannot be used,
   * which is the more often the longer it is.
   */
  private static final int MAX_SPAN = 128;

  /** What the accesses have in common; windows of one key differ in where they are. */
  record Key(int base, int index, int scale, int page) {}

  private final boolean absolute;
  private final List<Insn> members = new ArrayList<>();
  private int first = Integer.MAX_VALUE;
  private int end = Integer.MIN_VALUE;
  private boolean written;

  /**
   * @param absolute the address is known when the code is written, so that all is in one page
   */
  MemoryWindow(boolean absolute) {
    this.absolute = absolute;
  }

  /** Takes an access in, or returns false if it is too far from the others. */
  boolean add(Insn i, int offset, int width, boolean write) {
    int newFirst = Math.min(first, offset);
    int newEnd = Math.max(end, offset + width);
    if (newEnd - newFirst > MAX_SPAN) {
      return false;
    }
    first = newFirst;
    end = newEnd;
    written |= write;
    members.add(i);
    return true;
  }

  /** Whether there is anything to gain. */
  boolean isUseful() {
    return members.size() > 1;
  }

  boolean isAbsolute() {
    return absolute;
  }

  /** Offset of its first byte, in the same terms as those of its members. */
  int first() {
    return first;
  }

  /** Length in bytes. */
  int span() {
    return end - first;
  }

  /** Whether any of its members stores. */
  boolean isWritten() {
    return written;
  }

  List<Insn> members() {
    return members;
  }
}
