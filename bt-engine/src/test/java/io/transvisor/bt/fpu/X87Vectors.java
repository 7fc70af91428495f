package io.transvisor.bt.fpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reader of the recordings made by {@code src/test/native/x87-vectors.c}, which describes their
 * format.
 */
final class X87Vectors {
  static final int OUT_ST0 = 1;
  static final int OUT_ST1 = 2;
  static final int OUT_MEMORY = 4;
  static final int OUT_FLAGS = 8;

  private static final int MAGIC = 0x56373858;
  private static final int VALUE_BYTES = 10;

  /** An 80-bit value, or the first ten bytes of a memory operand. */
  record Value(long significand, int signExponent) {
    @Override
    public String toString() {
      return "%04x:%016x".formatted(signExponent, significand);
    }
  }

  /** Machine state of one case; results are null where the recording leaves them out. */
  record Case(
      int control,
      int setup,
      Value a,
      Value b,
      int statusAfter,
      int tagsAfter,
      Value st0,
      Value st1,
      Value memory,
      int flags) {
    boolean isEmpty(int i) {
      return (setup >>> i & 1) != 0;
    }

    boolean isFull() {
      return (setup & 4) != 0;
    }

    int top() {
      return setup >>> 3 & 7;
    }

    int conditions() {
      return ((setup & 0x40) != 0 ? 0x4100 : 0) | ((setup & 0x80) != 0 ? 0x600 : 0);
    }
  }

  record Instruction(int opcode, int modrm, int outputs, List<Case> cases) {
    boolean isMemory() {
      return modrm < 0xC0;
    }

    @Override
    public String toString() {
      return isMemory()
          ? "%02X /%d".formatted(opcode, modrm >>> 3 & 7)
          : "%02X %02X".formatted(opcode, modrm);
    }
  }

  private X87Vectors() {}

  /**
   * Reads the recording in the test resources, or a longer one named by the system property {@code
   * x87.vectors}.
   */
  static List<Instruction> load() {
    try (InputStream in =
        new GZIPInputStream(X87Vectors.class.getResourceAsStream("/fpu/x87.gz"))) {
      return parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Instruction> parse(byte[] recording) {
    ByteBuffer in = ByteBuffer.wrap(recording).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != MAGIC) {
      throw new IllegalArgumentException("not a recording of x87 vectors");
    }
    Value[][] pools = new Value[in.getShort()][];
    for (int p = 0; p < pools.length; p++) {
      pools[p] = new Value[in.getShort() & 0xFFFF];
      for (int i = 0; i < pools[p].length; i++) {
        pools[p][i] = value(in);
      }
    }
    int count = in.getShort();
    List<Instruction> instructions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      instructions.add(instruction(in, pools));
    }
    return instructions;
  }

  private static Value value(ByteBuffer in) {
    return new Value(in.getLong(), in.getShort() & 0xFFFF);
  }

  private static Instruction instruction(ByteBuffer in, Value[][] pools) {
    int opcode = in.get() & 0xFF;
    int modrm = in.get() & 0xFF;
    int outputs = in.get();
    Value[] operands = pools[in.get()];
    int n = in.getInt();
    ByteBuffer control = column(in, n, 2);
    ByteBuffer setup = column(in, n, 1);
    ByteBuffer a = column(in, n, 2);
    ByteBuffer b = column(in, n, 2);
    ByteBuffer status = column(in, n, 2);
    ByteBuffer tags = column(in, n, 1);
    ByteBuffer st0 = column(in, (outputs & OUT_ST0) != 0 ? n : 0, VALUE_BYTES);
    ByteBuffer st1 = column(in, (outputs & OUT_ST1) != 0 ? n : 0, VALUE_BYTES);
    ByteBuffer memory = column(in, (outputs & OUT_MEMORY) != 0 ? n : 0, VALUE_BYTES);
    ByteBuffer flags = column(in, (outputs & OUT_FLAGS) != 0 ? n : 0, 1);
    List<Case> cases = new ArrayList<>(n);
    for (int k = 0; k < n; k++) {
      cases.add(
          new Case(
              control.getShort(),
              setup.get() & 0xFF,
              pools[0][a.getShort() & 0xFFFF],
              operands[b.getShort() & 0xFFFF],
              status.getShort() & 0xFFFF,
              tags.get() & 0xFF,
              st0.hasRemaining() ? value(st0) : null,
              st1.hasRemaining() ? value(st1) : null,
              memory.hasRemaining() ? value(memory) : null,
              flags.hasRemaining() ? flags.get() & 0xFF : 0));
    }
    return new Instruction(opcode, modrm, outputs, cases);
  }

  private static ByteBuffer column(ByteBuffer in, int rows, int bytes) {
    ByteBuffer column = in.slice(in.position(), rows * bytes).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + rows * bytes);
    return column;
  }
}
