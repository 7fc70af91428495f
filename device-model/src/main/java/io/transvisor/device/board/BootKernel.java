package io.transvisor.device.board;

/**
 * A kernel that firmware is to start: an option ROM, and what its code fetches from the firmware
 * configuration device, under the numbers QEMU has for such parts.
 */
public record BootKernel(
    byte[] rom, byte[] setup, byte[] payload, byte[] initrd, byte[] commandLine) {
  public static final int PAYLOAD_ITEM = 0x11;
  public static final int INITRD_ITEM = 0x12;
  public static final int COMMAND_LINE_ITEM = 0x15;
  public static final int SETUP_ITEM = 0x18;

  /** Firmware runs all option ROMs it finds in this directory. */
  static final String ROM_FILE = "genroms/kernel.bin";
}
