package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static io.transvisor.bt.interp.SystemTestMachine.DATA_AT;
import static io.transvisor.bt.interp.SystemTestMachine.FREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FarTransferTest {
  private static final int TARGET = 0x12000;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  /** A far JMP or CALL to the first free selector with an RPL, at offset TARGET. */
  private String far(boolean call, int selector) {
    return (call ? "9A" : "EA") + "00200100%02X%02X".formatted(selector & 0xFF, selector >>> 8);
  }

  @ParameterizedTest(name = "level {0}, selector {1}, access {2}, limit {3}: {4}({5})")
  @CsvSource({
    "0, 0x80, 0x9B, 0xFFFFF, -1, 0", // same level
    "3, 0x83, 0x9F, 0xFFFFF, -1, 0", // conforming, inner
    "3, 0x80, 0xFF, 0xFFFFF, -1, 0", // conforming, RPL does not matter
    "3, 0x80, 0xFB, 0xFFFFF, -1, 0", // RPL below CPL
    "0, 0x83, 0x9B, 0xFFFFF, 13, 0x80", // RPL above CPL
    "3, 0x83, 0x9B, 0xFFFFF, 13, 0x80", // inner nonconforming
    "0, 0x80, 0xFB, 0xFFFFF, 13, 0x80", // outer
    "0, 0x80, 0xFF, 0xFFFFF, 13, 0x80", // outer conforming
    "0, 0x80, 0x93, 0xFFFFF, 13, 0x80", // data
    "0, 0x80, 0x1B, 0xFFFFF, 11, 0x80", // not present
    "0, 0x80, 0x9B, 0x11, 13, 0", // target beyond the limit (pages)
    "0, 0x400, 0x9B, 0xFFFFF, 13, 0x400",
    "0, 0x03, 0x9B, 0xFFFFF, 13, 0",
    "0, 0x80, 0x8E, 0xFFFFF, 13, 0x80", // interrupt gate
    "0, 0x80, 0x82, 0xFFFFF, 13, 0x80", // LDT
  })
  void directTargets(
      int level, String selector, String access, String limit, int vector, String code) {
    for (boolean call : new boolean[] {false, true}) {
      SystemTestMachine m = new SystemTestMachine();
      Cpu c = m.c;
      m.setLevel(level);
      int esp = c.gpr[CpuState.ESP];
      int target = Integer.decode(selector);
      m.descriptor(FREE, 0, Integer.decode(limit), Integer.decode(access), 0xC);
      m.code(far(call, target)).step(1);
      if (vector < 0) {
        assertThat(c.eip).isEqualTo(TARGET);
        assertThat(c.selector[CpuState.CS]).isEqualTo(target & 0xFFFC | level);
        assertThat(c.cpl).isEqualTo(level);
        assertThat(c.gpr[CpuState.ESP]).isEqualTo(call ? esp - 8 : esp);
        if (call) {
          assertThat(m.slot(0)).isEqualTo(CODE_AT + 7);
          assertThat(m.slot(1)).isEqualTo(level == 0 ? 0x08 : 0x1B);
        }
      } else {
        m.step(1);
        m.assertFault(vector, Integer.decode(code));
      }
    }
  }

  @Test
  void indirectThroughMemory() {
    m.dword(DATA_AT, TARGET);
    m.word(DATA_AT + 4, SystemTestMachine.CODE_0);
    m.code("FF 2D 00 00 03 00").step(1); // jmp far [0x30000]
    assertThat(c.eip).isEqualTo(TARGET);
    m.code("FF 1D 00 00 03 00").step(1); // call far [0x30000]
    assertThat(m.slot(0)).isEqualTo(TARGET + 6);
  }

  @Test
  void sixteenBitCallPushesWords() {
    m.descriptor(FREE, CODE_AT, 0xFFFF, 0x9B, 0);
    m.code("66 9A 20 00 80 00").step(1); // callw 0x80:0x20
    assertThat(c.eip).isEqualTo(0x20);
    assertThat(m.slot16(0)).isEqualTo(CODE_AT + 6 & 0xFFFF);
    assertThat(m.slot16(1)).isEqualTo(SystemTestMachine.CODE_0);
    assertThat(c.isCode32()).isFalse();
  }

  // ---- call gates ----

  @ParameterizedTest(name = "jmp={0} level {1}, gate {2} access {3}, code {4}: {5}({6})")
  @CsvSource({
    // jump through a gate, gate access, target selector
    "true, 0, 0x80, 0x8C, 0x08, -1, 0",
    "true, 3, 0x83, 0xEC, 0x18, -1, 0",
    "true, 3, 0x83, 0xEC, 0x08, 13, 0x08", // a jump cannot change the level
    "true, 3, 0x83, 0xEC, 0x30, -1, 0", // but may enter conforming code
    "false, 3, 0x83, 0xEC, 0x08, -1, 0",
    "false, 3, 0x80, 0x8C, 0x08, 13, 0x80", // gate DPL below CPL
    "false, 0, 0x83, 0x8C, 0x08, 13, 0x80", // gate DPL below RPL
    "false, 0, 0x80, 0x0C, 0x08, 11, 0x80", // gate not present
    "false, 0, 0x80, 0x8C, 0x00, 13, 0", // null code selector
    "false, 0, 0x80, 0x8C, 0x400, 13, 0x400",
    "false, 0, 0x80, 0x8C, 0x10, 13, 0x10", // data
    "false, 0, 0x80, 0x8C, 0x18, 13, 0x18", // outer code
    "false, 0, 0x80, 0x84, 0x08, -1, 0", // 16-bit gate
  })
  void callGateChecks(
      boolean jump, int level, String gate, String access, String target, int vector, String code) {
    m.setLevel(level);
    m.gdtGate(FREE, Integer.decode(access), Integer.decode(target), 0x2345, 0);
    m.code(far(!jump, Integer.decode(gate))).step(1);
    if (vector < 0) {
      assertThat(c.eip).isEqualTo(0x2345);
    } else {
      m.step(1);
      m.assertFault(vector, Integer.decode(code));
    }
  }

  @Test
  void callGateToAnInnerLevelCopiesParameters() {
    m.setLevel(3);
    m.gdtGate(FREE, 0xEC, SystemTestMachine.CODE_1, TARGET, 2);
    m.dword(SystemTestMachine.STACK_3, 0x11111111);
    m.dword(SystemTestMachine.STACK_3 + 4, 0x22222222);
    m.code(far(true, FREE | 3)).step(1);
    assertThat(c.cpl).isEqualTo(1);
    assertThat(c.eip).isEqualTo(TARGET);
    assertThat(c.selector[CpuState.SS]).isEqualTo(SystemTestMachine.DATA_1);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_1 - 24);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 7);
    assertThat(m.slot(1)).isEqualTo(SystemTestMachine.CODE_3);
    assertThat(m.slot(2)).isEqualTo(0x11111111);
    assertThat(m.slot(3)).isEqualTo(0x22222222);
    assertThat(m.slot(4)).isEqualTo(SystemTestMachine.STACK_3);
    assertThat(m.slot(5)).isEqualTo(SystemTestMachine.DATA_3);

    m.code("CA 08 00").step(1); // retf 8
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.eip).isEqualTo(CODE_AT + 7);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_3 + 8);
    assertThat(c.selector[CpuState.SS]).isEqualTo(SystemTestMachine.DATA_3);
  }

  @Test
  void sixteenBitGateCopiesWords() {
    m.setLevel(3);
    m.gdtGate(FREE, 0xE4, SystemTestMachine.CODE_0, 0x2345, 1);
    m.word(SystemTestMachine.STACK_3, 0x1111);
    m.code(far(true, FREE | 3)).step(1);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_0 - 10);
    assertThat(m.slot16(0)).isEqualTo(CODE_AT + 7 & 0xFFFF);
    assertThat(m.slot16(1)).isEqualTo(SystemTestMachine.CODE_3);
    assertThat(m.slot16(2)).isEqualTo(0x1111);
    assertThat(m.slot16(3)).isEqualTo(SystemTestMachine.STACK_3);
    assertThat(m.slot16(4)).isEqualTo(SystemTestMachine.DATA_3);
  }

  @ParameterizedTest(name = "inner stack {0}, descriptor access {1}, limit {2}: {3}({4})")
  @CsvSource({
    "0x00, 0xB3, 0xFFFFF, 10, 0",
    "0x400, 0xB3, 0xFFFFF, 10, 0x400",
    "0x88, 0xB3, 0xFFFFF, 10, 0x88", // RPL 0
    "0x89, 0xF3, 0xFFFFF, 10, 0x88", // DPL 3
    "0x89, 0xB1, 0xFFFFF, 10, 0x88", // read-only
    "0x89, 0x33, 0xFFFFF, 12, 0x88", // not present
    "0x89, 0xB3, 0x8, 12, 0x88", // no room
  })
  void innerStackChecks(String selector, String access, String limit, int vector, String code) {
    m.setLevel(3);
    m.gdtGate(FREE, 0xEC, SystemTestMachine.CODE_1, TARGET, 0);
    m.descriptor(0x88, 0, Integer.decode(limit), Integer.decode(access), 0xC);
    m.dword(SystemTestMachine.TSS_AT + 16, Integer.decode(selector));
    m.run(far(true, FREE | 3));
    m.assertFault(vector, Integer.decode(code));
    assertThat(m.slot(5)).as("SS of the caller").isEqualTo(SystemTestMachine.DATA_3);
  }

  @Test
  void innerStackOutsideTheTaskState() {
    m.setLevel(3);
    c.segLimit[CpuState.TR] = 15;
    m.gdtGate(FREE, 0xEC, SystemTestMachine.CODE_1, TARGET, 0);
    m.run(far(true, FREE | 3));
    m.assertFault(GuestFault.TS, SystemTestMachine.TSS);
  }

  // ---- RETF ----

  @Test
  void returnToAnOuterLevelDropsInnerDataSegments() {
    SegmentLoader.set(
        c, CpuState.FS, SystemTestMachine.DATA_3, Descriptor.find(c, SystemTestMachine.DATA_3));
    SegmentLoader.set(
        c,
        CpuState.GS,
        SystemTestMachine.CONFORMING,
        Descriptor.find(c, SystemTestMachine.CONFORMING));
    int esp = c.gpr[CpuState.ESP];
    int[] frame = {TARGET, SystemTestMachine.CODE_3, 0x7000, SystemTestMachine.DATA_3};
    for (int n = 0; n < frame.length; n++) {
      m.dword(esp + 4 * n, frame[n]);
    }
    m.code("CB").step(1);
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x7000);
    assertThat(c.selector[CpuState.DS]).isZero();
    assertThat(c.segAccess[CpuState.ES]).isZero();
    assertThat(c.selector[CpuState.FS]).isEqualTo(SystemTestMachine.DATA_3);
    assertThat(c.selector[CpuState.GS]).isEqualTo(SystemTestMachine.CONFORMING);
  }

  @ParameterizedTest(name = "level {0}: cs {1}, ss {2}, access {3}: {4}({5})")
  @CsvSource({
    "0, 0x00, 0x23, 0xFB, 13, 0",
    "0, 0x400, 0x23, 0xFB, 13, 0x400",
    "3, 0x08, 0x23, 0xFB, 13, 0x08", // inner
    "0, 0x83, 0x23, 0x9B, 13, 0x80", // DPL is not RPL
    "0, 0x83, 0x23, 0x93, 13, 0x80", // data
    "0, 0x83, 0x23, 0x7B, 11, 0x80", // not present
    "0, 0x83, 0x00, 0xFB, 13, 0", // null SS
    "0, 0x83, 0x10, 0xFB, 13, 0x10", // SS of another level
    "0, 0x83, 0x1B, 0xFB, 13, 0x18", // SS is code
  })
  void returnChecks(int level, String cs, String ss, String access, int vector, String code) {
    m.setLevel(level);
    m.descriptor(FREE, 0, 0xFFFFF, Integer.decode(access), 0xC);
    int esp = c.gpr[CpuState.ESP];
    m.dword(esp, TARGET);
    m.dword(esp + 4, Integer.decode(cs));
    m.dword(esp + 8, 0x7000);
    m.dword(esp + 12, Integer.decode(ss));
    m.run("CB");
    m.assertFault(vector, Integer.decode(code));
    assertThat(m.slot(1)).isEqualTo(CODE_AT);
  }

  // ---- real-address mode ----

  @Test
  void realModeCallAndReturn() {
    m.setRealMode();
    m.code("9A 10 00 00 12").step(1); // call 1200:0010
    assertThat(c.segBase[CpuState.CS]).isEqualTo(0x12000);
    assertThat(m.slot16(0)).isEqualTo(5);
    assertThat(m.slot16(1)).isEqualTo(0x1000);
    m.code("CA 04 00").step(1); // retf 4
    assertThat(c.segBase[CpuState.CS]).isEqualTo(0x10000);
    assertThat(c.eip).isEqualTo(5);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x1004);
  }

  @Test
  void realModeTargetsEndAtTheLimit() {
    m.setRealMode();
    assertThat(m.run("66 EA 00 00 01 00 00 12").vector()).isEqualTo(GuestFault.GP); // 1200:10000
  }
}
