package io.transvisor.device.vga;

import io.transvisor.core.display.Screen;
import java.util.Arrays;

/** Paints graphics modes: the lines whose memory has been written since they were painted. */
final class GraphicsRenderer {
  private final VideoMemory memory;
  private DisplayMode.Graphics mode;

  /** Where each screen line starts in video memory. */
  private int[] starts = {};

  /** How far each screen line is panned. */
  private int[] pannings = {};

  private int[] scratch = {};
  private byte[] wrapped = {};

  GraphicsRenderer(VideoMemory memory) {
    this.memory = memory;
  }

  /**
   * Brings the screen up to date.
   *
   * @param everything whether to paint clean lines too
   */
  void refresh(Screen screen, DisplayMode.Graphics newMode, int[] palette, boolean everything) {
    if (!newMode.equals(mode)) {
      mode = newMode;
      layOut();
    }
    boolean painted = false;
    int height = starts.length;
    int y = 0;
    while (y < height) {
      if (!everything && !isDirty(y)) {
        y++;
        continue;
      }
      int first = y;
      do {
        y++;
      } while (y < height && (everything || isDirty(y)));
      int end = y;
      screen.paint(
          0,
          first,
          mode.width(),
          end - first,
          (px, stride) -> paint(px, stride, first, end, palette));
      painted = true;
    }
    // A page may hold parts of several lines, so pages become clean only when all lines are
    // painted.
    if (painted) {
      markPainted();
    }
  }

  private void layOut() {
    DisplayMode.Lines lines = mode.lines();
    starts = new int[lines.height()];
    pannings = new int[lines.height()];
    int row = lines.start();
    int scan = lines.presetScan();
    int repeat = lines.linesPerScan();
    int panning = lines.panning();
    int mask = lines.wrap() - 1;
    for (int y = 0; y < starts.length; y++) {
      if (y == lines.split()) {
        row = 0;
        scan = 0;
        repeat = lines.linesPerScan();
        panning = lines.lowerPanned() ? panning : 0;
      }
      int at = replace(row, lines.scanBit0(), scan & 1);
      at = replace(at, lines.scanBit1(), scan >> 1 & 1);
      starts[y] = at & mask;
      pannings[y] = panning;
      if (--repeat == 0) {
        repeat = lines.linesPerScan();
        // A preset beyond the last row scan runs on until the five-bit counter comes round.
        if (scan == lines.rowScans() - 1) {
          scan = 0;
          row += lines.offset();
        } else {
          scan = scan + 1 & 0x1F;
        }
      }
    }
  }

  private static int replace(int address, int bit, int value) {
    return value != 0 ? address | bit : address & ~bit;
  }

  /** Bytes of video memory a line is made from. */
  private int bytes(int y) {
    return mode.format().bytes(mode.pixels() + pannings[y]);
  }

  private boolean isDirty(int y) {
    int length = bytes(y);
    int inMemory = Math.min(length, mode.lines().wrap() - starts[y]);
    return memory.isDirty(starts[y], inMemory)
        || inMemory < length && memory.isDirty(0, length - inMemory);
  }

  private void markPainted() {
    int previous = -1;
    for (int y = 0; y < starts.length; y++) {
      if (starts[y] == previous) {
        continue;
      }
      previous = starts[y];
      int length = bytes(y);
      int inMemory = Math.min(length, mode.lines().wrap() - starts[y]);
      memory.markPainted(starts[y], inMemory);
      if (inMemory < length) {
        memory.markPainted(0, length - inMemory);
      }
    }
  }

  private void paint(int[] pixels, int stride, int first, int end, int[] palette) {
    for (int y = first; y < end; y++) {
      int to = y * stride;
      if (y > first && starts[y] == starts[y - 1] && pannings[y] == pannings[y - 1]) {
        System.arraycopy(pixels, to - stride, pixels, to, mode.width());
      } else {
        paintLine(y, pixels, to, palette);
      }
    }
  }

  private void paintLine(int y, int[] target, int position, int[] palette) {
    int panning = pannings[y];
    int length = bytes(y);
    byte[] source = memory.store();
    int at = memory.base() + starts[y];
    int inMemory = mode.lines().wrap() - starts[y];
    if (inMemory < length) {
      if (wrapped.length < length) {
        wrapped = new byte[length];
      }
      System.arraycopy(source, at, wrapped, 0, inMemory);
      System.arraycopy(source, memory.base(), wrapped, inMemory, length - inMemory);
      source = wrapped;
      at = 0;
    }
    PixelFormat format = mode.format();
    if (panning == 0 && mode.repeat() == 1) {
      format.convert(source, at, target, position, mode.pixels(), palette);
      return;
    }
    int count = format.roundUp(mode.pixels() + panning);
    if (scratch.length < count) {
      scratch = new int[count];
    }
    format.convert(source, at, scratch, 0, count, palette);
    repeat(target, position, panning);
  }

  private void repeat(int[] target, int position, int panning) {
    int repeat = mode.repeat();
    int to = position;
    if (repeat == 2) {
      for (int i = panning, end = panning + mode.pixels(); i < end; i++) {
        int color = scratch[i];
        target[to] = color;
        target[to + 1] = color;
        to += 2;
      }
      return;
    }
    for (int i = panning, end = panning + mode.pixels(); i < end; i++) {
      Arrays.fill(target, to, to + repeat, scratch[i]);
      to += repeat;
    }
  }
}
