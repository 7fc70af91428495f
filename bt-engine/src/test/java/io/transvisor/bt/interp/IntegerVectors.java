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
  /**
   * Length of the data the instructions work on, and its offset from {@link
   * io.transvisor.bt.ProgramMachine#DATA}.
   */
  static final int WINDOW = 256;

  static final int WINDOW_OFFSET = 0xF80;

  /** Length of the zeros before and behind it. */
  static final int MARGIN = 0x100;

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

  private final int[] registers = new int[8];
  private int flags;
  private final byte[] memory = new byte[WINDOW];

  /**
   * Inputs and results of a case.
   *
   * @param definedFlags flags with a defined result, as bits of EFLAGS
   * @param vector expected exception, or -1
   * @param jumps whether the instruction is expected to go elsewhere than to the next one; then to
   *     {@code resultEip}
   */
  record Case(
      int[] registers,
      int flags,
      byte[] memory,
      int definedFlags,
      int vector,
      int[] resultRegisters,
      int resultFlags,
      boolean jumps,
      int resultEip,
      byte[] resultMemory) {}

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
          cases();
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

  /** Moves to the next instruction of the family; its cases must have been read. */
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

  /** The cases of the current instruction. */
  List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    while (casesLeft > 0) {
      casesLeft--;
      cases.add(readCase());
    }
    return cases;
  }

  /** Makes the inputs of the next case and reads its results. */
  private Case readCase() {
    makeInputs(seed++);
    int kinds = u8();
    boolean jumps = (kinds & 0x40) != 0;
    boolean faults = (kinds & 0x80) != 0;
    int second = u8();
    int changed = u8();
    int[] resultRegisters = registers.clone();
    for (int r = 0; r < 8; r++) {
      if ((changed >> r & 1) != 0) {
        resultRegisters[r] = u32();
      }
    }
    int resultEip = jumps ? u32() : 0;
    byte[] resultMemory = memory.clone();
    for (int n = u8(); n > 0; n--) {
      int offset = u8();
      resultMemory[offset] = (byte) u8();
    }
    return new Case(
        registers.clone(),
        flags,
        memory.clone(),
        unpack(kinds & 0x3F),
        faults ? second : -1,
        resultRegisters,
        faults ? flags : unpack(second),
        jumps,
        resultEip,
        resultMemory);
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
