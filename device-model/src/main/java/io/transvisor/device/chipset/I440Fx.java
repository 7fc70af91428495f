package io.transvisor.device.chipset;

import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.device.pci.PciConfig;
import io.transvisor.device.pci.PciFunction;

/**
 * The 82441FX host bridge at 00:00.0 (Intel 440FX PCIset datasheet, order 290549): the programmable
 * attribute map that turns firmware ROM into shadow RAM, and the SMRAM window. There is no system
 * management mode; the window can only be opened.
 */
public final class I440Fx extends PciFunction {
  /** DRAM size in units of 8 MiB where QEMU's firmware looks for it. */
  private static final int RAM_SIZE = 0x57;

  /** First of seven attribute registers. */
  static final int PAM0 = 0x59;

  static final int PAM6 = 0x5F;
  static final int SMRAM = 0x72;

  private static final int PAM_READ = 1;
  private static final int PAM_WRITE = 2;

  private static final int SMRAM_DEFAULT = 0x02;
  private static final int SMRAM_ENABLE = 1 << 3;
  private static final int SMRAM_LOCK = 1 << 4;
  private static final int SMRAM_CLOSE = 1 << 5;
  private static final int SMRAM_OPEN = 1 << 6;

  private final PhysicalMap map;

  public I440Fx(PhysicalMap map, int ramBytes) {
    super("i440fx", 0x8086, 0x1237, 0x02, 0x060000);
    this.map = map;
    for (int i = PciConfig.DEVICE_SPECIFIC; i < config.length; i++) {
      writableMask[i] = (byte) 0xFF;
    }
    config[RAM_SIZE] = (byte) Math.min(255, ramBytes >>> 23);
    config[SMRAM] = SMRAM_DEFAULT;
    writableMask[SMRAM] = SMRAM_ENABLE | SMRAM_LOCK | SMRAM_CLOSE | SMRAM_OPEN;
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    int last = offset + width - 1;
    if (offset <= PAM6 && last >= PAM0) {
      applyAttributes();
    }
    if (offset <= SMRAM && last >= SMRAM) {
      applySmram();
    }
  }

  /**
   * PAM0 has the 64 KiB at F0000 in its high nibble; PAM1 to PAM6 have two 16 KiB pieces each, from
   * C0000 up.
   */
  private void applyAttributes() {
    apply(PhysicalMap.SHADOW_SEGMENTS - 1, config[PAM0] >>> 4);
    for (int i = 0; i < PhysicalMap.SHADOW_SEGMENTS - 1; i++) {
      int register = config[PAM0 + 1 + i / 2];
      apply(i, (i & 1) == 0 ? register : register >>> 4);
    }
  }

  private void apply(int segment, int attributes) {
    map.setShadow(segment, (attributes & PAM_READ) != 0, (attributes & PAM_WRITE) != 0);
  }

  private void applySmram() {
    if ((config[SMRAM] & SMRAM_LOCK) != 0) {
      config[SMRAM] &= ~SMRAM_OPEN;
      writableMask[SMRAM] = SMRAM_CLOSE;
    } else {
      writableMask[SMRAM] = SMRAM_ENABLE | SMRAM_LOCK | SMRAM_CLOSE | SMRAM_OPEN;
    }
    int relevant = SMRAM_ENABLE | SMRAM_OPEN | SMRAM_CLOSE;
    map.setSmramOpen((config[SMRAM] & relevant) == (SMRAM_ENABLE | SMRAM_OPEN));
  }

  @Override
  public void reset(ResetKind kind) {
    super.reset(kind);
    applyAttributes();
    applySmram();
  }

  @Override
  public void load(StateReader in) {
    super.load(in);
    applyAttributes();
    applySmram();
  }
}
