package io.transvisor.device.vga;

import io.transvisor.core.FakeClock;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.display.Screen;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pci.PciConfig;
import java.util.zip.CRC32;

/** A display adapter alone in a small machine, driven as a guest would drive it. */
final class VgaFixture {
  static final int LFB = 0xE0000000;
  static final int MMIO = 0xF0000000;

  final PhysicalMemory memory = new PhysicalMemory(1 << 20, StdVga.RESERVED_BYTES);
  final PortSpace ports = new PortSpace();
  final FakeClock clock = new FakeClock();
  final StdVga vga;
  final Screen screen = new Screen();

  VgaFixture() {
    this(null);
  }

  VgaFixture(byte[] bios) {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    vga = new StdVga(memory, ports, clock, bios);
    vga.reset(ResetKind.POWER_ON);
  }

  /** With the two memory regions where firmware would have put them. */
  VgaFixture withRegions() {
    vga.writeConfig(PciConfig.BAR0, 4, LFB);
    vga.writeConfig(PciConfig.BAR0 + 8, 4, MMIO);
    vga.writeConfig(PciConfig.COMMAND, 2, PciConfig.COMMAND_MEMORY);
    return this;
  }

  int in(int port) {
    return ports.read(port, 1);
  }

  void out(int port, int value) {
    ports.write(port, 1, value);
  }

  void sequencer(int index, int value) {
    ports.write(0x3C4, 2, index | value << 8);
  }

  void graphics(int index, int value) {
    ports.write(0x3CE, 2, index | value << 8);
  }

  void crtc(int index, int value) {
    ports.write(0x3D4, 2, index | value << 8);
  }

  int readCrtc(int index) {
    out(0x3D4, index);
    return in(0x3D5);
  }

  void attribute(int index, int value) {
    in(0x3DA);
    out(0x3C0, index);
    out(0x3C0, value);
    in(0x3DA);
    out(0x3C0, 0x20);
  }

  void dac(int index, int red, int green, int blue) {
    out(0x3C8, index);
    out(0x3C9, red);
    out(0x3C9, green);
    out(0x3C9, blue);
  }

  void dispi(int index, int value) {
    ports.write(0x1CE, 2, index);
    ports.write(0x1CF, 2, value);
  }

  int dispi(int index) {
    ports.write(0x1CE, 2, index);
    return ports.read(0x1CF, 2);
  }

  /** Switches the extension on in a given mode. */
  void dispiMode(int width, int height, int bits, int flags) {
    attribute(0x12, 0x0F);
    dispi(Dispi.ENABLE, 0);
    dispi(Dispi.X_RESOLUTION, width);
    dispi(Dispi.Y_RESOLUTION, height);
    dispi(Dispi.BITS_PER_PIXEL, bits);
    dispi(Dispi.ENABLE, Dispi.ENABLED | flags);
  }

  /** Sets all registers of a mode, the way a BIOS does. */
  void mode(VgaModes mode) {
    out(0x3C2, mode.misc);
    sequencer(0, 1);
    for (int i = 1; i < mode.sequencer.length; i++) {
      sequencer(i, mode.sequencer[i]);
    }
    sequencer(0, 3);
    crtc(0x11, 0);
    for (int i = 0; i < mode.crtc.length; i++) {
      crtc(i, mode.crtc[i]);
    }
    for (int i = 0; i < mode.graphics.length; i++) {
      graphics(i, mode.graphics[i]);
    }
    for (int i = 0; i < mode.attributes.length; i++) {
      attribute(i, mode.attributes[i]);
    }
  }

  void write(int address, int value) {
    memory.write(address, 1, value);
  }

  int read(int address) {
    return memory.read(address, 1);
  }

  /** Guest memory from an address on, as something to peek at. */
  MmioHandler at(int base) {
    return new MmioHandler() {
      @Override
      public int read(int offset, int width) {
        return memory.read(base + offset, width);
      }

      @Override
      public void write(int offset, int width, int value) {
        memory.write(base + offset, width, value);
      }

      @Override
      public int peek(int offset, int width) {
        return memory.peek(base + offset, width);
      }
    };
  }

  /** Fills memory with bytes that depend on the seed only. */
  void fill(int address, int length, int seed) {
    int value = seed;
    for (int i = 0; i < length; i++) {
      value = value * 1664525 + 1013904223;
      memory.write(address + i, 1, value >>> 24);
    }
  }

  /** Fills the four planes through the window at A0000h; leaves planar write mode 0. */
  void fillPlanes(int length, int seed) {
    sequencer(4, 6);
    graphics(5, 0);
    graphics(6, 5);
    for (int plane = 0; plane < 4; plane++) {
      sequencer(2, 1 << plane);
      fill(0xA0000, length, seed + plane * 77);
    }
    sequencer(2, 0x0F);
  }

  /** A palette in which every index has a color of its own. */
  void palette() {
    for (int i = 0; i < 256; i++) {
      dac(i, i & 0x3F, i >> 2 & 0x3F, i * 5 & 0x3F);
    }
  }

  Screen.Picture picture() {
    vga.refresh(screen);
    return screen.copy();
  }

  int pixel(int x, int y) {
    Screen.Picture picture = picture();
    return picture.pixels()[y * picture.width() + x];
  }

  /** A number that stands for the whole picture. */
  String pictureHash() {
    Screen.Picture picture = picture();
    CRC32 crc = new CRC32();
    for (int pixel : picture.pixels()) {
      crc.update(pixel >> 16);
      crc.update(pixel >> 8);
      crc.update(pixel);
    }
    return "%dx%d %08x".formatted(picture.width(), picture.height(), crc.getValue());
  }
}
