package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.FlagUses;
import io.transvisor.bt.ProgramMachine;
import io.transvisor.bt.Tally;
import io.transvisor.bt.fpu.X87Vectors.Case;
import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.fpu.X87Vectors.Value;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Replays recorded cases of an x87 instruction on an engine: the instruction alone, with uses of
 * its flags, and between loads of its operands and stores of the state.
 */
final class X87Replay {
  private static final Value ONE = new Value(Extended.INTEGER_BIT, Extended.BIAS);
  private static final int SHOWN = Integer.getInteger("x87.shown", 20);
  private static final int WARMING = 3;
  private static final int OPERAND = ProgramMachine.DATA;

  /** Where programs find ST(0) and ST(1), and leave the state. */
  private static final int FIRST = ProgramMachine.DATA + 0x100;

  private static final int SECOND = ProgramMachine.DATA + 0x110;
  private static final int SAVED = ProgramMachine.DATA + 0x200;

  static void verify(Instruction instruction, EngineKind engine) {
    X87Replay test = new X87Replay(instruction, engine);
    int[] alone = {instruction.opcode(), instruction.modrm()};
    boolean setsFlags = (instruction.outputs() & X87Vectors.OUT_FLAGS) != 0;
    test.replay(alone, instruction.cases(), false, false);
    if (setsFlags) {
      test.replay(FlagUses.behind(alone, false), instruction.cases(), false, true);
    }
    List<Case> plain = instruction.cases().stream().filter(X87Replay::canBeLoaded).toList();
    if (!plain.isEmpty()) {
      test.replay(betweenLoadsAndStores(alone), plain, true, false);
    }
    List<Case> narrow = instruction.cases().stream().filter(X87Replay::isNarrow).toList();
    if (!narrow.isEmpty()) {
      X87Replay other = new X87Replay(instruction, engine);
      other.replay(alone, narrow, false, false);
      List<Case> loaded = narrow.stream().filter(X87Replay::canBeLoaded).toList();
      if (!loaded.isEmpty()) {
        other.replay(betweenLoadsAndStores(alone), loaded, true, false);
      }
      test.add(other);
    }
    Tally.add("x87", family(instruction), engine, test.tried, test.wrong);
    assertThat(test.failures).as("%d of %d", test.wrong, test.tried).isEmpty();
  }

  private static String family(Instruction instruction) {
    if (HardwareComparison.isTranscendental(instruction)) {
      return "x87 transcendental";
    }
    if ((instruction.outputs() & X87Vectors.OUT_FLAGS) != 0) {
      return "x87 comparison into EFLAGS";
    }
    return (instruction.outputs() & X87Vectors.OUT_MEMORY) != 0
        ? "x87 stores"
        : "x87 loads, arithmetic, comparison";
  }

  private final Instruction instruction;
  private final EngineKind engine;
  private final ProgramMachine machine;
  private final FpuState fpu;
  private final List<String> failures = new ArrayList<>();
  private int tried;
  private int wrong;

  private X87Replay(Instruction instruction, EngineKind engine) {
    this.instruction = instruction;
    this.engine = engine;
    machine = new ProgramMachine(engine, "pentium2", 4);
    fpu = machine.cpu.fpu;
  }

  /** Whether regions do arithmetic with the host's doubles if they are compiled then. */
  private static boolean isNarrow(Case c) {
    return (c.control() & (0xF00 | FpuState.PE)) == (0x200 | FpuState.PE);
  }

  private void add(X87Replay other) {
    tried += other.tried;
    wrong += other.wrong;
    failures.addAll(other.failures);
  }

  /** Whether two loads make the registers what the case wants. */
  private static boolean canBeLoaded(Case c) {
    return !c.isEmpty(0) && !c.isEmpty(1) && !c.isFull() && c.conditions() == 0;
  }

  /** FLD twice, the instruction, FNSTSW AX, FXSAVE. */
  private static int[] betweenLoadsAndStores(int[] code) {
    IntStream loads = IntStream.concat(absolute(SECOND, 0xDB, 0x2D), absolute(FIRST, 0xDB, 0x2D));
    IntStream stores =
        IntStream.concat(IntStream.of(0xDF, 0xE0), absolute(SAVED, 0x0F, 0xAE, 0x05));
    return IntStream.concat(loads, IntStream.concat(Arrays.stream(code), stores)).toArray();
  }

  private static IntStream absolute(int address, int... opcode) {
    return IntStream.concat(
        Arrays.stream(opcode), IntStream.of(0, 8, 16, 24).map(n -> address >> n & 0xFF));
  }

  private void replay(int[] code, List<Case> cases, boolean loads, boolean usesFlags) {
    machine.load(false, code);
    for (int n = -WARMING; n < cases.size(); n++) {
      Case c = cases.get(Math.max(n, 0));
      prepare(c, loads);
      int vector = machine.run();
      if (n < 0) {
        continue;
      }
      tried++;
      String difference = difference(c, vector, usesFlags);
      if (loads && difference == null) {
        difference = savedDifference();
      }
      if (difference == null && engine != EngineKind.INTERPRET && !machine.wasCompiled()) {
        difference = "not compiled";
      }
      if (difference != null) {
        wrong++;
        if (failures.size() < SHOWN) {
          failures.add(
              "%s control %04x setup %02x a %s b %s, %d bytes: %s"
                  .formatted(
                      instruction, c.control(), c.setup(), c.a(), c.b(), code.length, difference));
        }
      }
    }
  }

  private void prepare(Case c, boolean loads) {
    Value second = instruction.isMemory() ? ONE : c.b();
    Arrays.fill(fpu.significand, 0);
    Arrays.fill(fpu.signExponent, 0);
    fpu.status = 0;
    fpu.setControlWord(c.control());
    fpu.empty = 0xFF;
    if (loads) {
      fpu.setStatusWord((c.top() + 2 & 7) << 11);
    } else {
      fpu.setStatusWord(c.conditions() | c.top() << 11);
      put(fpu, 0, c.a());
      put(fpu, 1, second);
      for (int i = 0; i < 2; i++) {
        if (!c.isEmpty(i)) {
          fpu.empty &= ~(1 << (c.top() + i & 7));
        }
      }
      if (c.isFull()) {
        fpu.empty &= ~(1 << (c.top() + 7 & 7));
      }
    }
    put(FIRST, c.a());
    put(SECOND, second);
    put(OPERAND, c.b());
    machine.cpu.gpr[CpuState.EDI] = OPERAND;
    FlagUses.prepare(machine);
  }

  private static void put(FpuState f, int i, Value value) {
    int register = X87Stack.physical(f, i);
    f.significand[register] = value.significand();
    f.signExponent[register] = value.signExponent();
  }

  private void put(int address, Value value) {
    machine.memory.write(address, 4, (int) value.significand());
    machine.memory.write(address + 4, 4, (int) (value.significand() >>> 32));
    machine.memory.write(address + 8, 2, value.signExponent());
  }

  private Value get(int address) {
    long low = machine.memory.read(address, 4) & 0xFFFFFFFFL;
    long high = machine.memory.read(address + 4, 4);
    return new Value(low | high << 32, machine.memory.read(address + 8, 2));
  }

  private String difference(Case c, int vector, boolean usesFlags) {
    if (vector >= 0) {
      return "vector " + vector;
    }
    int flags = usesFlags ? c.flags() : machine.eflags();
    String difference = HardwareComparison.difference(instruction, c, fpu, get(OPERAND), flags);
    if (difference == null && usesFlags && !HardwareComparison.isUndefined(instruction, c)) {
      String uses = FlagUses.difference(machine, c.flags(), CpuState.ARITHMETIC_FLAGS & 0xFF);
      difference = uses.isEmpty() ? null : uses;
    }
    return difference;
  }

  /** What the program saw of its own state must be the state it was left with. */
  private String savedDifference() {
    int status = fpu.statusWord();
    if ((machine.register(CpuState.EAX) & 0xFFFF) != status) {
      return "FNSTSW %04x instead of %04x".formatted(machine.register(CpuState.EAX), status);
    }
    if (machine.memory.read(SAVED + 2, 2) != status) {
      return "FXSAVE of status %04x instead of %04x"
          .formatted(machine.memory.read(SAVED + 2, 2), status);
    }
    for (int i = 0; i < 8; i++) {
      int register = X87Stack.physical(fpu, i);
      Value value = new Value(fpu.significand[register], fpu.signExponent[register]);
      Value saved = get(SAVED + 32 + 16 * i);
      if (!saved.equals(value)) {
        return "FXSAVE of ST(%d) %s instead of %s".formatted(i, saved, value);
      }
    }
    return null;
  }
}
