package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A region that was compiled once, by what its code is and not by where it lies: in this run, then
 * what it was compiled to may still be there, or in an earlier one.
 */
final class KnownRegion {
  private final RegionShape shape;
  private final int hash;
  private final int firstBytes;

  /** Instructions retired in it, in an earlier run and in this one. */
  private final long earlierHeat;

  private long heat;

  /** Address of its base where it was built last. */
  private int linear;

  /** Its bytes, and what they were compiled to; null where that was in an earlier run. */
  private byte[] content;

  private RegionPlan plan;
  private RegionCompiler.Result result;

  /** How many regions there are with its code. */
  private int live;

  /** Its code had to make room for others in this run. */
  private boolean displaced;

  /** Of an earlier run. */
  KnownRegion(RegionProfile.Entry entry) {
    shape = entry.shape();
    hash = entry.hash();
    firstBytes = entry.firstBytes();
    earlierHeat = entry.heat();
    linear = entry.linear();
  }

  /** Of this run. */
  KnownRegion(RegionShape shape, byte[] content) {
    this.shape = shape;
    this.hash = hash(content);
    this.firstBytes = shape.firstBytes(content);
    this.earlierHeat = 0;
    this.content = content;
  }

  private static int hash(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  RegionShape shape() {
    return shape;
  }

  int linear() {
    return linear;
  }

  void setLinear(int address) {
    linear = address;
  }

  long earlierHeat() {
    return earlierHeat;
  }

  /** Whether it may begin at an index of the store. */
  boolean maybeAt(byte[] store, int at) {
    for (int i = 0; i < shape.firstLength(); i++) {
      if (store[at + i] != (byte) (firstBytes >>> 8 * i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is the same code, cut in the same way. */
  boolean isSame(KnownRegion other) {
    return (content == null ? hash == other.hash : Arrays.equals(content, other.content))
        && shape.mode() == other.shape.mode()
        && shape.inPage() == other.shape.inPage()
        && Arrays.equals(shape.blocks(), other.shape.blocks());
  }

  /**
   * Where its pages are if it begins at EIP.
   *
   * @return null if they are not all mapped, or hold other code
   */
  Map<Integer, Integer> pagesAt(Cpu c, int linearBase) {
    boolean user = (shape.mode() & Cpu.MODE_USER) != 0;
    Map<Integer, Integer> pages = new HashMap<>();
    byte[] found =
        shape.content(
            c.store,
            offset -> {
              int page = (shape.inPage() + offset) >> 12;
              Integer known = pages.get(page);
              if (known == null) {
                int at = c.mmu.peekCode(linearBase + offset, user);
                if (at < 0) {
                  return -1;
                }
                known = at >>> 12;
                pages.put(page, known);
              }
              return known << 12 | linearBase + offset & 0xFFF;
            });
    boolean same =
        found != null && (content == null ? hash(found) == hash : Arrays.equals(found, content));
    return same ? pages : null;
  }

  // ---- what it was compiled to ----

  /** It is going to be compiled: from now on its bytes are compared, and not their hash. */
  void setContent(byte[] bytes) {
    content = bytes;
  }

  /** Keeps what it was compiled to. */
  void setCompiled(RegionPlan compiledPlan, RegionCompiler.Result compiled) {
    plan = compiledPlan;
    result = compiled;
  }

  /** Whether its code had to make room in this run. */
  boolean isDisplaced() {
    return displaced && !isCompiled();
  }

  boolean isCompiled() {
    return result != null;
  }

  /** Forgets what it was compiled to: others were hotter. */
  void forgetCode() {
    displaced = true;
    content = null;
    plan = null;
    result = null;
  }

  RegionPlan plan() {
    return plan;
  }

  RegionCompiler.Result result() {
    return result;
  }

  void begin() {
    live++;
  }

  /** A region with its code is no longer used; whether it was the last. */
  boolean end() {
    return --live == 0;
  }

  boolean isLive() {
    return live > 0;
  }

  /** Counts instructions that were retired in it. */
  void addHeat(long instructions) {
    heat += instructions;
  }

  /** For the next run; what was of no use this time counts less. */
  RegionProfile.Entry entry() {
    return new RegionProfile.Entry(
        shape, hash, firstBytes, linear, Math.max(heat, earlierHeat / 2));
  }
}
