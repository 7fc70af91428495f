package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.error.VmmException;
import java.util.Arrays;

/**
 * The video DAC: 256 colors of three 6-bit (or, by a DISPI bit, 8-bit) values, reached at 3C6h to
 * 3C9h (IBM VGA technical reference, "Video digital-to-analog converter").
 */
final class Dac {
  private static final int READING = 3;
  private static final int WRITING = 0;

  private final byte[] palette = new byte[768];
  private final byte[] pending = new byte[3];
  private int mask = 0xFF;
  private int readIndex;
  private int writeIndex;
  private int component;
  private int state;
  private boolean eightBit;

  void reset() {
    Arrays.fill(palette, (byte) 0);
    Arrays.fill(pending, (byte) 0);
    mask = 0xFF;
    readIndex = 0;
    writeIndex = 0;
    component = 0;
    state = WRITING;
    eightBit = false;
  }

  int mask() {
    return mask;
  }

  void setMask(int value) {
    mask = value;
  }

  /** Port 3C7h read: 0 after the write index was set, 3 after the read index was. */
  int state() {
    return state;
  }

  void setReadIndex(int value) {
    readIndex = value;
    component = 0;
    state = READING;
  }

  int writeIndex() {
    return writeIndex;
  }

  void setWriteIndex(int value) {
    writeIndex = value;
    component = 0;
    state = WRITING;
  }

  /** What a read of port 3C9h would give. */
  int peekData() {
    return palette[readIndex * 3 + component] & (eightBit ? 0xFF : 0x3F);
  }

  /** Port 3C9h read: red, green and blue in turn, then the next color. */
  int readData() {
    int value = peekData();
    if (++component == 3) {
      component = 0;
      readIndex = readIndex + 1 & 0xFF;
    }
    return value;
  }

  /** Port 3C9h write: the color changes when its third value has arrived. */
  void writeData(int value) {
    pending[component] = (byte) (eightBit ? value : value & 0x3F);
    if (++component == 3) {
      component = 0;
      System.arraycopy(pending, 0, palette, writeIndex * 3, 3);
      writeIndex = writeIndex + 1 & 0xFF;
    }
  }

  void setEightBit(boolean on) {
    eightBit = on;
  }

  /** Sets one color directly, in the current width. */
  void set(int entry, int red, int green, int blue) {
    palette[entry * 3] = (byte) red;
    palette[entry * 3 + 1] = (byte) green;
    palette[entry * 3 + 2] = (byte) blue;
  }

  /** The color a pixel value is shown in, as 0x00RRGGBB, with the pel mask applied. */
  int rgb(int pixel) {
    int at = (pixel & mask) * 3;
    return level(palette[at]) << 16 | level(palette[at + 1]) << 8 | level(palette[at + 2]);
  }

  /** Six bits become eight by repeating the top two, so that full brightness stays full. */
  private int level(byte value) {
    if (eightBit) {
      return value & 0xFF;
    }
    int six = value & 0x3F;
    return six << 2 | six >> 4;
  }

  void save(StateWriter out) {
    out.putBytes("dac.palette", palette);
    out.putBytes("dac.pending", pending);
    out.putInt("dac.mask", mask);
    out.putInt("dac.readIndex", readIndex);
    out.putInt("dac.writeIndex", writeIndex);
    out.putInt("dac.component", component);
    out.putInt("dac.state", state);
    out.putBoolean("dac.eightBit", eightBit);
  }

  void load(StateReader in) {
    byte[] saved = in.getBytes("dac.palette");
    byte[] savedPending = in.getBytes("dac.pending");
    component = in.getInt("dac.component");
    if (saved.length != palette.length
        || savedPending.length != 3
        || component < 0
        || component > 2) {
      throw new VmmException("saved vga state has no valid DAC palette");
    }
    System.arraycopy(saved, 0, palette, 0, palette.length);
    System.arraycopy(savedPending, 0, pending, 0, 3);
    mask = in.getInt("dac.mask") & 0xFF;
    readIndex = in.getInt("dac.readIndex") & 0xFF;
    writeIndex = in.getInt("dac.writeIndex") & 0xFF;
    state = in.getInt("dac.state");
    eightBit = in.getBoolean("dac.eightBit");
  }
}
