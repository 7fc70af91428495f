package io.transvisor.console.boot;

import java.nio.ByteBuffer;

/**
 * The header of a Multiboot 1 kernel (Multiboot specification 0.6.96, 3.1).
 *
 * @param offset place in the file
 * @param addressesGiven the address fields are valid and override ELF headers
 */
record MultibootHeader(
    int offset,
    boolean addressesGiven,
    int headerAddress,
    int loadAddress,
    int loadEnd,
    int bssEnd,
    int entry) {
  private static final int MAGIC = 0x1BADB002;
  private static final int SEARCH = 8192;
  private static final int ADDRESS_FIELDS = 1 << 16;

  /**
   * Requirements we meet: page-aligned modules, memory information, video mode (as information
   * only).
   */
  private static final int KNOWN_REQUIREMENTS = 7;

  /** File offset of the header, or -1. */
  static int find(KernelImage image) {
    ByteBuffer b = image.bytes();
    for (int at = 0; at + 12 <= Math.min(SEARCH, image.size()); at += 4) {
      if (b.getInt(at) == MAGIC && MAGIC + b.getInt(at + 4) + b.getInt(at + 8) == 0) {
        return at;
      }
    }
    return -1;
  }

  static MultibootHeader read(KernelImage image, int at) {
    ByteBuffer b = image.bytes();
    int flags = b.getInt(at + 4);
    if ((flags & 0xFFFF & ~KNOWN_REQUIREMENTS) != 0) {
      throw image.error("asks for Multiboot features we do not have (flags %08x)".formatted(flags));
    }
    boolean addresses = (flags & ADDRESS_FIELDS) != 0;
    if (addresses && at + 32 > image.size()) {
      throw image.error("truncated inside the Multiboot header");
    }
    return addresses
        ? new MultibootHeader(
            at,
            true,
            b.getInt(at + 12),
            b.getInt(at + 16),
            b.getInt(at + 20),
            b.getInt(at + 24),
            b.getInt(at + 28))
        : new MultibootHeader(at, false, 0, 0, 0, 0, 0);
  }
}
