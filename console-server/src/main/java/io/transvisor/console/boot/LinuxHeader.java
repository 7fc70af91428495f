package io.transvisor.console.boot;

import io.transvisor.core.error.VmmException;
import java.nio.ByteBuffer;

/**
 * The setup header of a Linux kernel, protocol 2.00 and later (Documentation/x86/boot in the
 * kernel's tree).
 */
final class LinuxHeader {
  static final int HIGH_KERNEL_ADDRESS = 0x100000;
  static final int SECTOR = 512;

  // By offset in the file and in boot_params.
  private static final int SETUP_SECTS = 0x1F1;
  private static final int HEADER_JUMP_LENGTH = 0x201;
  private static final int HEADER_MAGIC = 0x202;
  private static final int TYPE_OF_LOADER = 0x210;
  private static final int LOAD_FLAGS = 0x211;
  private static final int CODE32_START = 0x214;
  private static final int RAMDISK_IMAGE = 0x218;
  private static final int RAMDISK_SIZE = 0x21C;
  private static final int HEAP_END = 0x224;
  private static final int CMD_LINE_PTR = 0x228;
  private static final int VERSION = 0x206;
  private static final int VERSION_TEXT = 0x20E;
  private static final int INITRD_ADDR_MAX = 0x22C;
  private static final int CMDLINE_SIZE = 0x238;
  private static final int INIT_SIZE = 0x260;
  private static final int MAGIC = 0x53726448; // "HdrS"
  private static final int LOADED_HIGH = 1;
  private static final int CAN_USE_HEAP = 0x80;
  private static final int UNKNOWN_LOADER = 0xFF;
  private static final int MEBIBYTE = 1 << 20;
  private static final int PAGE_MASK = -4096;

  /** A boot loader's program that looks like a kernel and serves a disk through INT 13h. */
  private static final String DISK_EMULATOR = "MEMDISK";

  private final KernelImage image;

  /**
   * @throws VmmException if the file ends within the real-mode part
   */
  LinuxHeader(KernelImage image) {
    this.image = image;
    if (version() < 0x0200) {
      throw image.error("Linux boot protocol older than 2.00");
    }
    if (setupBytes() >= image.size()) {
      throw image.error("truncated: only the real-mode part is there");
    }
  }

  static boolean isIn(KernelImage image) {
    return image.size() > INIT_SIZE + 4
        && image.bytes().getInt(HEADER_MAGIC) == MAGIC
        && image.bytes().getShort(0x1FE) == (short) 0xAA55;
  }

  KernelImage image() {
    return image;
  }

  private ByteBuffer bytes() {
    return image.bytes();
  }

  int version() {
    return bytes().getShort(VERSION) & 0xFFFF;
  }

  /** Length of the real-mode part, the boot sector included. */
  int setupBytes() {
    int sectors = bytes().get(SETUP_SECTS) & 0xFF;
    return SECTOR * (1 + (sectors == 0 ? 4 : sectors));
  }

  int payloadBytes() {
    return image.size() - setupBytes();
  }

  boolean isLoadedHigh() {
    return (bytes().get(LOAD_FLAGS) & LOADED_HIGH) != 0;
  }

  /** Whether the kernel has to be started in real mode and calls the BIOS. */
  boolean needsFirmware() {
    return !isLoadedHigh()
        || bytes().getInt(CODE32_START) == 0
        || versionText().startsWith(DISK_EMULATOR);
  }

  private String versionText() {
    int at = SECTOR + (bytes().getShort(VERSION_TEXT) & 0xFFFF);
    StringBuilder text = new StringBuilder();
    while (at > SECTOR && at < image.size() && bytes().get(at) != 0) {
      text.append((char) bytes().get(at++));
    }
    return text.toString();
  }

  /**
   * @param top end of the memory the kernel may use
   * @throws VmmException if kernel and initial RAM disk do not fit below {@code top}
   */
  void checkMemory(int initrdLength, int top, long ramBytes) {
    int initSize = version() >= 0x020A ? bytes().getInt(INIT_SIZE) : 0;
    long needed = (long) HIGH_KERNEL_ADDRESS + Math.max(payloadBytes(), initSize) + initrdLength;
    if (needed > top) {
      throw new VmmException(
          "-m %d: too little memory for this kernel and initrd, which need %d MiB"
              .formatted(ramBytes / MEBIBYTE, needed / MEBIBYTE + 2));
    }
  }

  /**
   * Where the initial RAM disk goes: as high as the kernel allows, on a page, below {@code top}.
   */
  int initrdAddress(int length, int top) {
    long max = version() >= 0x0203 ? bytes().getInt(INITRD_ADDR_MAX) & 0xFFFFFFFFL : 0x37FFFFFF;
    return (int) (Math.min(max + 1, top) - length) & PAGE_MASK;
  }

  /**
   * @throws VmmException if the command line is longer than the kernel takes
   */
  void checkCommandLine(int characters) {
    int longest = version() >= 0x0206 ? bytes().getInt(CMDLINE_SIZE) : 255;
    if (characters > longest) {
      throw new VmmException(
          "-append: the command line has %d characters, this kernel takes %d"
              .formatted(characters, longest));
    }
  }

  /** Copies the header to where it is in {@code boot_params}. */
  void copyTo(byte[] params) {
    int end = HEADER_MAGIC + (bytes().get(HEADER_JUMP_LENGTH) & 0xFF);
    bytes().get(SETUP_SECTS, params, SETUP_SECTS, end - SETUP_SECTS);
  }

  /**
   * Writes a boot loader's fields into a copy of the header.
   *
   * @param heapEnd offset behind the heap of the real-mode part, minus 200h
   */
  void fillIn(
      ByteBuffer copy, int heapEnd, int commandLineAddress, int initrdAddress, int initrdLength) {
    copy.put(TYPE_OF_LOADER, (byte) UNKNOWN_LOADER);
    copy.put(LOAD_FLAGS, (byte) (copy.get(LOAD_FLAGS) | CAN_USE_HEAP));
    copy.putShort(HEAP_END, (short) heapEnd);
    copy.putInt(RAMDISK_IMAGE, initrdAddress);
    copy.putInt(RAMDISK_SIZE, initrdLength);
    copy.putInt(CMD_LINE_PTR, commandLineAddress);
  }
}
