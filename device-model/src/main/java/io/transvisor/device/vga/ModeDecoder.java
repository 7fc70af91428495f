package io.transvisor.device.vga;

import io.transvisor.device.vga.DisplayMode.Lines;

/** Reads the registers as a monitor would see their effect. */
final class ModeDecoder {
  /** Memory the VGA proper has: four planes of 64 KiB. */
  private static final int VGA_MEMORY = 0x40000;

  /** Bytes of video memory for one step of the address counter. */
  private static final int UNIT = 4;

  private static final DisplayMode BLANK = new DisplayMode.Blank();

  private final VgaRegisters registers;
  private final int memoryBytes;

  ModeDecoder(VgaRegisters registers, int memoryBytes) {
    this.registers = registers;
    this.memoryBytes = memoryBytes;
  }

  /**
   * The mode set. Sequencer reset and the CRT controller's retrace enable stop the signals of real
   * hardware; they are of no effect here, because firmware written for virtual machines leaves them
   * as they are at power-on.
   */
  DisplayMode decode() {
    Sequencer sequencer = registers.sequencer;
    boolean off =
        !registers.attributes.isDisplaying()
            || !registers.isAdapterEnabled()
            || (sequencer.get(Sequencer.CLOCKING_MODE) & Sequencer.SCREEN_OFF) != 0;
    if (off) {
      return BLANK;
    }
    if (registers.dispi.isEnabled()) {
      return dispi(registers.dispi);
    }
    return registers.graphics.isGraphics() ? graphics() : text();
  }

  private DisplayMode dispi(Dispi dispi) {
    PixelFormat format =
        switch (dispi.bitsPerPixel()) {
          case 4 -> PixelFormat.PLANAR;
          case 15 -> PixelFormat.RGB_555;
          case 16 -> PixelFormat.RGB_565;
          case 24 -> PixelFormat.RGB_888;
          case 32 -> PixelFormat.RGB_8888;
          default -> PixelFormat.INDEXED;
        };
    int start = dispi.startByte();
    int panning = 0;
    if (format == PixelFormat.PLANAR) {
      int xOffset = dispi.read(Dispi.X_OFFSET);
      panning = xOffset & 7;
      start = dispi.read(Dispi.Y_OFFSET) * dispi.lineBytes() + (xOffset >> 3) * UNIT;
    }
    Lines lines = Lines.plain(dispi.height(), start, dispi.lineBytes(), panning, memoryBytes);
    return new DisplayMode.Graphics(format, dispi.width(), 1, lines);
  }

  private DisplayMode text() {
    int clocking = registers.sequencer.get(Sequencer.CLOCKING_MODE);
    int cellWidth = (clocking & Sequencer.EIGHT_DOTS) != 0 ? 8 : 9;
    int panning = registers.attributes.get(AttributeController.PEL_PANNING);
    if (cellWidth == 9) {
      // Nine-dot cells count 8, 0, 1 ... 7.
      panning = panning >= 8 ? 0 : panning + 1;
    } else {
      panning &= 7;
    }
    return new DisplayMode.Text(
        registers.crtc.displayedCharacters(),
        cellWidth,
        dotRepeat(),
        lines(panning, false),
        registers.attributes.has(AttributeController.LINE_GRAPHICS),
        registers.attributes.has(AttributeController.BLINK),
        registers.crtc.underlineScan(),
        registers.sequencer.fontA(),
        registers.sequencer.fontB());
  }

  private DisplayMode graphics() {
    GraphicsController graphics = registers.graphics;
    int characters = registers.crtc.displayedCharacters();
    int panning = registers.attributes.get(AttributeController.PEL_PANNING) & 7;
    if (graphics.is256Color()) {
      // A pixel takes two dots: four of them in a character clock, panned by every other value.
      return new DisplayMode.Graphics(
          PixelFormat.INDEXED, characters * 4, 2 * dotRepeat(), lines(panning >> 1, true));
    }
    PixelFormat format = graphics.isInterleaved() ? PixelFormat.INTERLEAVED : PixelFormat.PLANAR;
    return new DisplayMode.Graphics(format, characters * 8, dotRepeat(), lines(panning, true));
  }

  private int dotRepeat() {
    int clocking = registers.sequencer.get(Sequencer.CLOCKING_MODE);
    return (clocking & Sequencer.HALF_DOT_CLOCK) != 0 ? 2 : 1;
  }

  private Lines lines(int panning, boolean substitution) {
    Crtc crtc = registers.crtc;
    int height = crtc.displayedLines() * crtc.linesPerCount();
    int split = (crtc.lineCompare() + 1) * crtc.linesPerCount();
    // In word mode the counter is shifted left once on its way to memory, so the replaced bits sit
    // one lower in it.
    int bit13 = UNIT << (crtc.isByteMode() ? 13 : 12);
    return new Lines(
        height,
        (crtc.startAddress() + crtc.bytePanning()) * UNIT & VGA_MEMORY - 1,
        crtc.rowOffset() * UNIT,
        crtc.rowScans(),
        crtc.isDoubleScan(),
        crtc.presetRowScan(),
        split >= height ? Lines.NO_SPLIT : split,
        panning,
        !registers.attributes.has(AttributeController.PANNING_STOPS_AT_SPLIT),
        substitution && crtc.replacesBit13() ? bit13 : 0,
        substitution && crtc.replacesBit14() ? bit13 << 1 : 0,
        VGA_MEMORY);
  }

  /**
   * The colors of a mode: 16 or 256 entries, none for direct color.
   *
   * @param blinkOn the phase in which blinking pixels show their other color
   */
  int[] palette(DisplayMode mode, boolean blinkOn) {
    int colors =
        switch (mode) {
          case DisplayMode.Blank b -> 0;
          case DisplayMode.Text t -> 16;
          case DisplayMode.Graphics g -> g.format().colors();
        };
    int[] palette = new int[colors];
    boolean blinking =
        mode instanceof DisplayMode.Graphics && registers.attributes.has(AttributeController.BLINK);
    for (int i = 0; i < colors; i++) {
      int pixel = i;
      if (colors == 16) {
        if (blinking) {
          // In graphics the blink bit drives color bit 3: on for 0 to 7, toggling for 8 to 15.
          pixel = blinkOn ? i ^ 8 : i | 8;
        }
        pixel = registers.attributes.dacIndex(pixel);
      }
      palette[i] = registers.dac.rgb(pixel);
    }
    return palette;
  }
}
