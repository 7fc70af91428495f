package io.transvisor.core.memory;

/**
 * One entry of the physical memory map. A mapping with a higher priority hides those below it,
 * separately for reads and for writes; of equal priority the one mapped last wins. Made by the
 * {@code map...} methods of {@link PhysicalMemory}.
 */
public final class Mapping {
  /** Where one direction of access goes. */
  enum Target {
    /** Not covered: the mapping below answers. */
    TRANSPARENT,
    /** Bytes of the backing store. */
    STORE,
    /** The handler. */
    HANDLER,
    /** Reads return all ones, writes are dropped. */
    NOTHING
  }

  final PhysicalMemory memory;
  final String owner;
  final int priority;
  final int sequence;
  final int length;
  final MmioHandler handler;
  final int handlerIndex;
  int storeOffset;
  Target readTarget;
  Target writeTarget;
  int base;
  boolean enabled = true;

  Mapping(
      PhysicalMemory memory,
      String owner,
      int base,
      int length,
      int priority,
      int sequence,
      int storeOffset,
      MmioHandler handler,
      int handlerIndex,
      Target readTarget,
      Target writeTarget) {
    this.memory = memory;
    this.owner = owner;
    this.base = base;
    this.length = length;
    this.priority = priority;
    this.sequence = sequence;
    this.storeOffset = storeOffset;
    this.handler = handler;
    this.handlerIndex = handlerIndex;
    this.readTarget = readTarget;
    this.writeTarget = writeTarget;
  }

  public String owner() {
    return owner;
  }

  /** First physical address covered. */
  public int base() {
    return base;
  }

  /** Bytes covered. */
  public int length() {
    return length;
  }

  public boolean isEnabled() {
    return enabled;
  }

  /**
   * Puts the mapping at another page-aligned physical address and enables it, as a PCI base address
   * register does.
   */
  public void moveTo(int newBase) {
    memory.change(this, newBase, true);
  }

  public void setEnabled(boolean on) {
    memory.change(this, base, on);
  }

  /** Shows another, equally long part of a block at the same addresses, as a bank register does. */
  public void retarget(MemoryBlock block, int blockOffset) {
    memory.retarget(this, block.offset() + blockOffset);
  }

  /**
   * For RAM under PAM registers: which directions reach this mapping's memory; the others fall
   * through.
   */
  public void setDirections(boolean reads, boolean writes) {
    memory.setDirections(this, reads, writes);
  }
}
