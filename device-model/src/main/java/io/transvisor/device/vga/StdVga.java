package io.transvisor.device.vga;

import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.display.Screen;
import io.transvisor.core.display.VideoDevice;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.MemoryBlock;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pci.PciFunction;

/**
 * The display adapter: a VGA with the Bochs VBE extension and 16 MiB of video memory, as QEMU's
 * {@code -vga std}. BAR 0 is the linear frame buffer, BAR 2 the registers, the expansion ROM holds
 * the VGA BIOS. The VGA's own ports and its window at A0000h are decoded always, whatever the PCI
 * command register says, as firmware expects of the boot display.
 */
public final class StdVga extends PciFunction implements VideoDevice {
  /** Bytes of video memory. */
  public static final int MEMORY_BYTES = 16 << 20;

  /** Largest VGA BIOS image. */
  public static final int MAX_BIOS_BYTES = 64 << 10;

  /** Room to be reserved in {@link PhysicalMemory} for the adapter: video memory and VGA BIOS. */
  public static final int RESERVED_BYTES = MEMORY_BYTES + MAX_BIOS_BYTES;

  private static final int VENDOR = 0x1234;
  private static final int DEVICE = 0x1111;
  private static final int REVISION = 2;
  private static final int CLASS_VGA = 0x030000;
  private static final int BAR_PRIORITY = 1;

  private final VideoMemory memory;
  private final VgaRegisters registers;
  private final DataPath path;
  private final MemoryWindow window;
  private final VgaPorts vgaPorts;
  private final Display display;

  /**
   * Takes video memory, ports and mappings; PCI address ranges stay off until the guest sets them
   * up.
   *
   * @param vgaBios the VGA BIOS image for the expansion ROM, or null for none
   * @throws VmmException if the image is larger than {@link #MAX_BIOS_BYTES}
   */
  public StdVga(PhysicalMemory physical, PortSpace ports, VirtualClock clock, byte[] vgaBios) {
    super("vga", VENDOR, DEVICE, REVISION, CLASS_VGA);
    memory = new VideoMemory(physical, MEMORY_BYTES);
    Dispi dispi = new Dispi(MEMORY_BYTES, new DispiEffects());
    registers = new VgaRegisters(dispi);
    registers.reset();
    path = new DataPath(memory);
    window = new MemoryWindow(physical, memory, path);
    vgaPorts = new VgaPorts(registers, clock, this::updateWindow);
    display = new Display(registers, memory);
    ports.register("vga", VgaPorts.BASE + 4, 2, 1, new Shifted(vgaPorts, 4));
    ports.register("vga", VgaPorts.BASE + 0x0A, 1, 1, new Shifted(vgaPorts, 0x0A));
    ports.register("vga", VgaPorts.BASE + 0x10, 16, 1, new Shifted(vgaPorts, 0x10));
    ports.register("vga", VgaPorts.BASE + 0x24, 2, 1, new Shifted(vgaPorts, 0x24));
    ports.register("vga", VgaPorts.BASE + 0x2A, 1, 1, new Shifted(vgaPorts, 0x2A));
    ports.register("vga.dispi", DispiPorts.BASE, DispiPorts.COUNT, 2, new DispiPorts(dispi));

    Mapping lfb = physical.mapRam("vga.lfb", 0, MEMORY_BYTES, memory.block(), 0, BAR_PRIORITY);
    lfb.setEnabled(false);
    memoryBar(0, MEMORY_BYTES, true, lfb);
    Mapping mmio =
        physical.mapMmio(
            "vga.mmio", 0, MmioRegisters.LENGTH, new MmioRegisters(vgaPorts, dispi), BAR_PRIORITY);
    mmio.setEnabled(false);
    memoryBar(2, MmioRegisters.LENGTH, false, mmio);
    if (vgaBios != null) {
      addRom(physical, vgaBios);
    }
    updateWindow();
  }

  private void addRom(PhysicalMemory physical, byte[] image) {
    if (image.length == 0 || image.length > MAX_BIOS_BYTES) {
      throw new VmmException(
          "VGA BIOS of " + image.length + " bytes: 1 to " + MAX_BIOS_BYTES + " are possible");
    }
    int size = Math.max(PhysicalMemory.PAGE_SIZE, Integer.highestOneBit(2 * image.length - 1));
    MemoryBlock block = physical.allocate("vga.rom", size);
    System.arraycopy(image, 0, physical.store(), block.offset(), image.length);
    Mapping rom = physical.mapRom("vga.rom", 0, size, block, 0, BAR_PRIORITY);
    rom.setEnabled(false);
    romBar(size, rom);
  }

  private void updateWindow() {
    window.update(
        registers.sequencer, registers.graphics, registers.dispi, registers.isAdapterEnabled());
  }

  /**
   * Sets 80x25 color text (BIOS mode 3) with the default palette and an 8x16 font, and clears the
   * screen, as a VGA BIOS does at power-on. For guests that are started without firmware.
   */
  public void setStandardTextMode() {
    StandardTextMode.set(registers, memory);
    vgaPorts.reset();
    updateWindow();
  }

  @Override
  public void refresh(Screen screen) {
    display.refresh(screen, vgaPorts.frame());
  }

  @Override
  public String text() {
    return display.text();
  }

  @Override
  public void reset(ResetKind kind) {
    super.reset(kind);
    registers.reset();
    path.latch = 0;
    if (kind == ResetKind.POWER_ON) {
      memory.clear(MEMORY_BYTES);
    }
    vgaPorts.reset();
    updateWindow();
  }

  @Override
  public void save(StateWriter out) {
    super.save(out);
    registers.save(out);
    vgaPorts.save(out);
    out.putInt("latch", path.latch);
    out.putBytes("memory", memory.contents());
  }

  @Override
  public void load(StateReader in) {
    super.load(in);
    registers.load(in);
    vgaPorts.load(in);
    path.latch = in.getInt("latch");
    memory.setContents(in.getBytes("memory"));
    updateWindow();
  }

  /** What DISPI writes do to the rest of the chip. */
  private final class DispiEffects implements Dispi.Listener {
    /** Registers that VGA software reads back follow the picture, as they do in QEMU. */
    @Override
    public void geometryChanged() {
      Crtc crtc = registers.crtc;
      Dispi dispi = registers.dispi;
      GraphicsController graphics = registers.graphics;
      graphics.set(
          GraphicsController.MISCELLANEOUS,
          graphics.get(GraphicsController.MISCELLANEOUS) & ~0x0C
              | 0x04
              | GraphicsController.GRAPHICS);
      int shift = dispi.bitsPerPixel() == 4 ? 0 : 0x40;
      graphics.set(GraphicsController.MODE, graphics.get(GraphicsController.MODE) & ~0x60 | shift);
      crtc.set(Crtc.MODE_CONTROL, crtc.get(Crtc.MODE_CONTROL) | 0x03);
      crtc.set(Crtc.OFFSET, dispi.lineBytes() >> 3);
      crtc.set(Crtc.HORIZONTAL_DISPLAY_END, (dispi.width() >> 3) - 1);
      int end = dispi.height() - 1;
      crtc.set(Crtc.VERTICAL_DISPLAY_END, end);
      int overflow = crtc.get(Crtc.OVERFLOW) & ~0x42 | end >> 7 & 0x02 | end >> 3 & 0x40;
      crtc.set(Crtc.OVERFLOW, overflow | 0x10);
      crtc.set(Crtc.LINE_COMPARE, 0xFF);
      crtc.set(Crtc.MAXIMUM_SCAN_LINE, crtc.get(Crtc.MAXIMUM_SCAN_LINE) & ~0x9F | 0x40);
      vgaPorts.updateTiming();
      updateWindow();
    }

    @Override
    public void clear(int bytes) {
      memory.clear(bytes);
    }

    @Override
    public void eightBitDac(boolean on) {
      registers.dac.setEightBit(on);
    }

    @Override
    public void accessChanged() {
      vgaPorts.updateTiming();
      updateWindow();
    }
  }
}
