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
import org.junit.jupiter.api.Test;

/** Guest functions that do not simply return to where they were called from. */
class NestedRegionsTest {
  private static final int START = FlatMachine.CODE + 0x100;

  /** So small that caller, callee and what is behind the call are different regions. */
  private static final EngineOptions SMALL_REGIONS =
      new EngineOptions(EngineKind.TRANSLATE, 2, 12, true, Set.of());

  /** Eleven instructions. */
  private static final String FILL = "47 47 47 47 47 47 47 47 47 47 47 ";

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

  private static void check(String code) {
    FlatMachine expected = run(EngineOptions.of(EngineKind.INTERPRET), code);
    FlatMachine actual = run(SMALL_REGIONS, code);
    assertThat(actual.engine.regionsCompiled()).isGreaterThan(2);
    assertThat(actual.cpu.gpr).isEqualTo(expected.cpu.gpr);
    assertThat(actual.cpu.eip).isEqualTo(expected.cpu.eip);
    assertThat(actual.cpu.getEflags()).isEqualTo(expected.cpu.getEflags());
    assertThat(actual.cpu.instructions).isEqualTo(expected.cpu.instructions);
    assertThat(actual.memory.store()).isEqualTo(expected.memory.store());
  }

  @Test
  void aFunctionThatSkipsAnInstructionBehindItsCallNowAndThen() {
    check(
        "l: "
            + FILL
            + "E8 @f 40 43 "
            + FILL
            // dec ecx; jnz l; hlt
            + "49 0F 85 @l F4 "
            // f: mov edx,ecx; and edx,1; add [esp],edx; ret
            + "f: 89 CA 83 E2 01 01 14 24 "
            + FILL
            + "C3");
  }

  @Test
  void recursionDeeperThanRegionsNest() {
    check(
        "l: BB 64 00 00 00 "
            + FILL
            + "E8 @f 40 "
            + FILL
            + "49 0F 85 @l F4 "
            // f: dec ebx; jz out; call f; inc esi; out: ret
            + "f: "
            + FILL
            + "4B 0F 84 @out E8 @f 46 "
            + FILL
            + "out: C3");
  }

  @Test
  void aJumpOutOfTwoFunctions() {
    check(
        // l: mov ebp,esp; call f; inc eax; back: dec ecx; jnz l; hlt
        "l: 89 E5 "
            + FILL
            + "E8 @f 40 "
            + FILL
            + "back: 49 0F 85 @l F4 "
            // f: call g; inc eax; ret
            + "f: "
            + FILL
            + "E8 @g 40 "
            + FILL
            + "C3 "
            // g: test cl,3; jnz out; mov esp,ebp; jmp back; out: ret
            + "g: "
            + FILL
            + "F6 C1 03 0F 85 @out 89 EC E9 @back out: C3");
  }

  @Test
  void aFunctionThatChangesWhatIsBehindItsCall() {
    check(
        // l: call f; changed: add eax,1; dec ecx; jnz l; hlt
        "l: "
            + FILL
            + "E8 @f 83 C0 01 "
            + FILL
            + "49 0F 85 @l F4 "
            // f: test cl,7Fh; jnz out; mov edx,[esp]; inc byte [edx+2]; out: ret
            + "f: "
            + FILL
            + "F6 C1 7F 0F 85 @out 8B 14 24 FE 42 02 out: C3");
  }
}
