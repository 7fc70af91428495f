package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.fpu.X87Vectors.Case;
import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.fpu.X87Vectors.Value;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.FpuState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what a processor did, instruction by instruction, through decoder and handlers. */
class X87VectorsTest {
  private static final Value ONE = new Value(Extended.INTEGER_BIT, Extended.BIAS);
  private static final int SHOWN = Integer.getInteger("x87.shown", 20);

  private static final FpuMachine MACHINE = new FpuMachine();

  static List<Instruction> instructions() {
    return X87Vectors.load();
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void agreesWithTheProcessor(Instruction instruction) {
    verify(instruction);
  }

  static void verify(Instruction instruction) {
    Insn insn = MACHINE.decode(instruction.opcode(), instruction.modrm());
    List<String> failures = new ArrayList<>();
    int wrong = 0;
    for (Case c : instruction.cases()) {
      prepare(instruction, c);
      MACHINE.execute(insn);
      String difference = HardwareComparison.difference(instruction, c, MACHINE);
      if (difference != null) {
        wrong++;
        if (failures.size() < SHOWN) {
          failures.add(
              "%s control %04x setup %02x a %s b %s: %s"
                  .formatted(instruction, c.control(), c.setup(), c.a(), c.b(), difference));
        }
      }
    }
    assertThat(failures).as("%d of %d", wrong, instruction.cases().size()).isEmpty();
  }

  private static void prepare(Instruction instruction, Case c) {
    FpuState f = MACHINE.fpu;
    Arrays.fill(f.significand, 0);
    Arrays.fill(f.signExponent, 0);
    f.status = 0;
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
    MACHINE.put(FpuMachine.OPERAND, c.b().significand());
    MACHINE.cpu.storeW(FpuMachine.OPERAND + 8, c.b().signExponent());
  }

  private static void put(FpuState f, int i, Value value) {
    int register = X87Stack.physical(f, i);
    f.significand[register] = value.significand();
    f.signExponent[register] = value.signExponent();
  }
}
