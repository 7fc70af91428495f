package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EngineLogTest {
  private String log(EngineOptions options, int instructions, Set<LogItem> items, int... code) {
    FlatMachine machine = new FlatMachine(options);
    StringWriter text = new StringWriter();
    machine.engine.setLog(new EngineLog(new PrintWriter(text), items));
    machine.cpu.gpr[Cpu.ESP] = FlatMachine.DATA + 0x1000;
    machine.load(code);
    machine.cpu.eip = machine.entry();
    machine.engine.run(instructions);
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  private static EngineOptions interpreted() {
    return EngineOptions.of(EngineKind.INTERPRET);
  }

  @Test
  void decodedCodeIsDisassembled() {
    // push eax; jmp $
    assertThat(log(interpreted(), 10, Set.of(LogItem.IN_ASM), 0x50, 0xEB, 0xFE))
        .startsWith("in_asm 0010:00200100\n  00200100  push   %eax\n  00200101  jmp");
  }

  @Test
  void eachTraceIsShownWithRegisters() {
    String text = log(interpreted(), 3, Set.of(LogItem.EXEC, LogItem.CPU), 0x50, 0xEB, 0xFE);
    assertThat(text).startsWith("exec trace  0010:00200100 cpl=0 instructions=2\nEAX=");
    assertThat(text.split("exec trace")).hasSize(3);
  }

  @Test
  void eachCalloutIsShown() {
    assertThat(log(interpreted(), 2, Set.of(LogItem.CALLOUTS), 0x9C, 0xFA, 0xEB, 0xFE))
        .isEqualTo(
            "callout pushf              0010:00200100 cpl=0\ncallout cli                0010:00200101 cpl=0\n");
  }

  @Test
  void exceptionsAreShown() {
    // ud2: a triple fault
    assertThat(log(interpreted(), 2, Set.of(LogItem.INT), 0x0F, 0x0B))
        .startsWith("int      0: v=06 exception cpl=0 ip=0010:00200100 sp=0018:00101000");
  }

  @Test
  void regionsAreShownFromBeginningToEnd() {
    // again: inc eax 12 times; cmp eax,120; jne again; mov byte [200100h],40h; jmp again
    int[] code = {
      0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x3D, 120, 0, 0, 0,
      0x75, 0xED, 0xC6, 0x05, 0x00, 0x01, 0x20, 0x00, 0x40, 0xEB, 0xE4
    };
    String text =
        log(
            EngineOptions.eager(EngineKind.TRANSLATE),
            300,
            Set.of(LogItem.REGIONS, LogItem.INVALIDATIONS, LogItem.EXEC),
            code);
    assertThat(text)
        .containsPattern("region store=[0-9a-f]+ mode=\\w+ blocks=\\d+ instructions=14 compiled to")
        .contains("retired: code-changed")
        .containsPattern("inval store=[0-9a-f]+ length=1 by=cpu dropped=\\d");
  }
}
