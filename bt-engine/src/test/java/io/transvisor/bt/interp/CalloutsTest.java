package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.isa.CalloutClass;
import io.transvisor.bt.isa.Form;
import io.transvisor.core.cpu.CpuState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sensitive instructions are known as such, and counted. */
class CalloutsTest {
  private final FlatMachine machine = new FlatMachine();

  @Test
  void eachClassHasItsRowsAndNoRowHasTwo() {
    Set<String> seen = new HashSet<>();
    for (CalloutClass callout : CalloutClass.values()) {
      for (String encoding : callout.encodings()) {
        assertThat(seen.add(encoding)).as(encoding).isTrue();
        assertThat(form(encoding).callout()).isEqualTo(callout);
      }
    }
  }

  @Test
  void innocuousInstructionsHaveNone() {
    for (String encoding : new String[] {"01 /r", "50+r", "E8 cv", "C3", "9F", "FC", "0F 0B"}) {
      assertThat(form(encoding).callout()).as(encoding).isNull();
    }
  }

  private static Form form(String encoding) {
    return InstructionSet.TABLE.forms().stream()
        .filter(f -> f.encoding().equals(encoding))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachIsCountedOnce() {
    machine.cpu.gpr[CpuState.ESP] = FlatMachine.DATA + 0x1000;
    // pushf; cli; popf; sgdt [esp]; smsw ax; mov eax,ds; nop; hlt
    machine.load(
        0x9C, 0xFA, 0x9D, 0x0F, 0x01, 0x04, 0x24, 0x0F, 0x01, 0xE0, 0x8C, 0xD8, 0x90, 0xF4);
    machine.cpu.eip = machine.entry();
    machine.engine.run(100);
    assertThat(counters())
        .containsEntry("callouts.pushf", 1L)
        .containsEntry("callouts.cli", 1L)
        .containsEntry("callouts.popf", 1L)
        .containsEntry("callouts.sgdt", 1L)
        .containsEntry("callouts.smsw", 1L)
        .containsEntry("callouts.store-segment", 1L)
        .containsEntry("callouts.hlt", 1L)
        .doesNotContainKey("callouts.sti");
  }

  @Test
  void timeIsTakenOfSome() {
    // cli; jmp back
    machine.load(0xFA, 0xEB, 0xFD);
    machine.cpu.eip = machine.entry();
    machine.engine.run(10_000);
    assertThat(counters()).containsEntry("callouts.cli", 5_000L).containsKey("callouts.cli.ns");
  }

  private Map<String, Long> counters() {
    Map<String, Long> counters = new HashMap<>();
    machine.engine.counters(counters::put);
    return counters;
  }
}
