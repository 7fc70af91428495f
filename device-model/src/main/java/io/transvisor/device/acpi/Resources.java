package io.transvisor.device.acpi;

import java.io.ByteArrayOutputStream;

/** Builder of a resource template (ACPI 1.0b, 6.4): descriptors in order, then the end tag. */
final class Resources {
  private static final int IRQ = 0x22;
  private static final int DMA = 0x2A;
  private static final int IO_PORT = 0x47;
  private static final int END_TAG = 0x79;
  private static final int DWORD_ADDRESS = 0x87;
  private static final int WORD_ADDRESS = 0x88;
  private static final int EXTENDED_INTERRUPT = 0x89;

  private static final int TYPE_MEMORY = 0;
  private static final int TYPE_IO = 1;
  private static final int TYPE_BUS = 2;

  /** Address space descriptors: minimum and maximum are fixed, positive decode, producer. */
  private static final int FIXED_PRODUCER = 0x0C;

  private static final int ENTIRE_RANGE = 3;
  private static final int READ_WRITE = 1;
  private static final int CACHEABLE = 1 << 1;

  /** Consumer, level-triggered, active high, shared. */
  private static final int SHARED_LEVEL_INTERRUPT = 0x09;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Resources put(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  private Resources word(int value) {
    return put(value & 0xFF, value >>> 8 & 0xFF);
  }

  private Resources dword(int value) {
    return word(value & 0xFFFF).word(value >>> 16);
  }

  /** Edge-triggered, active high, exclusive. */
  Resources irq(int number) {
    return put(IRQ).word(1 << number);
  }

  /** An 8-bit compatibility-mode DMA channel. */
  Resources dma(int channel) {
    return put(DMA, 1 << channel, 0);
  }

  /** Fixed ports, decoded with 16 bits. */
  Resources io(int base, int count) {
    return put(IO_PORT, 1).word(base).word(base).put(1, count);
  }

  Resources busNumbers(int first, int last) {
    return wordSpace(TYPE_BUS, 0, first, last);
  }

  /** A range of ports handed down to the bus below. */
  Resources ioRange(int first, int last) {
    return wordSpace(TYPE_IO, ENTIRE_RANGE, first, last);
  }

  private Resources wordSpace(int type, int typeFlags, int first, int last) {
    return put(WORD_ADDRESS)
        .word(13)
        .put(type, FIXED_PRODUCER, typeFlags)
        .word(0)
        .word(first)
        .word(last)
        .word(0)
        .word(last - first + 1);
  }

  /** A range of memory addresses handed down to the bus below. */
  Resources memoryRange(int first, int last, boolean cacheable) {
    int flags = READ_WRITE | (cacheable ? CACHEABLE : 0);
    return put(DWORD_ADDRESS)
        .word(23)
        .put(TYPE_MEMORY, FIXED_PRODUCER, flags)
        .dword(0)
        .dword(first)
        .dword(last)
        .dword(0)
        .dword(last - first + 1);
  }

  /** A level-triggered shared interrupt, or a choice of them. */
  Resources interrupt(int... numbers) {
    put(EXTENDED_INTERRUPT)
        .word(2 + 4 * numbers.length)
        .put(SHARED_LEVEL_INTERRUPT, numbers.length);
    for (int n : numbers) {
      dword(n);
    }
    return this;
  }

  /** The template as an AML buffer. The checksum of the end tag is 0: not used. */
  byte[] toBuffer() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    all.write(END_TAG);
    all.write(0);
    return Aml.buffer(all.toByteArray());
  }
}
