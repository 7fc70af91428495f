package io.transvisor.bt.sse;

import io.transvisor.core.cpu.Mxcsr;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The recorded results of SSE instructions on a real processor; the recorder, {@code
 * src/test/native/sse-vectors.c}, describes the file. Inputs are not in it but come from the same
 * generator as there.
 */
final class SseVectors {
  private static final int MAGIC = 0x56455353;

  // flags of instructions
  static final int MEMORY = 1;
  static final int STATUS = 2;
  static final int ROUGH = 4;

  // where results are
  static final int XMM0 = 0;
  static final int MM0 = 1;
  static final int EAX = 2;
  static final int FLAGS = 3;
  static final int MEM = 4;

  /** In the status column: an unmasked exception, and so no result. */
  static final int INTERRUPTED = 1 << 6;

  private static final int SINGLES = 1;
  private static final int DOUBLES = 2;
  private static final int COUNTS = 3;

  private static final int[] EDGES_32 = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x807FFFFF, 0x00400000, 0x00800000,
    0x80800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00001, 0x7F800001,
    0xFFBFFFFF, 0x7FFFFFFF, 0x3F800000, 0xBF800000, 0x3F800001, 0x3F7FFFFF, 0x3F000000, 0xBF000000,
    0x40000000, 0x3FC00000, 0x4B000000, 0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x00800001
  };

  private static final long[] EDGES_64 = {
    0,
    1L << 63,
    1,
    0x8000000000000001L,
    0x000FFFFFFFFFFFFFL,
    0x800FFFFFFFFFFFFFL,
    0x0008000000000000L,
    0x0010000000000000L,
    0x8010000000000000L,
    0x7FEFFFFFFFFFFFFFL,
    0xFFEFFFFFFFFFFFFFL,
    0x7FF0000000000000L,
    0xFFF0000000000000L,
    0x7FF8000000000000L,
    0xFFF8000000000001L,
    0x7FF0000000000001L,
    0xFFF7FFFFFFFFFFFFL,
    0x7FFFFFFFFFFFFFFFL,
    0x3FF0000000000000L,
    0xBFF0000000000000L,
    0x3FF0000000000001L,
    0x3FEFFFFFFFFFFFFFL,
    0x3FE0000000000000L,
    0xC000000000000000L,
    0x47EFFFFFE0000000L,
    0x47EFFFFFF0000000L,
    0x380FFFFFE0000000L,
    0x369FFFFFFFFFFFFFL,
    0x41DFFFFFFFC00000L,
    0xC1E0000000000000L,
    0x41DFFFFFFFDFFFFFL,
    0xC1E00000001FFFFFL
  };

  private static final int[] EDGES_INTEGER = {
    0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x8000, 0x7FFF, 0xFFFF,
    0x80007F, 0x7F80, 0xFF00, 0x8080, 0x10000, 0xFFFF0000, 0x01FFFFFF, 0x1000001
  };

  private static final int[] NONE = new int[4];

  /**
   * An instruction with the results of its cases.
   *
   * @param results of the cases that were not interrupted, one after the other
   */
  record Instruction(
      int[] bytes,
      int flags,
      int lanes,
      int place,
      int width,
      int cases,
      int seed,
      byte[] status,
      byte[] results) {
    boolean is(int flag) {
      return (flags & flag) != 0;
    }

    /** With the operand at EDI instead of XMM1, MM1 or ECX. */
    int[] withMemory() {
      int[] changed = bytes.clone();
      int modRm = bytes[0] == 0x0F ? 2 : 3;
      changed[modRm] = changed[modRm] & 0x38 | 7;
      return changed;
    }

    @Override
    public String toString() {
      StringBuilder s = new StringBuilder();
      for (int b : bytes) {
        s.append(HexFormat.of().withUpperCase().toHexDigits((byte) b)).append(' ');
      }
      return s.toString().trim();
    }
  }

  /** Inputs of the current case. */
  final int[] a = new int[4];

  final int[] b = new int[4];
  int mxcsr;

  private long state;

  static List<Instruction> load() {
    try (InputStream in =
        new GZIPInputStream(SseVectors.class.getResourceAsStream("/sse/vectors.gz"))) {
      return parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Instruction> parse(byte[] recording) {
    ByteBuffer data = ByteBuffer.wrap(recording).order(ByteOrder.LITTLE_ENDIAN);
    if (data.getInt() != MAGIC) {
      throw new IllegalArgumentException("not a recording of SSE vectors");
    }
    List<Instruction> instructions = new ArrayList<>();
    for (int n = data.getShort(); n > 0; n--) {
      instructions.add(read(data));
    }
    return instructions;
  }

  private static Instruction read(ByteBuffer data) {
    int[] bytes = new int[data.get()];
    for (int k = 0; k < bytes.length; k++) {
      bytes[k] = data.get() & 0xFF;
    }
    int flags = data.get();
    int lanes = data.get();
    int result = data.get() & 0xFF;
    int width = result & 31;
    int cases = data.getShort();
    int seed = data.getInt();
    byte[] status = new byte[cases];
    if ((flags & STATUS) != 0) {
      data.get(status);
    }
    int finished = cases;
    for (byte s : status) {
      finished -= (s & INTERRUPTED) != 0 ? 1 : 0;
    }
    byte[] results = new byte[finished * width];
    data.get(results);
    return new Instruction(bytes, flags, lanes, result >> 5, width, cases, seed, status, results);
  }

  // ---- the generator, as in the recorder ----

  /** Makes the inputs of a case. */
  void inputs(Instruction instruction, int number) {
    state = instruction.seed + number & 0xFFFFFFFFL;
    draw(instruction.lanes & 15, a, NONE);
    draw(instruction.lanes >> 4, b, a);
    long v = next();
    mxcsr = Mxcsr.INITIAL;
    if (instruction.is(STATUS)) {
      long masks = (v & 3) != 0 ? 0x3F : v >>> 2 & 0x3F;
      long sticky = (v >>> 8 & 1) != 0 ? v >>> 10 & 0x3F : 0;
      long rounding = (v >>> 16 & 1) != 0 ? v >>> 17 & 3 : 0;
      long zeros = (v >>> 20 & 3) != 0 ? 0 : v >>> 22 & 3;
      mxcsr = (int) (masks << 7 | sticky | rounding << 13 | (zeros & 1) << 6 | zeros >> 1 << 15);
    }
  }

  private void draw(int lanes, int[] to, int[] other) {
    for (int n = 0; n < 4; n++) {
      switch (lanes) {
        case DOUBLES -> {
          long v = real(other[n] & 0xFFFFFFFFL | (long) other[n + 1] << 32);
          to[n] = (int) v;
          to[++n] = (int) (v >>> 32);
        }
        case SINGLES -> to[n] = single(other[n]);
        default -> to[n] = integer(other[n]);
      }
    }
    if (lanes == COUNTS && (next() & 3) == 0) {
      to[1] = 0;
      to[2] = 0;
      to[3] = 0;
    }
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  private long fraction(long v) {
    long r = next();
    int n = (int) (v >>> 2) & 63;
    return switch ((int) v & 3) {
      case 0 -> r;
      case 1 -> r & -1L << n;
      case 2 -> r | -1L >>> n;
      default -> r & 7L << n;
    };
  }

  private int single(int other) {
    long v = next();
    int low = (int) (v >>> 32);
    int five = (int) (v >>> 3) & 31;
    return switch ((int) v & 7) {
      case 0, 1 -> EDGES_32[five];
      case 2 -> low;
      case 3 -> single(low, 112 + five, v >>> 8);
      case 4 -> single(low, 125 + (five & 3), v >>> 8);
      case 5 -> {
        int n = (int) (v >>> 4) & 31;
        yield single(low, (five & 1) != 0 ? n : 223 + n, v >>> 9);
      }
      case 6 -> other ^ low & 0x80000000 ^ five & 3;
      default -> single(low, 127 + five, v >>> 8);
    };
  }

  private int single(int sign, int exponent, long v) {
    return sign & 0x80000000 | exponent << 23 | (int) fraction(v) & 0x7FFFFF;
  }

  private long real(long other) {
    long v = next();
    long sign = v & 1L << 63;
    int five = (int) (v >>> 3) & 31;
    return switch ((int) v & 7) {
      case 0, 1 -> EDGES_64[five];
      case 2 -> next();
      case 3 -> real(sign, 1008 + five, v >>> 8);
      case 4 -> real(sign, 1021 + (five & 3), v >>> 8);
      case 5 -> {
        int n = (int) (v >>> 4) & 63;
        yield real(sign, (five & 1) != 0 ? n : 1983 + n, v >>> 10);
      }
      case 6 -> other ^ sign ^ five & 3;
      default -> {
        int n = (int) (v >>> 4) & 127;
        yield real(sign, (five & 1) != 0 ? 870 + (n & 31) : 1023 + n, v >>> 11);
      }
    };
  }

  private long real(long sign, long exponent, long v) {
    return sign | exponent << 52 | fraction(v) & 0xFFFFFFFFFFFFFL;
  }

  private int integer(int other) {
    long v = next();
    return switch ((int) v & 7) {
      case 0 -> EDGES_INTEGER[(int) (v >>> 3) & 15];
      case 1 -> EDGES_INTEGER[(int) (v >>> 3) & 15] ^ EDGES_INTEGER[(int) (v >>> 7) & 15];
      case 2 -> (int) (v >>> 3) & 63;
      case 3 -> other;
      case 4 -> other ^ 1 << (int) (v >>> 3);
      default -> (int) (v >>> 32);
    };
  }
}
