package io.transvisor.device.vga;

import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.port.PortHandler;

/**
 * The byte-wide ports 3B0h to 3DFh: which register answers where (IBM VGA technical reference, "VGA
 * register addresses"). Wider accesses have been split before they come here, so that a word
 * written to an index port sets index and data.
 */
final class VgaPorts implements PortHandler {
  static final int BASE = 0x3B0;
  static final int COUNT = 0x30;

  static final int CRTC_INDEX_MONO = 0x3B4;
  static final int CRTC_DATA_MONO = 0x3B5;
  static final int STATUS_1_MONO = 0x3BA;
  static final int ATTRIBUTE = 0x3C0;
  static final int ATTRIBUTE_READ = 0x3C1;
  static final int MISC_WRITE = 0x3C2;
  static final int ADAPTER_ENABLE = 0x3C3;
  static final int SEQUENCER_INDEX = 0x3C4;
  static final int SEQUENCER_DATA = 0x3C5;
  static final int DAC_MASK = 0x3C6;
  static final int DAC_READ_INDEX = 0x3C7;
  static final int DAC_WRITE_INDEX = 0x3C8;
  static final int DAC_DATA = 0x3C9;
  static final int FEATURE_READ = 0x3CA;
  static final int MISC_READ = 0x3CC;
  static final int GRAPHICS_INDEX = 0x3CE;
  static final int GRAPHICS_DATA = 0x3CF;
  static final int CRTC_INDEX = 0x3D4;
  static final int CRTC_DATA = 0x3D5;
  static final int STATUS_1 = 0x3DA;

  /** Input status 1: no pixels are being shown. */
  static final int STATUS_DISPLAY_OFF = 0x01;

  static final int STATUS_VERTICAL_RETRACE = 0x08;

  /** Input status 0: a vertical retrace interrupt is pending. */
  static final int STATUS_INTERRUPT = 0x80;

  /** Vertical retrace end register: 0 clears and holds the interrupt latch. */
  private static final int INTERRUPT_ARMED = 0x10;

  private static final int INTERRUPT_DISABLED = 0x20;
  private static final int FEATURE_BITS = 0x0B;

  private final VgaRegisters registers;
  private final VirtualClock clock;
  private final RetraceTiming timing = new RetraceTiming();
  private final Runnable accessChanged;
  private long retracesAtArming;

  /**
   * @param accessChanged to be called when a register has changed that CPU accesses to video memory
   *     depend on
   */
  VgaPorts(VgaRegisters registers, VirtualClock clock, Runnable accessChanged) {
    this.registers = registers;
    this.clock = clock;
    this.accessChanged = accessChanged;
  }

  /** Number of the frame being shown. */
  long frame() {
    return timing.frame(clock.nanos());
  }

  /** Takes over the display timing after a change of the registers it depends on. */
  void updateTiming() {
    if (registers.dispi.isEnabled()) {
      timing.setDispi(registers.dispi.height());
    } else {
      timing.setVga(registers.crtc, registers.sequencer, registers.miscOutput);
    }
  }

  /** Whether a port is switched off because the CRT controller is at the other address. */
  private boolean isElsewhere(int port) {
    return registers.hasColorAddresses() ? port < ATTRIBUTE : port >= 0x3D0;
  }

  @Override
  public int read(int offset, int width) {
    int port = BASE + offset;
    switch (port) {
      case STATUS_1, STATUS_1_MONO -> {
        if (!isElsewhere(port)) {
          registers.attributes.resetFlipFlop();
        }
        return peek(offset, width);
      }
      case DAC_DATA -> {
        return registers.dac.readData();
      }
      default -> {
        return peek(offset, width);
      }
    }
  }

  @Override
  public int peek(int offset, int width) {
    int port = BASE + offset;
    if (isElsewhere(port)) {
      return 0xFF;
    }
    return switch (port) {
      case CRTC_INDEX, CRTC_INDEX_MONO -> registers.crtc.index();
      case CRTC_DATA, CRTC_DATA_MONO -> registers.crtc.data();
      case STATUS_1, STATUS_1_MONO -> status1();
      case ATTRIBUTE -> registers.attributes.index();
      case ATTRIBUTE_READ -> registers.attributes.data();
      case MISC_WRITE -> status0();
      case ADAPTER_ENABLE -> registers.enable;
      case SEQUENCER_INDEX -> registers.sequencer.index();
      case SEQUENCER_DATA -> registers.sequencer.data();
      case DAC_MASK -> registers.dac.mask();
      case DAC_READ_INDEX -> registers.dac.state();
      case DAC_WRITE_INDEX -> registers.dac.writeIndex();
      case DAC_DATA -> registers.dac.peekData();
      case FEATURE_READ -> registers.featureControl;
      case MISC_READ -> registers.miscOutput;
      case GRAPHICS_INDEX -> registers.graphics.index();
      case GRAPHICS_DATA -> registers.graphics.data();
      case 0x3CB, 0x3CD -> 0;
      default -> 0xFF;
    };
  }

  @Override
  public void write(int offset, int width, int value) {
    int port = BASE + offset;
    if (isElsewhere(port)) {
      return;
    }
    switch (port) {
      case CRTC_INDEX, CRTC_INDEX_MONO -> registers.crtc.setIndex(value);
      case CRTC_DATA, CRTC_DATA_MONO -> {
        registers.crtc.setData(value);
        crtcChanged();
      }
      case STATUS_1, STATUS_1_MONO -> registers.featureControl = value & FEATURE_BITS;
      case ATTRIBUTE -> registers.attributes.write(value);
      case MISC_WRITE -> {
        registers.miscOutput = value;
        updateTiming();
        accessChanged.run();
      }
      case ADAPTER_ENABLE -> {
        registers.enable = value & 1;
        accessChanged.run();
      }
      case SEQUENCER_INDEX -> registers.sequencer.setIndex(value);
      case SEQUENCER_DATA -> {
        registers.sequencer.setData(value);
        if (registers.sequencer.index() == Sequencer.CLOCKING_MODE) {
          updateTiming();
        }
        accessChanged.run();
      }
      case DAC_MASK -> registers.dac.setMask(value);
      case DAC_READ_INDEX -> registers.dac.setReadIndex(value);
      case DAC_WRITE_INDEX -> registers.dac.setWriteIndex(value);
      case DAC_DATA -> registers.dac.writeData(value);
      case GRAPHICS_INDEX -> registers.graphics.setIndex(value);
      case GRAPHICS_DATA -> {
        registers.graphics.setData(value);
        accessChanged.run();
      }
      default -> {
        // Read-only or not decoded.
      }
    }
  }

  private void crtcChanged() {
    int index = registers.crtc.index();
    if (index == Crtc.VERTICAL_RETRACE_END) {
      if ((registers.crtc.get(index) & INTERRUPT_ARMED) == 0) {
        retracesAtArming = -1;
      } else if (retracesAtArming < 0) {
        retracesAtArming = timing.retracesBegun(clock.nanos());
      }
    }
    boolean isCursorOrStart =
        index >= Crtc.PRESET_ROW_SCAN
            && index <= Crtc.CURSOR_LOW
            && index != Crtc.MAXIMUM_SCAN_LINE;
    if (!isCursorOrStart) {
      updateTiming();
    }
  }

  private int status0() {
    int end = registers.crtc.get(Crtc.VERTICAL_RETRACE_END);
    boolean pending =
        (end & (INTERRUPT_ARMED | INTERRUPT_DISABLED)) == INTERRUPT_ARMED
            && retracesAtArming >= 0
            && timing.retracesBegun(clock.nanos()) > retracesAtArming;
    return pending ? STATUS_INTERRUPT : 0;
  }

  private int status1() {
    long now = clock.nanos();
    return (timing.isDisplaying(now) ? 0 : STATUS_DISPLAY_OFF)
        | (timing.isVerticalRetrace(now) ? STATUS_VERTICAL_RETRACE : 0);
  }

  void reset() {
    retracesAtArming = -1;
    updateTiming();
  }

  void save(StateWriter out) {
    out.putLong("retracesAtArming", retracesAtArming);
  }

  /** Loads; the registers must have been loaded before. */
  void load(StateReader in) {
    retracesAtArming = in.getLong("retracesAtArming");
    updateTiming();
  }
}
