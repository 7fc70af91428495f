package io.transvisor.bt.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.fpu.FpuMachine;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.sse.SseVectors.Instruction;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what a processor did, instruction by instruction, through decoder and handlers. */
class SseVectorsTest {
  private static final int MOST_MISTAKES = Integer.getInteger("sse.shown", 5);
  private static final FpuMachine MACHINE = machine();
  private static final SseVectors VECTORS = new SseVectors();

  /** Bits of EFLAGS in the recorded byte, which has OF in bit 1. */
  private static final int LOW_FLAGS = 0xD5;

  private static FpuMachine machine() {
    FpuMachine machine = new FpuMachine("pentium3,+sse2");
    machine.cpu.cr4 = CpuState.CR4_OSFXSR | CpuState.CR4_OSXMMEXCPT;
    return machine;
  }

  static List<Instruction> instructions() {
    return SseVectors.load();
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void agreesWithTheProcessor(Instruction instruction) {
    verify(instruction);
  }

  static void verify(Instruction instruction) {
    List<String> mistakes = new ArrayList<>();
    replay(instruction, MACHINE.decode(instruction.bytes()), mistakes);
    if (instruction.is(SseVectors.MEMORY)) {
      replay(instruction, MACHINE.decode(instruction.withMemory()), mistakes);
    }
    assertThat(mistakes.stream().limit(MOST_MISTAKES)).as("%d mistakes", mistakes.size()).isEmpty();
  }

  private static void replay(Instruction instruction, Insn insn, List<String> mistakes) {
    int finished = 0;
    for (int k = 0; k < instruction.cases(); k++) {
      VECTORS.inputs(instruction, k);
      int status = instruction.status()[k];
      boolean interrupted = (status & SseVectors.INTERRUPTED) != 0;
      prepare();
      int vector = execute(insn);
      String mistake = "";
      if (vector != (interrupted ? GuestFault.XM : -1)) {
        mistake += " vector " + vector;
      }
      int flags = status & Mxcsr.EXCEPTIONS;
      if (instruction.is(SseVectors.STATUS)
          && MACHINE.cpu.mxcsr != (VECTORS.mxcsr & ~Mxcsr.EXCEPTIONS | flags)) {
        mistake += " mxcsr %04x not flags %02x".formatted(MACHINE.cpu.mxcsr, flags);
      }
      byte[] expected = new byte[0];
      if (!interrupted) {
        int at = finished++ * instruction.width();
        expected = Arrays.copyOfRange(instruction.results(), at, at + instruction.width());
      }
      mistake += difference(instruction, expected);
      if (!mistake.isEmpty()) {
        mistakes.add(
            "a %08x %08x %08x %08x b %08x %08x %08x %08x mxcsr %04x:%s"
                .formatted(
                    VECTORS.a[3],
                    VECTORS.a[2],
                    VECTORS.a[1],
                    VECTORS.a[0],
                    VECTORS.b[3],
                    VECTORS.b[2],
                    VECTORS.b[1],
                    VECTORS.b[0],
                    VECTORS.mxcsr,
                    mistake));
      }
    }
  }

  private static long pair(int[] values, int n) {
    return values[n] & 0xFFFFFFFFL | (long) values[n + 1] << 32;
  }

  private static void prepare() {
    Cpu c = MACHINE.cpu;
    XmmOperand.set(c, 0, pair(VECTORS.a, 0), pair(VECTORS.a, 2));
    XmmOperand.set(c, 1, pair(VECTORS.b, 0), pair(VECTORS.b, 2));
    MACHINE.fpu.initialize();
    MACHINE.fpu.significand[0] = pair(VECTORS.a, 0);
    MACHINE.fpu.significand[1] = pair(VECTORS.b, 0);
    c.gpr[CpuState.EAX] = 0xA5A5A5A5;
    c.gpr[CpuState.ECX] = VECTORS.b[0];
    MACHINE.put(FpuMachine.OPERAND, pair(VECTORS.b, 0));
    MACHINE.put(FpuMachine.OPERAND + 8, pair(VECTORS.b, 2));
    c.mxcsr = VECTORS.mxcsr;
  }

  private static int execute(Insn insn) {
    try {
      MACHINE.execute(insn);
      return -1;
    } catch (GuestFault fault) {
      return fault.vector;
    }
  }

  /** What of the result, and of everything that must not change, is otherwise. */
  private static String difference(Instruction instruction, byte[] expected) {
    Cpu c = MACHINE.cpu;
    StringBuilder s = new StringBuilder();
    byte[] xmm = longs(pair(VECTORS.a, 0), pair(VECTORS.a, 2));
    byte[] mm = longs(pair(VECTORS.a, 0));
    byte[] eax = longs(0xA5A5A5A5L);
    byte[] memory = longs(pair(VECTORS.b, 0), pair(VECTORS.b, 2));
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
    byte[] actual = longs(c.xmm[0], c.xmm[1]);
    if (!instruction.is(SseVectors.ROUGH)) {
      compare(s, "xmm0", actual, xmm);
    } else if (!isClose(actual, xmm)) {
      compare(s, "xmm0", actual, xmm);
    }
    compare(s, "mm0", longs(MACHINE.fpu.significand[0]), mm);
    compare(s, "eax", longs(c.gpr[CpuState.EAX] & 0xFFFFFFFFL), eax);
    long low = MACHINE.get(FpuMachine.OPERAND);
    compare(s, "memory", longs(low, MACHINE.get(FpuMachine.OPERAND + 8)), memory);
    if (instruction.place() == SseVectors.FLAGS && expected.length > 0) {
      int f = c.arithmeticFlags();
      compare(s, "flags", new byte[] {(byte) (f & LOW_FLAGS | f >> 10 & 2)}, flags);
    }
    return s.toString();
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
