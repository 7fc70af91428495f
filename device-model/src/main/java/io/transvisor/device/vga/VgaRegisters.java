package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/**
 * All registers of the chip: its parts, and the few that belong to none (IBM VGA technical
 * reference, "General registers").
 */
final class VgaRegisters {
  /** Miscellaneous output: CRT controller and input status 1 at 3Dxh instead of 3Bxh. */
  static final int COLOR_ADDRESSES = 0x01;

  /** Miscellaneous output: the CPU reaches video memory. */
  final Sequencer sequencer = new Sequencer();

  final Crtc crtc = new Crtc();
  final GraphicsController graphics = new GraphicsController();
  final AttributeController attributes = new AttributeController();
  final Dac dac = new Dac();
  final Dispi dispi;

  int miscOutput;
  int featureControl;
  int enable;

  VgaRegisters(Dispi dispi) {
    this.dispi = dispi;
  }

  void reset() {
    sequencer.reset();
    crtc.reset();
    graphics.reset();
    attributes.reset();
    dac.reset();
    dispi.reset();
    miscOutput = 0;
    featureControl = 0;
    enable = 1;
  }

  /**
   * Port 3C3h bit 0: the adapter answers and shows a picture. The memory enable bit of the
   * miscellaneous output register has no effect: firmware written for virtual machines does not set
   * it.
   */
  boolean isAdapterEnabled() {
    return (enable & 1) != 0;
  }

  boolean hasColorAddresses() {
    return (miscOutput & COLOR_ADDRESSES) != 0;
  }

  void save(StateWriter out) {
    sequencer.save(out);
    crtc.save(out);
    graphics.save(out);
    attributes.save(out);
    dac.save(out);
    dispi.save(out);
    out.putInt("miscOutput", miscOutput);
    out.putInt("featureControl", featureControl);
    out.putInt("enable", enable);
  }

  void load(StateReader in) {
    sequencer.load(in);
    crtc.load(in);
    graphics.load(in);
    attributes.load(in);
    dac.load(in);
    dispi.load(in);
    miscOutput = in.getInt("miscOutput") & 0xFF;
    featureControl = in.getInt("featureControl") & 0xFF;
    enable = in.getInt("enable") & 1;
  }
}
