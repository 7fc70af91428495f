package io.transvisor.device.vga;

/**
 * What the registers make of video memory. Two equal modes show equal memory alike (with equal
 * palettes).
 */
sealed interface DisplayMode {
  /** The picture is black: the display is switched off or has never been set up. */
  record Blank() implements DisplayMode {}

  /**
   * Character cells.
   *
   * @param columns characters in a row
   * @param cellWidth dots in a character, 8 or 9
   * @param repeat pixels for a dot, 2 with the halved dot clock of 40-column modes
   * @param lines how rows lie in memory
   * @param lineGraphics whether characters C0h to DFh extend into the ninth dot
   * @param blinking whether attribute bit 7 blinks
   * @param underline the row scan that underlines
   * @param fontA plane 2 address of the font for attribute bit 3 set
   * @param fontB plane 2 address of the other font
   */
  record Text(
      int columns,
      int cellWidth,
      int repeat,
      Lines lines,
      boolean lineGraphics,
      boolean blinking,
      int underline,
      int fontA,
      int fontB)
      implements DisplayMode {
    int width() {
      return columns * cellWidth * repeat;
    }
  }

  /**
   * Pixels.
   *
   * @param pixels pixels in a line of memory that are shown
   * @param repeat screen pixels for each of them
   */
  record Graphics(PixelFormat format, int pixels, int repeat, Lines lines) implements DisplayMode {
    int width() {
      return pixels * repeat;
    }
  }

  /**
   * How the lines of the screen follow each other in video memory. Addresses and distances are in
   * bytes of video memory; one step of the CRT controller's address counter is four bytes, one for
   * each plane.
   *
   * @param height lines on the screen
   * @param start where the first line starts
   * @param offset from one row to the next
   * @param rowScans lines of a row, before doubling
   * @param doubled whether each of them is shown twice
   * @param presetScan the row scan the first row starts with
   * @param split the first line of the lower part, which starts at address 0; {@link #NO_SPLIT} for
   *     none
   * @param panning dots or pixels the picture is moved to the left
   * @param lowerPanned whether panning continues in the lower part
   * @param scanBit0 address bit (as a mask) replaced by row scan bit 0, or 0
   * @param scanBit1 address bit replaced by row scan bit 1, or 0
   * @param wrap size of the memory in which addresses wrap around, a power of two
   */
  record Lines(
      int height,
      int start,
      int offset,
      int rowScans,
      boolean doubled,
      int presetScan,
      int split,
      int panning,
      boolean lowerPanned,
      int scanBit0,
      int scanBit1,
      int wrap) {
    static final int NO_SPLIT = Integer.MAX_VALUE;

    /** Plain rows of one line each. */
    static Lines plain(int height, int start, int offset, int panning, int wrap) {
      return new Lines(height, start, offset, 1, false, 0, NO_SPLIT, panning, true, 0, 0, wrap);
    }

    /** Screen lines for one row scan. */
    int linesPerScan() {
      return doubled ? 2 : 1;
    }
  }
}
