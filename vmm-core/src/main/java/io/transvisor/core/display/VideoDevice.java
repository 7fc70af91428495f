package io.transvisor.core.display;

/** The part of a display adapter the machine drives: painting what changed. */
public interface VideoDevice {
  /**
   * Brings the screen up to date. Called on the vCPU thread, some 30 times a second while somebody
   * watches; no guest-visible effect.
   */
  void refresh(Screen screen);

  /**
   * The text shown, one line per row with trailing blanks removed, or null in graphics modes. For
   * tests and screen readers.
   */
  String text();
}
