package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.TSS_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.port.PortHandler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortAccessTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;
  private final List<String> seen = new ArrayList<>();

  PortAccessTest() {
    m.ports.register(
        "test",
        0x60,
        0x20,
        4,
        new PortHandler() {
          @Override
          public int read(int offset, int width) {
            return 0x12345678 & -1 >>> 32 - 8 * width;
          }

          @Override
          public void write(int offset, int width, int value) {
            seen.add("%x/%d=%x".formatted(offset, width, value));
          }
        });
  }

  @Test
  void widths() {
    c.gpr[CpuState.EAX] = 0xAABBCCDD;
    c.gpr[CpuState.EDX] = 0xFFFF0064;
    m.code("E6 60 66 E7 61 E7 62 EE 66 EF EF").step(6);
    assertThat(seen)
        .containsExactly(
            "0/1=dd", "1/2=ccdd", "2/4=aabbccdd", "4/1=dd", "4/2=ccdd", "4/4=aabbccdd");
  }

  @Test
  void readsChangeOnlyTheirPartOfTheRegister() {
    c.gpr[CpuState.EAX] = -1;
    m.code("E4 60 66 E5 60 E5 60").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(0xFFFFFF78);
    m.step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(0xFFFF5678);
    m.step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(0x12345678);
  }

  @ParameterizedTest(name = "{0}: level {1}, IOPL {2}, map byte {3}, limit {4}: allowed {5}")
  @CsvSource({
    "E460, 0, 0, 0xFF, 0xFFF, true",
    "E460, 3, 3, 0xFF, 0xFFF, true",
    "E460, 3, 0, 0x00, 0xFFF, true",
    "E460, 3, 0, 0x01, 0xFFF, false",
    "E461, 3, 0, 0x01, 0xFFF, true",
    "E561, 3, 0, 0x10, 0xFFF, false", // four ports from 61h
    "66E562, 3, 0, 0x10, 0xFFF, true", // two from 62h
    "E460, 3, 0, 0x00, 0x74, false", // the map ends at its byte
    "E460, 3, 0, 0x00, 0x75, true",
    "E460, 3, 0, 0x00, 0x60, false",
  })
  void permissionBitmap(
      String code, int level, int iopl, String map, String limit, boolean allowed) {
    m.setLevel(level);
    c.eflags |= iopl << 12;
    c.segLimit[CpuState.TR] = Integer.decode(limit);
    m.memory.write(TSS_AT + 104 + 12, 1, Integer.decode(map));
    m.code(code).step(1);
    if (allowed) {
      assertThat(c.eip).isEqualTo(SystemTestMachine.CODE_AT + code.length() / 2);
    } else {
      // The handler needs the inner stack, which lies in the part of the task state that is left.
      m.step(1);
      m.assertFault(GuestFault.GP, 0);
    }
  }

  @Test
  void virtual8086ModeAlwaysAsksTheMap() {
    m.setV86(3);
    m.memory.write(TSS_AT + 104 + 12, 1, 1);
    m.run("E4 60");
    m.assertFault(GuestFault.GP, 0);
  }

  @Test
  void sixteenBitTasksHaveNoMap() {
    m.setLevel(3);
    c.segAccess[CpuState.TR] = 0x83;
    m.word(TSS_AT + 2, 0x9000);
    m.word(TSS_AT + 4, SystemTestMachine.DATA_0);
    m.run("E4 60");
    m.assertFault(GuestFault.GP, 0);
  }
}
