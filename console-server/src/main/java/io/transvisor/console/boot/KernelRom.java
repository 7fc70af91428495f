package io.transvisor.console.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * An option ROM that starts a kernel: a Plug and Play header whose bootstrap entry vector firmware
 * takes for a boot device (Plug and Play BIOS Specification 1.0A, 3.2), code that has the firmware
 * configuration device copy the parts by its DMA interface, and the descriptors for that.
 */
final class KernelRom {
  private static final int SIZE = 512;
  private static final int HEADER = 0x20;
  private static final int HEADER_SIZE = 0x20;
  private static final int ENTRY = 0x40;
  private static final int DESCRIPTORS = 0x80;
  private static final int DESCRIPTOR_SIZE = 16;

  /** Control word of a descriptor: select the item in bits 31 to 16, and read it. */
  private static final int SELECT_AND_READ = 0x0A;

  private static final int RETF = 0xCB;

  /** Class and indicators of a mass storage device that can be booted from. */
  private static final byte[] BOOT_DEVICE = {1, 0, 0, 0x04};

  /** ESI runs over the descriptors; port 518h takes their address, most significant byte first. */
  private static final String COPY_PARTS =
      """
      FC              cld
      66 31 C0        xor eax,eax
      8C C8           mov ax,cs
      66 C1 E0 04     shl eax,4
      66 05 80000000  add eax,descriptors
      BA 1805         mov dx,518h
      B9 %s         mov cx,count
      66 89 C3        mov ebx,eax
      66 0F C8        bswap eax
      66 EF           out dx,eax
      66 89 D8        mov eax,ebx
      66 83 C0 10     add eax,16
      E2 EF           loop
      """;

  private static final String JUMP_TO_SETUP =
      """
      B8 %s         mov ax,segment
      8E D8           mov ds,ax
      8E C0           mov es,ax
      8E E0           mov fs,ax
      8E E8           mov gs,ax
      FA              cli
      8E D0           mov ss,ax
      BC %s         mov sp,stack
      EA 0000 %s    jmp setup
      """;

  private final ByteBuffer rom = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final int segment;
  private final int stack;
  private int parts;

  /**
   * @param setupAddress where the kernel's real-mode part will be, below 1 MiB
   * @param stack offset of the end of the stack in that segment
   */
  KernelRom(int setupAddress, int stack) {
    this.segment = setupAddress >>> 4;
    this.stack = stack;
  }

  /** Another part: an item of the firmware configuration device, and where its bytes go. */
  void load(int item, int address, int length) {
    ByteBuffer d = rom.duplicate().order(ByteOrder.BIG_ENDIAN);
    d.position(DESCRIPTORS + DESCRIPTOR_SIZE * parts++);
    d.putInt(item << 16 | SELECT_AND_READ).putInt(length).putLong(address & 0xFFFFFFFFL);
  }

  /** The ROM with both checksums in place. */
  byte[] image() {
    rom.putShort(0, (short) 0xAA55).put(2, (byte) (SIZE / 512)).put(3, (byte) RETF);
    rom.putShort(0x1A, (short) HEADER);
    rom.position(HEADER);
    rom.putInt(0x506E5024); // "$PnP"
    rom.put((byte) 1).put((byte) (HEADER_SIZE / 16));
    rom.position(HEADER + 0x12).put(BOOT_DEVICE);
    rom.putShort(HEADER + 0x1A, (short) ENTRY);
    rom.position(ENTRY).put(code(COPY_PARTS, parts));
    rom.put(code(JUMP_TO_SETUP, segment, stack, segment + LinuxHeader.SECTOR / 16));
    checksum(HEADER, HEADER_SIZE, HEADER + 9);
    checksum(0, SIZE, SIZE - 1);
    return rom.array();
  }

  /** The bytes in a listing, with 16-bit numbers filled in. */
  private static byte[] code(String listing, Integer... words) {
    Object[] hex = new Object[words.length];
    for (int i = 0; i < words.length; i++) {
      hex[i] = "%04X".formatted(Short.reverseBytes(words[i].shortValue()) & 0xFFFF);
    }
    StringBuilder digits = new StringBuilder();
    for (String line : listing.formatted(hex).split("\n")) {
      digits.append(line, 0, 15);
    }
    return HexFormat.of().parseHex(digits.toString().replace(" ", ""));
  }

  /** Makes the sum of bytes zero. */
  private void checksum(int from, int length, int at) {
    int sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += rom.get(i);
    }
    rom.put(at, (byte) (rom.get(at) - sum));
  }
}
