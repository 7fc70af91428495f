package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.bt.interp.CodeMode.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineOptionsTest {
  @Test
  void mechanismsAreSwitchedOff() {
    EngineOptions options = EngineOptions.parse("translate,chaining=off,adaptive=off,chaining=on");
    assertThat(options.kind()).isEqualTo(EngineKind.TRANSLATE);
    assertThat(options.off()).containsExactly(Mechanism.ADAPTIVE);
    assertThat(options.compiles()).isTrue();
    assertThat(EngineOptions.parse("Hybrid,regions=off").compiles()).isFalse();
    assertThat(EngineOptions.parse("interpret").compiles()).isFalse();
  }

  @Test
  void theCodeCacheHasASize() {
    assertThat(EngineOptions.parse("translate").codeCache()).isEqualTo(128);
    assertThat(EngineOptions.parse("hybrid,code-cache=40").codeCache()).isEqualTo(40);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "translate,code-cache=7",
        "translate,code-cache=513",
        "translate,code-cache=much",
        "fast",
        "",
        "translate,",
        "translate,chaining",
        "translate,speed=off",
        "hybrid,fusion=no"
      })
  void nonsenseIsRefused(String text) {
    assertThatThrownBy(() -> EngineOptions.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unknown ");
  }

  @Test
  void onlyTranslateCompilesProgramsAndNoneStepsFast() {
    assertThat(CodeMode.USER.path(EngineKind.TRANSLATE)).isEqualTo(Path.REGIONS);
    assertThat(CodeMode.USER.path(EngineKind.HYBRID)).isEqualTo(Path.TRACES);
    assertThat(CodeMode.KERNEL.path(EngineKind.HYBRID)).isEqualTo(Path.REGIONS);
    for (EngineKind kind : EngineKind.values()) {
      assertThat(CodeMode.SINGLE_STEP.path(kind)).isEqualTo(Path.STEPS);
    }
    for (CodeMode mode : CodeMode.values()) {
      assertThat(mode.path(EngineKind.INTERPRET)).isNotEqualTo(Path.REGIONS);
    }
  }

  @Test
  void decisionsAreCounted() {
    FlatMachine machine = new FlatMachine(EngineOptions.eager(EngineKind.TRANSLATE));
    // pushf; popf; sti; nop; jmp $
    machine.cpu.gpr[Cpu.ESP] = FlatMachine.DATA + 0x1000;
    machine.load(0x9C, 0x9D, 0xFB, 0x90, 0xEB, 0xFE);
    machine.cpu.eip = machine.entry();
    machine.engine.run(1_000);
    Map<String, Long> counters = new HashMap<>();
    machine.engine.counters(counters::put);
    // The instruction after STI runs by itself.
    assertThat(counters).containsEntry("decider.single-step.instructions", 1L);
    assertThat(counters.get("decider.kernel.decoded")).isPositive();
    assertThat(counters.get("decider.kernel.hot")).isPositive();
  }
}
