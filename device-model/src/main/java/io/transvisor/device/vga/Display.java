package io.transvisor.device.vga;

import io.transvisor.core.display.Screen;
import java.util.Arrays;

/**
 * Keeps a {@link Screen} up to date: finds out what the registers show and how much of it has
 * changed.
 */
final class Display {
  /** Frames the cursor is on, then off. */
  private static final int CURSOR_FRAMES = 8;

  /** Frames blinking characters are on, then off. */
  private static final int BLINK_FRAMES = 16;

  private final VgaRegisters registers;
  private final VideoMemory memory;
  private final ModeDecoder decoder;
  private final TextRenderer textRenderer;
  private final GraphicsRenderer graphicsRenderer;
  private Screen lastScreen;
  private DisplayMode lastMode;
  private int[] lastPalette = {};

  Display(VgaRegisters registers, VideoMemory memory) {
    this.registers = registers;
    this.memory = memory;
    decoder = new ModeDecoder(registers, memory.size());
    textRenderer = new TextRenderer(memory);
    graphicsRenderer = new GraphicsRenderer(memory);
  }

  /**
   * Paints what has changed.
   *
   * @param frame number of the frame being shown, which blinking counts by
   */
  void refresh(Screen screen, long frame) {
    DisplayMode mode = decoder.decode();
    boolean blinkOff = (frame / BLINK_FRAMES & 1) != 0;
    int[] palette = decoder.palette(mode, blinkOff);
    boolean everything =
        screen != lastScreen || !mode.equals(lastMode) || !Arrays.equals(palette, lastPalette);
    lastScreen = screen;
    lastMode = mode;
    lastPalette = palette;
    switch (mode) {
      case DisplayMode.Blank b -> {
        if (everything) {
          screen.paint(
              0, 0, screen.width(), screen.height(), (pixels, stride) -> Arrays.fill(pixels, 0));
        }
      }
      case DisplayMode.Text text -> {
        screen.resize(text.width(), text.lines().height());
        textRenderer.refresh(screen, text, palette, cursor(frame), blinkOff, everything);
      }
      case DisplayMode.Graphics graphics -> {
        screen.resize(graphics.width(), graphics.lines().height());
        graphicsRenderer.refresh(screen, graphics, palette, everything);
      }
    }
  }

  private TextRenderer.Cursor cursor(long frame) {
    Crtc crtc = registers.crtc;
    int start = crtc.get(Crtc.CURSOR_START);
    int end = crtc.get(Crtc.CURSOR_END);
    int skew = end >> 5 & 3;
    boolean visible = (start & 0x20) == 0 && (frame / CURSOR_FRAMES & 1) == 0;
    int address = (crtc.cursorAddress() + skew & 0xFFFF) * 4;
    return new TextRenderer.Cursor(address, start & 0x1F, end & 0x1F, visible);
  }

  /** The text on the screen, or null in graphics modes; no lines while the screen is black. */
  String text() {
    return switch (decoder.decode()) {
      case DisplayMode.Blank b -> "";
      case DisplayMode.Text text -> TextRenderer.text(memory, text);
      case DisplayMode.Graphics g -> null;
    };
  }
}
