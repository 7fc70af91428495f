package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The recorded results of integer instructions on a real processor; the recorder, {@code
 * src/test/native/integer-vectors.c}, describes the file. Inputs are not in it but come from the
 * same generator as there.
 */
final class IntegerVectors {
  /** Length of the data the instructions work on, and its offset from {@link FlatMachine#DATA}. */
  static final int WINDOW = 256;

  static final int WINDOW_OFFSET = 0xF80;

  private static final int[] EDGES = {
    0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x8000, 0x7FFF, 0xFFFF,
    0x80, 0x7F, 0xFF, 0x8080, 0x10000, 0xFFFF0000, 0x0F, 0x99
  };

  private static final byte[] BYTE_EDGES = {0, (byte) 0xFF, (byte) 0x80, 0x7F};

  /** A group of instructions. */
  record Family(String name, int start) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final byte[] file;
  private int at;
  private long state;

  // ---- the current instruction ----
  boolean mode16;
  int[] code;
  private int fixes;
  private final int[] fixRegister = new int[8];
  private final int[] fixBase = new int[8];
  private final int[] fixMask = new int[8];
  private int styles;
  private int casesLeft;
  private int seed;

  // ---- the current case ----
  final int[] registers = new int[8];
  int flags;
  final byte[] memory = new byte[WINDOW];

  /** Flags with a defined result, as bits of EFLAGS. */
  int definedFlags;

  /** Expected exception vector, or -1. */
  int vector;

  final int[] resultRegisters = new int[8];
  int resultFlags;

  /**
   * Whether the instruction is expected to go elsewhere than to the next one; then to {@link
   * #resultEip}.
   */
  boolean jumps;

  int resultEip;
  final byte[] resultMemory = new byte[WINDOW];

  /**
   * @param recording what the recorder wrote
   */
  IntegerVectors(byte[] recording) {
    file = recording;
  }

  static IntegerVectors load() {
    try (InputStream in = IntegerVectors.class.getResourceAsStream("/integer/vectors.bin.gz")) {
      return new IntegerVectors(new GZIPInputStream(in).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int u8() {
    return file[at++] & 0xFF;
  }

  private int u16() {
    return u8() | u8() << 8;
  }

  private int u32() {
    return u16() | u16() << 16;
  }

  /** All families, in the order of the file. */
  List<Family> families() {
    List<Family> families = new ArrayList<>();
    at = 0;
    while (true) {
      switch (u8()) {
        case 'F' -> {
          int length = u8();
          families.add(
              new Family(new String(file, at, length, StandardCharsets.US_ASCII), at + length));
          at += length;
        }
        case 'I' -> {
          readInstruction();
          while (nextCase()) {
            // Only to get past it.
          }
        }
        default -> {
          return families;
        }
      }
    }
  }

  void start(Family family) {
    at = family.start;
  }

  /** Moves to the next instruction of the family; its cases must have been read to the end. */
  boolean nextInstruction() {
    if (file[at] != 'I') {
      return false;
    }
    at++;
    readInstruction();
    return true;
  }

  private void readInstruction() {
    mode16 = u8() != 0;
    code = new int[u8()];
    for (int k = 0; k < code.length; k++) {
      code[k] = u8();
    }
    fixes = u8();
    for (int k = 0; k < fixes; k++) {
      fixRegister[k] = u8();
      fixBase[k] = u32();
      fixMask[k] = u32();
    }
    styles = u8();
    casesLeft = u16();
    seed = u32();
  }

  /** Makes the inputs of the next case and reads its results. */
  boolean nextCase() {
    if (casesLeft == 0) {
      return false;
    }
    casesLeft--;
    makeInputs(seed++);
    int kinds = u8();
    definedFlags = unpack(kinds & 0x3F);
    jumps = (kinds & 0x40) != 0;
    int second = u8();
    vector = (kinds & 0x80) != 0 ? second : -1;
    resultFlags = (kinds & 0x80) != 0 ? flags : unpack(second);
    int changed = u8();
    for (int r = 0; r < 8; r++) {
      resultRegisters[r] = (changed >> r & 1) != 0 ? u32() : registers[r];
    }
    resultEip = jumps ? u32() : 0;
    System.arraycopy(memory, 0, resultMemory, 0, WINDOW);
    for (int n = u8(); n > 0; n--) {
      int offset = u8();
      resultMemory[offset] = (byte) u8();
    }
    return true;
  }

  /** From the file's flag bits to those of EFLAGS. */
  private static int unpack(int f) {
    return f & 1
        | (f & 2) << 1
        | (f & 4) << 2
        | (f & 0x18) << 3
        | (f & 0x20) << 6
        | (f & 0x40) << 4;
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  private int draw() {
    long v = next();
    return switch ((int) v & 3) {
      case 0, 1 -> (int) (v >>> 32);
      case 2 -> EDGES[(int) v >> 2 & 15];
      default -> (int) (v >>> 32) & 0xFF;
    };
  }

  private void makeInputs(int caseSeed) {
    state = caseSeed & 0xFFFFFFFFL;
    for (int r = 0; r < 8; r++) {
      registers[r] = draw();
    }
    for (int k = 0; k < fixes; k++) {
      registers[fixRegister[k]] = fixBase[k] + (registers[fixRegister[k]] & fixMask[k]);
    }
    flags = (int) next() & (CpuState.ARITHMETIC_FLAGS | CpuState.DF);
    int style = (int) next() & 3;
    if ((styles >> style & 1) == 0) {
      style = 0;
    }
    for (int k = 0; k < WINDOW; k += 8) {
      long v = next();
      for (int j = 0; j < 8; j++) {
        byte b = (byte) (v >>> 8 * j);
        memory[k + j] =
            switch (style) {
              case 1 -> (byte) (b & 1);
              case 2 -> 0x55;
              case 3 -> BYTE_EDGES[b & 3];
              default -> b;
            };
      }
    }
  }
}
