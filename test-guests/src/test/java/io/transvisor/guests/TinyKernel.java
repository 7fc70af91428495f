package io.transvisor.guests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Multiboot kernels of a few instructions, loaded at 1 MiB and started in flat protected mode. */
final class TinyKernel {
  private static final int MAGIC = 0x1BADB002;
  private static final int ADDRESSES_GIVEN = 1 << 16;
  private static final int LOAD_ADDRESS = 0x100000;
  private static final int CODE = 0x20;
  private static final int DATA = 0x100;
  private static final int SIZE = 0x200;

  /** Says R on COM1, then loads an empty IDT and traps: the processor shuts down. */
  static final String TRIPLE_FAULT =
      """
      66 BA F8 03           mov dx, 3F8h
      B0 52                 mov al, 'R'
      EE                    out dx, al
      0F 01 1D 00 01 10 00  lidt [100100h]
      CC                    int3
      """;

  /** Sends its data to COM1 and switches the machine off (S5 by the ACPI PM1a control register). */
  static final String SAY_AND_SWITCH_OFF =
      """
      BE 00 01 10 00        mov esi, 100100h
      66 BA F8 03           mov dx, 3F8h
      AC                    lodsb
      84 C0                 test al, al
      74 03                 jz $+5
      EE                    out dx, al
      EB F8                 jmp lodsb
      66 BA 04 06           mov dx, 604h
      66 B8 00 20           mov ax, 2000h
      66 EF                 out dx, ax
      F4                    hlt
      """;

  /** Fills the first sector of the first disk with 5Ah, says W on COM1 and halts for ever. */
  static final String WRITE_SECTOR_AND_HALT =
      """
      66 BA F6 01           mov dx, 1F6h
      B0 E0                 mov al, E0h           ; drive 0, linear addressing
      EE                    out dx, al
      66 BA F2 01           mov dx, 1F2h
      B0 01                 mov al, 1             ; one sector
      EE                    out dx, al
      B0 00                 mov al, 0
      42                    inc edx
      EE                    out dx, al
      42                    inc edx
      EE                    out dx, al
      42                    inc edx
      EE                    out dx, al
      66 BA F7 01           mov dx, 1F7h
      B0 30                 mov al, 30h           ; WRITE SECTORS
      EE                    out dx, al
      EC                    in al, dx
      A8 08                 test al, 8            ; DRQ
      74 FB                 jz in
      66 BA F0 01           mov dx, 1F0h
      B9 00 01 00 00        mov ecx, 256
      66 B8 5A 5A           mov ax, 5A5Ah
      66 EF                 out dx, ax
      E2 FC                 loop out
      66 BA F7 01           mov dx, 1F7h
      EC                    in al, dx
      A8 80                 test al, 80h          ; BSY
      75 FB                 jnz in
      66 BA F8 03           mov dx, 3F8h
      B0 57                 mov al, 'W'
      EE                    out dx, al
      FA                    cli
      F4                    hlt
      """;

  private TinyKernel() {}

  /**
   * Writes a kernel file.
   *
   * @param listing lines of bytes in hexadecimal, two blanks, the instruction
   * @param data text that the code finds, ending with a zero byte, at 100100h
   */
  static Path write(Path file, String listing, String data) {
    ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(MAGIC).putInt(ADDRESSES_GIVEN).putInt(-(MAGIC + ADDRESSES_GIVEN));
    image.putInt(LOAD_ADDRESS).putInt(LOAD_ADDRESS).putInt(0).putInt(0);
    image.putInt(LOAD_ADDRESS + CODE);
    listing
        .lines()
        .map(line -> line.split(" {2}", 2)[0].replace(" ", ""))
        .forEach(hex -> image.put(HexFormat.of().parseHex(hex)));
    image.put(DATA, data.getBytes(StandardCharsets.ISO_8859_1));
    try {
      return Files.write(file, image.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
