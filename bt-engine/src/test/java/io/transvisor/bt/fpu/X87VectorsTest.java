package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.fpu.X87Vectors.Case;
import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.fpu.X87Vectors.Value;
import io.transvisor.core.cpu.FpuState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what a processor did, instruction by instruction. */
class X87VectorsTest {
  private static final Value ONE = new Value(Extended.INTEGER_BIT, Extended.BIAS);
  private static final int SHOWN = Integer.getInteger("x87.shown", 20);

  static List<Instruction> instructions() {
    return X87Vectors.load();
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void agreesWithTheProcessor(Instruction instruction) {
    List<String> failures = new ArrayList<>();
    int wrong = 0;
    for (Case c : instruction.cases()) {
      String failure = replay(instruction, c);
      if (failure != null) {
        wrong++;
        if (failures.size() < SHOWN) {
          failures.add(failure);
        }
      }
    }
    assertThat(failures).as("%d of %d", wrong, instruction.cases().size()).isEmpty();
  }

  private static String replay(Instruction instruction, Case c) {
    FpuState f = prepare(instruction, c);
    X87Executor executor = new X87Executor(f);
    executor.execute(instruction.opcode(), instruction.modrm(), c.b());
    String difference = HardwareComparison.difference(instruction, c, f, executor);
    return difference == null
        ? null
        : "%s control %04x setup %02x a %s b %s: %s"
            .formatted(instruction, c.control(), c.setup(), c.a(), c.b(), difference);
  }

  private static FpuState prepare(Instruction instruction, Case c) {
    FpuState f = new FpuState();
    f.initialize();
    f.setControlWord(c.control());
    f.setStatusWord(c.conditions() | c.top() << 11);
    put(f, 0, c.a());
    put(f, 1, instruction.isMemory() ? ONE : c.b());
    f.empty = 0xFF;
    for (int i = 0; i < 2; i++) {
      if (!c.isEmpty(i)) {
        f.empty &= ~(1 << (c.top() + i & 7));
      }
    }
    if (c.isFull()) {
      f.empty &= ~(1 << (c.top() + 7 & 7));
    }
    return f;
  }

  private static void put(FpuState f, int i, Value value) {
    int register = f.top + i & 7;
    f.significand[register] = value.significand();
    f.signExponent[register] = value.signExponent();
  }
}
