package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The interpreter does with integer instructions what a real processor did: registers, defined
 * flags, memory, exceptions.
 */
class IntegerVectorsTest {
  private static final IntegerVectors VECTORS = IntegerVectors.load();
  private static final FlatMachine MACHINE = new FlatMachine();
  private static final int WINDOW_AT = FlatMachine.DATA + IntegerVectors.WINDOW_OFFSET;
  private static final String[] NAMES = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
  private static final int MOST_MISTAKES = 5;

  static List<IntegerVectors.Family> families() {
    return VECTORS.families();
  }

  @ParameterizedTest
  @MethodSource("families")
  void resultsAreThoseOfHardware(IntegerVectors.Family family) {
    verify(VECTORS, family);
  }

  static void verify(IntegerVectors vectors, IntegerVectors.Family family) {
    List<String> mistakes = new ArrayList<>();
    vectors.start(family);
    while (vectors.nextInstruction()) {
      MACHINE.setMode(vectors.mode16);
      MACHINE.load(vectors.code);
      while (vectors.nextCase()) {
        String mistake = replay(vectors);
        if (!mistake.isEmpty() && mistakes.size() < MOST_MISTAKES) {
          mistakes.add(describe(vectors) + mistake);
        }
      }
    }
    assertThat(mistakes).isEmpty();
  }

  /** Executes the current case and tells what is wrong. */
  private static String replay(IntegerVectors vectors) {
    Cpu c = MACHINE.cpu;
    System.arraycopy(vectors.registers, 0, c.gpr, 0, 8);
    c.setEflags(vectors.flags | 2);
    MACHINE.memory.writeBytes(WINDOW_AT, vectors.memory, 0, IntegerVectors.WINDOW);
    StringBuilder wrong = new StringBuilder();
    int eip = MACHINE.entry();
    if (vectors.vector >= 0) {
      int vector = MACHINE.fault();
      if (vector != vectors.vector) {
        wrong.append(" vector ").append(vector).append(" not ").append(vectors.vector);
      }
    } else {
      if (MACHINE.step() == Outcome.TRIPLE_FAULT) {
        return " exception";
      }
      eip = vectors.jumps ? vectors.resultEip : eip + vectors.code.length;
    }
    compare(wrong, "eip", c.eip, eip);
    for (int r = 0; r < 8; r++) {
      compare(wrong, NAMES[r], c.gpr[r], vectors.resultRegisters[r]);
    }
    int checked = vectors.vector >= 0 ? -1 : vectors.definedFlags | CpuState.DF;
    compare(wrong, "flags", c.getEflags() & checked & ~2, vectors.resultFlags & checked);
    byte[] window = new byte[IntegerVectors.WINDOW];
    MACHINE.memory.readBytes(WINDOW_AT, window, 0, window.length);
    int at = Arrays.mismatch(window, vectors.resultMemory);
    if (at >= 0) {
      compare(wrong, "byte " + Integer.toHexString(at), window[at], vectors.resultMemory[at]);
    }
    return wrong.toString();
  }

  private static void compare(StringBuilder wrong, String what, int actual, int expected) {
    if (actual != expected) {
      wrong.append(" %s %x not %x".formatted(what, actual, expected));
    }
  }

  private static String describe(IntegerVectors vectors) {
    StringBuilder s = new StringBuilder(vectors.mode16 ? "16-bit" : "32-bit");
    for (int b : vectors.code) {
      s.append(' ').append(HexFormat.of().toHexDigits((byte) b));
    }
    for (int r = 0; r < 8; r++) {
      s.append(" %s=%x".formatted(NAMES[r], vectors.registers[r]));
    }
    return s.append(" flags=%x:".formatted(vectors.flags)).toString();
  }
}
