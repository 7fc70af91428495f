package io.transvisor.device.chipset;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.MemoryBlock;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * What a PC has where in its first mebibyte and at the end of the address space: RAM with the hole
 * from 640 KiB to 1 MiB, the firmware image twice (below 4 GiB, and its last 128 KiB below 1 MiB),
 * and the RAM behind the hole that the host bridge can bring to the front as shadow RAM or as
 * SMRAM.
 */
public final class PhysicalMap {
  /** RAM starts to be hidden here by the display adapter's window. */
  public static final int HOLE_START = 0xA0000;

  public static final int HOLE_END = 0x100000;

  /**
   * Number of separately switched pieces from C0000 to FFFFF: twelve of 16 KiB and one of 64 KiB.
   */
  public static final int SHADOW_SEGMENTS = 13;

  /**
   * Priorities of the mappings made here; devices use 1 to 9, or any for addresses of their own.
   */
  private static final int RAM_PRIORITY = 0;

  private static final int FIRMWARE_PRIORITY = 0;
  private static final int SHADOW_PRIORITY = 10;
  private static final int SMRAM_PRIORITY = 11;

  private static final int SHADOW_START = 0xC0000;
  private static final int SMALL_SEGMENT = 0x4000;
  private static final int LAST_SEGMENT_START = 0xF0000;
  private static final int LOW_FIRMWARE = 0x20000;
  private static final int MAX_FIRMWARE = 8 << 20;

  private final Mapping[] shadow = new Mapping[SHADOW_SEGMENTS];
  private final Mapping smram;

  /**
   * @param bios the system firmware, or null for a machine without: then nothing answers below 1
   *     MiB unless shadow RAM is on
   */
  public PhysicalMap(PhysicalMemory memory, byte[] bios) {
    MemoryBlock ram = memory.ram();
    memory.mapRam("ram-low", 0, Math.min(HOLE_START, ram.size()), ram, 0, RAM_PRIORITY);
    if (bios != null) {
      mapFirmware(memory, bios);
    }
    if (ram.size() < HOLE_END) {
      smram = null;
      return;
    }
    if (ram.size() > HOLE_END) {
      memory.mapRam("ram-high", HOLE_END, ram.size() - HOLE_END, ram, HOLE_END, RAM_PRIORITY);
    }
    for (int i = 0; i < SHADOW_SEGMENTS; i++) {
      int base = segmentBase(i);
      int size = i == SHADOW_SEGMENTS - 1 ? HOLE_END - LAST_SEGMENT_START : SMALL_SEGMENT;
      shadow[i] =
          memory.mapRam("shadow-%05x".formatted(base), base, size, ram, base, SHADOW_PRIORITY);
      shadow[i].setDirections(false, false);
    }
    smram =
        memory.mapRam(
            "smram", HOLE_START, SHADOW_START - HOLE_START, ram, HOLE_START, SMRAM_PRIORITY);
    smram.setEnabled(false);
  }

  private static void mapFirmware(PhysicalMemory memory, byte[] bios) {
    if (bios.length < LOW_FIRMWARE / 2
        || bios.length > MAX_FIRMWARE
        || bios.length % 0x10000 != 0) {
      throw new VmmException(
          "the BIOS image has "
              + bios.length
              + " bytes: it must have a multiple of 64 KiB, up to 8 MiB");
    }
    MemoryBlock block = memory.allocate("bios", bios.length);
    System.arraycopy(bios, 0, memory.store(), block.offset(), bios.length);
    memory.mapRom("bios", -bios.length, bios.length, block, 0, FIRMWARE_PRIORITY);
    int low = Math.min(bios.length, LOW_FIRMWARE);
    memory.mapRom("bios-low", HOLE_END - low, low, block, bios.length - low, FIRMWARE_PRIORITY);
  }

  /** First address of a shadow segment, 0 to 12. */
  public static int segmentBase(int segment) {
    return SHADOW_START + segment * SMALL_SEGMENT;
  }

  /**
   * Lets reads and writes of one shadow segment reach RAM; what does not goes to the firmware, or
   * nowhere.
   */
  public void setShadow(int segment, boolean reads, boolean writes) {
    if (shadow[segment] != null) {
      shadow[segment].setDirections(reads, writes);
    }
  }

  /** Shows RAM instead of the display adapter from A0000 to BFFFF. */
  public void setSmramOpen(boolean open) {
    if (smram != null) {
      smram.setEnabled(open);
    }
  }
}
