package io.transvisor.bt.region;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.FlatMachine;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.cpu.Watchpoint;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A debugger's breakpoints, watchpoints and steps on the interpreter and on compiled regions. */
class DebugPortTest {
  private static final EngineOptions INTERPRETED = EngineOptions.of(EngineKind.INTERPRET);
  private static final EngineOptions EAGER = EngineOptions.eager(EngineKind.TRANSLATE);
  private static final int START = FlatMachine.CODE + 0x100;

  /** A loop that counts in memory: inc dword [DATA]; dec ecx; jnz START; hlt. */
  private static final String LOOP = "FF 05 00 00 10 00 49 75 F7 F4";

  private static final int DEC = START + 6;

  private static FlatMachine machine(EngineOptions options, String code) {
    FlatMachine m = new FlatMachine(options);
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    m.memory.writeBytes(START, bytes, 0, bytes.length);
    m.cpu.eip = START;
    m.cpu.gpr[CpuState.ECX] = 1_000_000;
    m.cpu.gpr[CpuState.ESP] = FlatMachine.DATA + 0x8000;
    return m;
  }

  private static FlatMachine hotLoop(boolean compiled) {
    FlatMachine m = machine(compiled ? EAGER : INTERPRETED, LOOP);
    m.engine.run(3000);
    assertThat(m.engine.regionsCompiled()).isEqualTo(compiled ? 1 : 0);
    return m;
  }

  private static int counter(FlatMachine m) {
    return m.memory.read(FlatMachine.DATA, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBreakpointInHotCodeStopsBeforeItsInstructionEachTime(boolean compiled) {
    FlatMachine m = hotLoop(compiled);
    DebugPort debug = m.engine.debugPort();
    debug.setBreakpoint(DEC, true);
    for (int n = 1; n <= 5; n++) {
      assertThat(m.engine.run(100_000)).isEqualTo(Outcome.BREAK);
      assertThat(m.cpu.eip).isEqualTo(DEC);
      assertThat(counter(m)).isEqualTo(1000 + n);
      assertThat(m.engine.run(100_000)).as("it is there still").isEqualTo(Outcome.BREAK);
      assertThat(debug.step()).isEqualTo(Outcome.CONTINUE);
      assertThat(m.cpu.eip).isEqualTo(DEC + 1);
    }
    assertThat(debug.takeHit()).isNull();
    debug.setBreakpoint(DEC, false);
    assertThat(m.engine.run(100_000)).isEqualTo(Outcome.CONTINUE);
    debug.clear();
    assertThat(m.engine.run(100_000)).isEqualTo(Outcome.CONTINUE);
    assertThat(m.engine.regionsCompiled()).isGreaterThanOrEqualTo(compiled ? 2 : 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWatchpointStopsAfterTheAccess(boolean compiled) {
    FlatMachine m = hotLoop(compiled);
    DebugPort debug = m.engine.debugPort();
    Watchpoint w = new Watchpoint(FlatMachine.DATA + 2, 1, false, true);
    debug.setWatchpoint(w, true);
    for (int n = 1; n <= 3; n++) {
      assertThat(m.engine.run(100_000)).isEqualTo(Outcome.BREAK);
      assertThat(m.cpu.eip).isEqualTo(DEC);
      assertThat(counter(m)).isEqualTo(1000 + n);
      assertThat(debug.takeHit()).isEqualTo(new DebugPort.Hit(w, FlatMachine.DATA));
      assertThat(debug.takeHit()).isNull();
    }
    debug.setWatchpoint(w, false);
    assertThat(m.engine.run(100_000)).isEqualTo(Outcome.CONTINUE);
  }

  @Test
  void onlyTheAccessesMeantCount() {
    Watchpoint reads = new Watchpoint(100, 4, true, false);
    assertThat(reads.matches(103, 1, false)).isTrue();
    assertThat(reads.matches(97, 4, false)).isTrue();
    assertThat(reads.matches(96, 4, false)).isFalse();
    assertThat(reads.matches(104, 4, false)).isFalse();
    assertThat(reads.matches(100, 4, true)).isFalse();
    assertThat(new Watchpoint(-2, 4, true, true).matches(0, 1, true)).isTrue();
    assertThat(new Watchpoint(-2, 4, true, true).matches(2, 1, true)).isFalse();
  }

  @Test
  void aCopyStopsAtTheElementThatHits() {
    FlatMachine m = machine(EngineOptions.of(EngineKind.INTERPRET), "F3 AA F4"); // rep stosb; hlt
    m.cpu.gpr[CpuState.EDI] = FlatMachine.DATA;
    m.engine.debugPort().setWatchpoint(new Watchpoint(FlatMachine.DATA + 50, 2, false, true), true);
    assertThat(m.engine.run(10)).isEqualTo(Outcome.BREAK);
    assertThat(m.cpu.gpr[CpuState.EDI]).isEqualTo(FlatMachine.DATA + 51);
    assertThat(m.cpu.eip).isEqualTo(START);
  }

  @Test
  void theGuestsDebugRegistersAreItsOwn() {
    FlatMachine m =
        machine(
            EngineOptions.of(EngineKind.INTERPRET),
            "0F 21 F8 0F 21 F3 F4"); // mov eax, dr7; mov ebx, dr6; hlt
    int dr6 = m.cpu.dr[6];
    m.engine.debugPort().setBreakpoint(START + 3, true);
    m.engine.debugPort().setWatchpoint(new Watchpoint(FlatMachine.DATA, 4, true, true), true);
    assertThat(m.engine.run(10)).isEqualTo(Outcome.BREAK);
    assertThat(m.cpu.gpr[CpuState.EAX]).isEqualTo(0x400);
    m.engine.debugPort().step();
    assertThat(m.cpu.gpr[CpuState.EBX]).isEqualTo(dr6);
  }

  @Test
  void interruptsWaitDuringAStepUnlessTheCpuIsHalted() {
    FlatMachine m = machine(EngineOptions.of(EngineKind.INTERPRET), "90 F4 90"); // nop; hlt; nop
    m.engine.nmi();
    // With no interrupt table a delivered NMI is a shutdown.
    assertThat(m.engine.debugPort().step()).isEqualTo(Outcome.CONTINUE);
    assertThat(m.cpu.eip).isEqualTo(START + 1);
    assertThat(m.engine.debugPort().step()).isIn(Outcome.HALTED, Outcome.CONTINUE);
    assertThat(m.cpu.halted).isTrue();
    assertThat(m.engine.debugPort().step()).isEqualTo(Outcome.TRIPLE_FAULT);
  }
}
