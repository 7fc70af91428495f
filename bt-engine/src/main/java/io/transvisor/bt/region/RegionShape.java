package io.transvisor.bt.region;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * Which code a region consists of, wherever it lies: enough to build it again without having seen
 * what is hot. Offsets are relative to the base.
 *
 * @param mode mode word the code is for
 * @param inPage offset of the base in its page
 * @param blocks first offset of each block and the offset behind it, in the order of the addresses
 * @param returnPoints where calls inside the region return to
 * @param observed targets of indirect branches, by the offset of the branch
 * @param slow offsets of instructions that are left to their handlers
 */
public record RegionShape(
    int mode,
    int inPage,
    int[] blocks,
    int[] returnPoints,
    Map<Integer, int[]> observed,
    int[] slow) {
  /** Longer than any block. */
  static final int MAX_BLOCK_BYTES = 1 << 14;

  static RegionShape of(RegionPlan plan) {
    int[] blocks = new int[2 * plan.blocks().size()];
    Map<Integer, int[]> observed = new TreeMap<>();
    List<Integer> returns = new ArrayList<>();
    int n = 0;
    for (Block b : plan.blocks()) {
      blocks[n++] = b.start;
      blocks[n++] = b.next();
      if (b.end == Block.End.INDIRECT) {
        int[] targets = b.indirectTargets.stream().mapToInt(to -> to.start).toArray();
        if (Branches.isReturn(b.last())) {
          Arrays.stream(targets).filter(t -> !returns.contains(t)).forEach(returns::add);
        } else if (targets.length > 0) {
          observed.put(b.last().start, targets);
        }
      }
    }
    return new RegionShape(
        plan.mode(),
        plan.store() & 0xFFF,
        blocks,
        returns.stream().mapToInt(Integer::intValue).sorted().toArray(),
        observed,
        plan.slow().stream().mapToInt(Integer::intValue).sorted().toArray());
  }

  /** Bytes of code. */
  int length() {
    int length = 0;
    for (int n = 0; n < blocks.length; n += 2) {
      length += blocks[n + 1] - blocks[n];
    }
    return length;
  }

  /** How many bytes {@link #firstBytes} has. */
  int firstLength() {
    int n = 0;
    while (blocks[n] != 0) {
      n += 2;
    }
    return Math.min(4, Math.min(blocks[n + 1], 0x1000 - inPage));
  }

  /** The first bytes at the base, as many as are in its block and page and at most four. */
  int firstBytes(byte[] content) {
    int from = 0;
    for (int n = 0; blocks[n] != 0; n += 2) {
      from += blocks[n + 1] - blocks[n];
    }
    int first = 0;
    for (int i = 0; i < firstLength(); i++) {
      first |= (content[from + i] & 0xFF) << 8 * i;
    }
    return first;
  }

  /**
   * The bytes of all blocks, one after the other.
   *
   * @param place gives the index in the store of the byte at an offset, or -1
   * @return null if a byte has no place
   */
  byte[] content(byte[] store, IntUnaryOperator place) {
    byte[] content = new byte[length()];
    int to = 0;
    for (int n = 0; n < blocks.length; n += 2) {
      int at = blocks[n];
      while (at < blocks[n + 1]) {
        int from = place.applyAsInt(at);
        if (from < 0) {
          return null;
        }
        int length = Math.min(blocks[n + 1] - at, 4096 - (from & 0xFFF));
        System.arraycopy(store, from, content, to, length);
        at += length;
        to += length;
      }
    }
    return content;
  }
}
