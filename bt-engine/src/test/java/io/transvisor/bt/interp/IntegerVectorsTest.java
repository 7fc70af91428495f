package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.FlagUses;
import io.transvisor.bt.ProgramMachine;
import io.transvisor.bt.Tally;
import io.transvisor.bt.interp.IntegerVectors.Case;
import io.transvisor.bt.interp.IntegerVectors.Family;
import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All engines do with integer instructions what a real processor did: registers, defined flags,
 * memory, exceptions. Each instruction is run alone, and again followed by a use of every flag.
 */
class IntegerVectorsTest {
  private static final IntegerVectors VECTORS = IntegerVectors.load();
  private static final int WINDOW_AT = ProgramMachine.DATA + IntegerVectors.WINDOW_OFFSET;
  private static final String[] NAMES = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
  private static final int MOST_MISTAKES = 5;
  private static final int MOST_PROGRAMS = 8_000;

  /** Cases run before any is compared: the second makes the engine compile. */
  private static final int WARMING = 3;

  static Stream<Arguments> familiesOnEngines() {
    return VECTORS.families().stream()
        .flatMap(f -> Arrays.stream(EngineKind.values()).map(e -> Arguments.of(f, e)));
  }

  @ParameterizedTest
  @MethodSource("familiesOnEngines")
  void resultsAreThoseOfHardware(Family family, EngineKind engine) {
    verify(VECTORS, family, engine);
  }

  static void verify(IntegerVectors vectors, Family family, EngineKind engine) {
    new IntegerVectorsTest().replay(vectors, family, engine);
  }

  private final List<String> mistakes = new ArrayList<>();
  private int cases;
  private int wrongCases;
  private int compiled;

  private void replay(IntegerVectors vectors, Family family, EngineKind engine) {
    ProgramMachine machine = new ProgramMachine(engine, "pentium3", MOST_PROGRAMS);
    vectors.start(family);
    while (vectors.nextInstruction()) {
      List<Case> all = vectors.cases();
      boolean jumps = all.stream().anyMatch(Case::jumps);
      replay(machine, vectors, all, jumps, false);
      if (!jumps) {
        replay(machine, vectors, all, false, true);
      }
    }
    Tally.add("integer", family.name(), engine, cases, wrongCases);
    assertThat(mistakes).as("%d of %d", wrongCases, cases).isEmpty();
    if (engine != EngineKind.INTERPRET) {
      assertThat(compiled).isEqualTo(cases);
    }
  }

  private void replay(
      ProgramMachine machine,
      IntegerVectors instruction,
      List<Case> all,
      boolean jumps,
      boolean usesFlags) {
    machine.load(
        instruction.mode16,
        usesFlags ? FlagUses.behind(instruction.code, instruction.mode16) : instruction.code);
    for (int n = -WARMING; n < all.size(); n++) {
      Case c = all.get(Math.max(n, 0));
      prepare(machine, c);
      int vector = jumps ? machine.step() : machine.run();
      if (n < 0) {
        continue;
      }
      cases++;
      compiled += machine.wasCompiled() ? 1 : 0;
      String wrong = difference(machine, c, vector, usesFlags);
      if (!wrong.isEmpty()) {
        wrongCases++;
        if (mistakes.size() < MOST_MISTAKES) {
          mistakes.add(describe(instruction, c) + (usesFlags ? " with uses" : "") + wrong);
        }
      }
    }
  }

  private static void prepare(ProgramMachine machine, Case c) {
    System.arraycopy(c.registers(), 0, machine.cpu.gpr, 0, 8);
    machine.cpu.setEflags(c.flags() | 2);
    byte[] around = new byte[IntegerVectors.WINDOW + 2 * IntegerVectors.MARGIN];
    System.arraycopy(c.memory(), 0, around, IntegerVectors.MARGIN, IntegerVectors.WINDOW);
    machine.memory.writeBytes(WINDOW_AT - IntegerVectors.MARGIN, around, 0, around.length);
    FlagUses.prepare(machine);
  }

  /** Tells what is wrong after a case. */
  private static String difference(ProgramMachine machine, Case c, int vector, boolean usesFlags) {
    StringBuilder wrong = new StringBuilder();
    compare(wrong, "vector", vector, c.vector());
    if (vector != c.vector()) {
      return wrong.toString();
    }
    if (vector >= 0 || c.jumps()) {
      compare(wrong, "eip", machine.eip(), c.jumps() ? c.resultEip() : machine.entry());
    }
    for (int r = 0; r < 8; r++) {
      compare(wrong, NAMES[r], machine.register(r), c.resultRegisters()[r]);
    }
    byte[] window = new byte[IntegerVectors.WINDOW];
    machine.memory.readBytes(WINDOW_AT, window, 0, window.length);
    int at = Arrays.mismatch(window, c.resultMemory());
    if (at >= 0) {
      compare(wrong, "byte " + Integer.toHexString(at), window[at], c.resultMemory()[at]);
    }
    if (usesFlags && vector < 0) {
      wrong.append(FlagUses.difference(machine, c.resultFlags(), c.definedFlags()));
    } else {
      int checked = vector >= 0 ? CpuState.ARITHMETIC_FLAGS | CpuState.DF : c.definedFlags();
      checked |= CpuState.DF;
      compare(wrong, "flags", machine.eflags() & checked, c.resultFlags() & checked);
    }
    return wrong.toString();
  }

  private static void compare(StringBuilder wrong, String what, int actual, int expected) {
    if (actual != expected) {
      wrong.append(" %s %x not %x".formatted(what, actual, expected));
    }
  }

  private static String describe(IntegerVectors vectors, Case c) {
    StringBuilder s = new StringBuilder(vectors.mode16 ? "16-bit" : "32-bit");
    for (int b : vectors.code) {
      s.append(' ').append(HexFormat.of().toHexDigits((byte) b));
    }
    for (int r = 0; r < 8; r++) {
      s.append(" %s=%x".formatted(NAMES[r], c.registers()[r]));
    }
    return s.append(" flags=%x:".formatted(c.flags())).toString();
  }
}
