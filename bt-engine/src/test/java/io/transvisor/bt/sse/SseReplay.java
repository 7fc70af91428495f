package io.transvisor.bt.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.FlagUses;
import io.transvisor.bt.ProgramMachine;
import io.transvisor.bt.Tally;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.bt.sse.SseVectors.Instruction;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Replays recorded cases of an SSE instruction on an engine: the instruction alone, with uses of
 * its flags, and between loads of its operands and stores of its results.
 */
final class SseReplay {
  private static final int MOST_MISTAKES = Integer.getInteger("sse.shown", 5);
  private static final int WARMING = 3;
  private static final int OPERAND = ProgramMachine.DATA;

  // Where programs find registers, and leave them.
  private static final int A = ProgramMachine.DATA + 0x100;
  private static final int B = ProgramMachine.DATA + 0x110;
  private static final int STATUS = ProgramMachine.DATA + 0x120;
  private static final int LEFT = ProgramMachine.DATA + 0x200;

  /** Bits of EFLAGS in the recorded byte, which has OF in bit 1. */
  private static final int LOW_FLAGS = 0xD5;

  /** What goes around the instruction. */
  private enum Variant {
    ALONE,
    WITH_USES,
    BETWEEN_MOVES
  }

  private final Instruction instruction;
  private final EngineKind engine;
  private final ProgramMachine machine;
  private final Cpu cpu;
  private final SseVectors vectors = new SseVectors();
  private final List<String> mistakes = new ArrayList<>();
  private int tried;

  private SseReplay(Instruction instruction, EngineKind engine) {
    this.instruction = instruction;
    this.engine = engine;
    machine = new ProgramMachine(engine, "pentium3,+sse2", 6);
    cpu = machine.cpu;
  }

  static void verify(Instruction instruction, EngineKind engine) {
    SseReplay test = new SseReplay(instruction, engine);
    test.replay(instruction.bytes());
    if (instruction.is(SseVectors.MEMORY)) {
      test.replay(instruction.withMemory());
    }
    Tally.add("sse", test.family(), engine, test.tried, test.mistakes.size());
    assertThat(test.mistakes.stream().limit(MOST_MISTAKES))
        .as("%d mistakes", test.mistakes.size())
        .isEmpty();
  }

  private String family() {
    boolean doubles = instruction.bytes()[0] == 0x66 || instruction.bytes()[0] == 0xF2;
    String extension = doubles ? "SSE2" : "SSE";
    return extension
        + switch (instruction.place()) {
          case SseVectors.FLAGS -> " comparison into EFLAGS";
          case SseVectors.EAX -> " to a general register";
          case SseVectors.MEM -> " stores";
          case SseVectors.MM0 -> " to MMX registers";
          default -> instruction.is(SseVectors.STATUS) ? " arithmetic" : " moves, logic, integers";
        };
  }

  private void replay(int[] code) {
    replay(code, Variant.ALONE);
    if (instruction.place() == SseVectors.FLAGS) {
      replay(FlagUses.behind(code, false), Variant.WITH_USES);
    }
    replay(betweenMoves(code), Variant.BETWEEN_MOVES);
  }

  /** LDMXCSR, MOVUPS and MOVQ of the operands, the instruction, stores of what it may change. */
  private static int[] betweenMoves(int[] code) {
    return concat(
        absolute(STATUS, 0x0F, 0xAE, 0x15),
        absolute(A, 0x0F, 0x10, 0x05),
        absolute(B, 0x0F, 0x10, 0x0D),
        absolute(A, 0x0F, 0x6F, 0x05),
        absolute(B, 0x0F, 0x6F, 0x0D),
        code,
        absolute(LEFT, 0x0F, 0x11, 0x05),
        absolute(LEFT + 16, 0x0F, 0x7F, 0x05),
        absolute(LEFT + 24, 0x0F, 0xAE, 0x1D));
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static int[] absolute(int address, int... opcode) {
    return IntStream.concat(
            Arrays.stream(opcode), IntStream.of(0, 8, 16, 24).map(n -> address >> n & 0xFF))
        .toArray();
  }

  private void replay(int[] code, Variant variant) {
    machine.load(false, code);
    int finished = 0;
    for (int n = -WARMING; n < instruction.cases(); n++) {
      int k = Math.max(n, 0);
      vectors.inputs(instruction, k);
      int status = instruction.status()[k];
      boolean interrupted = (status & SseVectors.INTERRUPTED) != 0;
      prepare(variant);
      int vector = machine.run();
      if (n < 0) {
        continue;
      }
      tried++;
      StringBuilder mistake = new StringBuilder();
      if (vector != (interrupted ? GuestFault.XM : -1)) {
        mistake.append(" vector ").append(vector);
      }
      byte[] expected = new byte[0];
      if (!interrupted) {
        int at = finished++ * instruction.width();
        expected = Arrays.copyOfRange(instruction.results(), at, at + instruction.width());
      }
      compareStatus(mistake, status & Mxcsr.EXCEPTIONS);
      compare(mistake, expected, variant);
      if (variant == Variant.BETWEEN_MOVES && !interrupted) {
        compareLeft(mistake);
      }
      if (engine != EngineKind.INTERPRET && !machine.wasCompiled()) {
        mistake.append(" not compiled");
      }
      if (!mistake.isEmpty()) {
        mistakes.add(describe(variant) + mistake);
      }
    }
  }

  private String describe(Variant variant) {
    int[] a = vectors.a;
    int[] b = vectors.b;
    return "%s a %08x %08x %08x %08x b %08x %08x %08x %08x mxcsr %04x:"
        .formatted(variant, a[3], a[2], a[1], a[0], b[3], b[2], b[1], b[0], vectors.mxcsr);
  }

  private static long pair(int[] values, int n) {
    return values[n] & 0xFFFFFFFFL | (long) values[n + 1] << 32;
  }

  private void prepare(Variant variant) {
    boolean loads = variant == Variant.BETWEEN_MOVES;
    cpu.fpu.initialize();
    cpu.mxcsr = loads ? Mxcsr.INITIAL : vectors.mxcsr;
    for (int n = 0; n < 2; n++) {
      XmmOperand.set(cpu, n, 0, 0);
      cpu.fpu.significand[n] = 0;
    }
    if (!loads) {
      XmmOperand.set(cpu, 0, pair(vectors.a, 0), pair(vectors.a, 2));
      XmmOperand.set(cpu, 1, pair(vectors.b, 0), pair(vectors.b, 2));
      cpu.fpu.significand[0] = pair(vectors.a, 0);
      cpu.fpu.significand[1] = pair(vectors.b, 0);
    }
    cpu.gpr[CpuState.EAX] = 0xA5A5A5A5;
    cpu.gpr[CpuState.ECX] = vectors.b[0];
    cpu.gpr[CpuState.EDI] = OPERAND;
    for (int n = 0; n < 4; n++) {
      machine.memory.write(OPERAND + 4 * n, 4, vectors.b[n]);
      machine.memory.write(A + 4 * n, 4, vectors.a[n]);
      machine.memory.write(B + 4 * n, 4, vectors.b[n]);
    }
    machine.memory.write(STATUS, 4, vectors.mxcsr);
    FlagUses.prepare(machine);
  }

  private long get(int address) {
    return machine.memory.read(address, 4) & 0xFFFFFFFFL
        | (long) machine.memory.read(address + 4, 4) << 32;
  }

  private void compareStatus(StringBuilder s, int flags) {
    if (instruction.is(SseVectors.STATUS)
        && cpu.mxcsr != (vectors.mxcsr & ~Mxcsr.EXCEPTIONS | flags)) {
      s.append(" mxcsr %04x not flags %02x".formatted(cpu.mxcsr, flags));
    }
  }

  /** What of the result, and of everything that must not change, is otherwise. */
  private void compare(StringBuilder s, byte[] expected, Variant variant) {
    byte[] xmm = longs(pair(vectors.a, 0), pair(vectors.a, 2));
    byte[] mm = longs(pair(vectors.a, 0));
    byte[] eax = longs(0xA5A5A5A5L);
    byte[] memory = longs(pair(vectors.b, 0), pair(vectors.b, 2));
    byte[] flags = new byte[1];
    byte[] changed =
        switch (instruction.place()) {
          case SseVectors.XMM0 -> xmm;
          case SseVectors.MM0 -> mm;
          case SseVectors.EAX -> eax;
          case SseVectors.FLAGS -> flags;
          default -> memory;
        };
    System.arraycopy(expected, 0, changed, 0, expected.length);
    byte[] actual = longs(cpu.xmm[0], cpu.xmm[1]);
    if (!instruction.is(SseVectors.ROUGH) || !isClose(actual, xmm)) {
      compare(s, "xmm0", actual, xmm);
    }
    compare(s, "mm0", longs(cpu.fpu.significand[0]), mm);
    compare(s, "eax", longs(cpu.gpr[CpuState.EAX] & 0xFFFFFFFFL), eax);
    compare(s, "memory", longs(get(OPERAND), get(OPERAND + 8)), memory);
    if (instruction.place() == SseVectors.FLAGS && expected.length > 0) {
      if (variant == Variant.WITH_USES) {
        int f = flags[0] & LOW_FLAGS | (flags[0] & 2) << 10;
        s.append(FlagUses.difference(machine, f, CpuState.ARITHMETIC_FLAGS));
      } else {
        int f = machine.eflags();
        compare(s, "flags", new byte[] {(byte) (f & LOW_FLAGS | f >> 10 & 2)}, flags);
      }
    }
  }

  /** What the program saw of its results must be what it was left with. */
  private void compareLeft(StringBuilder s) {
    compare(s, "stored xmm0", longs(get(LEFT), get(LEFT + 8)), longs(cpu.xmm[0], cpu.xmm[1]));
    compare(s, "stored mm0", longs(get(LEFT + 16)), longs(cpu.fpu.significand[0]));
    int status = machine.memory.read(LEFT + 24, 4);
    if (status != cpu.mxcsr) {
      s.append(" stored mxcsr %04x not %04x".formatted(status, cpu.mxcsr));
    }
  }

  private static byte[] longs(long... values) {
    ByteBuffer b = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long v : values) {
      b.putLong(v);
    }
    return b.array();
  }

  private static void compare(StringBuilder s, String what, byte[] actual, byte[] expected) {
    if (!Arrays.equals(actual, expected)) {
      s.append(" %s %s not %s".formatted(what, backwards(actual), backwards(expected)));
    }
  }

  private static String backwards(byte[] bytes) {
    StringBuilder s = new StringBuilder();
    for (int k = bytes.length - 1; k >= 0; k--) {
      s.append("%02x".formatted(bytes[k]));
    }
    return s.toString();
  }

  /**
   * Whether approximations of the same value agree: each may be off by 1.5 * 2^-12 of it. At the
   * ends of the range one may be infinite or zero already.
   */
  private static boolean isClose(byte[] actual, byte[] expected) {
    for (int n = 0; n < 16; n += 4) {
      float x = ByteBuffer.wrap(actual).order(ByteOrder.LITTLE_ENDIAN).getFloat(n);
      float y = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getFloat(n);
      boolean same = Float.floatToRawIntBits(x) == Float.floatToRawIntBits(y);
      if (!same && !(Math.abs(x - y) <= 0x3p-12 * Math.abs(y))) {
        return false;
      }
    }
    return true;
  }
}
