package io.transvisor.bt.region;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.FlatMachine;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A guest program in hexadecimal, run by compiled code with small regions and by the interpreter.
 */
final class RegionProgram {
  private static final int START = FlatMachine.CODE + 0x100;

  /** So small that caller, callee and what is behind the call are different regions. */
  static final EngineOptions SMALL_REGIONS =
      new EngineOptions(EngineKind.TRANSLATE, 2, 12, true, Set.of());

  /** So large that all that runs is one region. */
  static final EngineOptions ONE_REGION =
      new EngineOptions(EngineKind.TRANSLATE, 40, 100, true, Set.of());

  private RegionProgram() {}

  /** Hexadecimal bytes, {@code name:} for labels, {@code @name} for a distance of four bytes. */
  private static byte[] assemble(String code) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Map<String, Integer> labels = new HashMap<>();
    Map<Integer, String> distances = new HashMap<>();
    for (String token : code.trim().split("\\s+")) {
      if (token.endsWith(":")) {
        labels.put(token.replace(":", ""), bytes.size());
      } else if (token.startsWith("@")) {
        distances.put(bytes.size(), token.substring(1));
        bytes.writeBytes(new byte[4]);
      } else {
        bytes.write(Integer.parseInt(token, 16));
      }
    }
    byte[] all = bytes.toByteArray();
    distances.forEach((at, label) -> {
      int distance = labels.get(label) - at - 4;
      for (int n = 0; n < 4; n++) {
        all[at + n] = (byte) (distance >> 8 * n);
      }
    });
    return all;
  }

  private static FlatMachine run(EngineOptions options, String code) {
    FlatMachine m = new FlatMachine(options);
    byte[] bytes = assemble(code);
    m.memory.writeBytes(START, bytes, 0, bytes.length);
    m.cpu.eip = START;
    m.cpu.gpr[CpuState.ECX] = 1000;
    m.cpu.gpr[CpuState.ESP] = FlatMachine.DATA + 0x8000;
    assertThat(m.engine.run(10_000_000)).isEqualTo(Outcome.HALTED);
    return m;
  }

  /**
   * Compares what compiled code leaves behind with what the interpreter does.
   *
   * @param more than so many regions are compiled
   */
  static void check(EngineOptions options, int more, String code) {
    FlatMachine expected = run(EngineOptions.of(EngineKind.INTERPRET), code);
    FlatMachine actual = run(options, code);
    assertThat(actual.engine.regionsCompiled()).isGreaterThan(more);
    assertThat(actual.cpu.gpr).isEqualTo(expected.cpu.gpr);
    assertThat(actual.cpu.eip).isEqualTo(expected.cpu.eip);
    assertThat(actual.cpu.getEflags()).isEqualTo(expected.cpu.getEflags());
    assertThat(actual.cpu.instructions).isEqualTo(expected.cpu.instructions);
    assertThat(actual.memory.store()).isEqualTo(expected.memory.store());
  }
}
