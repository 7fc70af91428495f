package io.transvisor.device.vga;

/**
 * BIOS mode 3 as firmware leaves it, for guests that start without firmware (IBM VGA technical
 * reference, "BIOS modes").
 */
final class StandardTextMode {
  private static final int MISC = 0x67;
  private static final int[] SEQUENCER = {0x03, 0x00, 0x03, 0x00, 0x02};

  private static final int[] CRTC = {
    0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00,
    0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF
  };

  private static final int[] GRAPHICS = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x00, 0xFF};

  private static final int[] ATTRIBUTES = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F,
    0x0C, 0x00, 0x0F, 0x08, 0x00
  };

  private static final int CELLS = 80 * 25;
  private static final int BLANK_CELL = 0x0720;

  /** Levels of the two bits an EGA gives each color, on the DAC's scale. */
  private static final int STRONG = 0x2A;

  private static final int WEAK = 0x15;

  private StandardTextMode() {}

  /**
   * Sets registers, palette and font, and clears the screen. The caller updates what depends on the
   * registers.
   */
  static void set(VgaRegisters registers, VideoMemory memory) {
    registers.enable = 1;
    registers.miscOutput = MISC;
    registers.dispi.write(Dispi.ENABLE, 0);
    for (int i = 0; i < SEQUENCER.length; i++) {
      registers.sequencer.set(i, SEQUENCER[i]);
    }
    for (int i = 0; i < CRTC.length; i++) {
      registers.crtc.set(i, CRTC[i]);
    }
    for (int i = 0; i < GRAPHICS.length; i++) {
      registers.graphics.set(i, GRAPHICS[i]);
    }
    for (int i = 0; i < ATTRIBUTES.length; i++) {
      registers.attributes.set(i, ATTRIBUTES[i]);
    }
    registers.attributes.resetFlipFlop();
    registers.attributes.setPaletteAddressSource(true);
    registers.dac.setMask(0xFF);
    for (int i = 0; i < 64; i++) {
      registers.dac.set(i, level(i >> 2, i >> 5), level(i >> 1, i >> 4), level(i, i >> 3));
    }
    byte[] font = Font.load();
    for (int i = 0; i < font.length; i++) {
      int glyph = i / Font.HEIGHT;
      int scan = i % Font.HEIGHT;
      memory.put((glyph * 32 + scan) * 4 + 2, font[i]);
    }
    for (int i = 0; i < CELLS; i++) {
      memory.put(4 * i, BLANK_CELL & 0xFF);
      memory.put(4 * i + 1, BLANK_CELL >> 8);
    }
  }

  private static int level(int strong, int weak) {
    return (strong & 1) * STRONG + (weak & 1) * WEAK;
  }
}
