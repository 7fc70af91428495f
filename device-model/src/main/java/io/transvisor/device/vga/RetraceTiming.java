package io.transvisor.device.vga;

/**
 * Where the beam is: derived from the clock alone, so that it costs nothing while nobody looks. The
 * frame's length comes from the dot clock and the CRT controller's totals, as in the chip.
 */
final class RetraceTiming {
  /**
   * Dot clocks selected by bits 2 and 3 of the miscellaneous output register; the external ones are
   * not connected.
   */
  private static final long[] DOT_CLOCKS = {25_175_000, 28_322_000, 25_175_000, 25_175_000};

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** DISPI modes have no timing registers; they run at this rate. */
  private static final int DISPI_FRAMES_PER_SECOND = 60;

  private long frameNanos;
  private double lineNanos;
  private double displayNanos;
  private int linesPerCount;
  private int displayedLines;
  private int retraceStart;
  private int retraceEnd;

  RetraceTiming() {
    setDispi(480);
  }

  /** Takes over the timing of a VGA mode. */
  void setVga(Crtc crtc, Sequencer sequencer, int miscOutput) {
    int clocking = sequencer.get(Sequencer.CLOCKING_MODE);
    long dots = (clocking & Sequencer.EIGHT_DOTS) != 0 ? 8 : 9;
    if ((clocking & Sequencer.HALF_DOT_CLOCK) != 0) {
      dots *= 2;
    }
    double nanosPerCharacter = (double) dots * NANOS_PER_SECOND / DOT_CLOCKS[miscOutput >> 2 & 3];
    lineNanos = nanosPerCharacter * crtc.horizontalTotal();
    displayNanos = nanosPerCharacter * crtc.displayedCharacters();
    linesPerCount = crtc.linesPerCount();
    frameNanos = Math.max(1, Math.round(lineNanos * linesPerCount * crtc.verticalTotal()));
    displayedLines = crtc.displayedLines();
    retraceStart = crtc.retraceStart();
    retraceEnd = retraceStart + crtc.retraceLines();
  }

  /**
   * Takes over a DISPI mode: 5 % of the lines are blank, two of them retrace; a fifth of each line
   * is blank.
   */
  void setDispi(int height) {
    int total = height + Math.max(8, height / 20);
    frameNanos = NANOS_PER_SECOND / DISPI_FRAMES_PER_SECOND;
    lineNanos = (double) frameNanos / total;
    displayNanos = lineNanos * 0.8;
    linesPerCount = 1;
    displayedLines = height;
    retraceStart = height + 3;
    retraceEnd = height + 5;
  }

  /** Nanoseconds a frame takes. */
  long frameNanos() {
    return frameNanos;
  }

  /** Frames since the clock started. */
  long frame(long now) {
    return now / frameNanos;
  }

  boolean isVerticalRetrace(long now) {
    int line = (int) (now % frameNanos / lineNanos) / linesPerCount;
    return line >= retraceStart && line < retraceEnd;
  }

  /** Whether pixels are being shown, neither blanking nor retrace. */
  boolean isDisplaying(long now) {
    long inFrame = now % frameNanos;
    int line = (int) (inFrame / lineNanos);
    return line / linesPerCount < displayedLines && inFrame - line * lineNanos < displayNanos;
  }

  /** Vertical retraces begun by now, for the interrupt status. */
  long retracesBegun(long now) {
    long start = (long) (retraceStart * linesPerCount * lineNanos);
    return start >= frameNanos ? 0 : Math.floorDiv(now - start, frameNanos) + 1;
  }
}
