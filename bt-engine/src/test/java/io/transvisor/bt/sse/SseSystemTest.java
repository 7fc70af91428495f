package io.transvisor.bt.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.transvisor.bt.fpu.FpuMachine;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import io.transvisor.core.cpu.Mxcsr;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When SSE instructions are there, what they do to the system, and MXCSR. */
class SseSystemTest {
  private static final int AT = FpuMachine.OPERAND;

  private final FpuMachine machine = machine("pentium4");
  private final Cpu c = machine.cpu;

  private static FpuMachine machine(String model) {
    FpuMachine machine = new FpuMachine(model);
    machine.cpu.cr4 = CpuState.CR4_OSFXSR | CpuState.CR4_OSXMMEXCPT;
    return machine;
  }

  private static Insn decode(FpuMachine machine, String code) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    int[] unsigned = new int[bytes.length];
    for (int n = 0; n < bytes.length; n++) {
      unsigned[n] = bytes[n] & 0xFF;
    }
    return machine.decode(unsigned);
  }

  private static int vector(FpuMachine machine, String code) {
    try {
      machine.execute(decode(machine, code));
      return -1;
    } catch (GuestFault fault) {
      return fault.vector;
    }
  }

  private void run(String code) {
    assertThat(vector(machine, code)).isEqualTo(-1);
  }

  @ParameterizedTest(name = "{0} on {1}: {2}")
  @CsvSource({
    "0F 58 C1, pentium2, 6", // addps
    "0F 58 C1, pentium3, -1",
    "66 0F 58 C1, pentium3, 6", // addpd
    "66 0F 58 C1, 'pentium3,+sse2', -1",
    "66 0F 58 C1, 'pentium4,-sse2', 6",
    "0F E0 C1, pentium2, 6", // pavgb mm0, mm1
    "0F E0 C1, pentium3, -1",
    "0F E0 C1, 'pentium3,-mmx', 6",
    "66 0F E0 C1, 'pentium4,-mmx', -1", // pavgb xmm0, xmm1
    "0F D4 C1, pentium3, 6", // paddq mm0, mm1
    "0F D4 C1, pentium4, -1",
    "66 0F 6F C1, pentium3, 6", // movdqa, not movq with a prefix
    "F3 0F 6F C1, pentium4, -1",
    "F2 0F 6F C1, pentium4, 6",
    "0F AE F8, pentium2, 6", // sfence
    "0F AE F8, pentium3, -1",
    "0F AE F0, pentium3, 6", // mfence
    "0F AE 3F, pentium3, 6", // clflush
    "0F AE 3F, pentium4, -1",
    "0F 18 0F, pentium2, -1", // prefetcht0 is a hint
    "0F C3 07, pentium3, 6", // movnti
    "F3 90, 486, -1", // pause
    "0F 01 C8, pentium4, 6", // monitor
    "0F 0F C1 9E, pentium4, 6", // 3DNow!
    "66 0F 7C C1, pentium4, 6", // haddpd
    "F0 0F 58 07, pentium4, 6", // lock addps
  })
  void dependsOnTheModel(String code, String model, int vector) {
    assertThat(vector(machine(model), code)).isEqualTo(vector);
  }

  @ParameterizedTest(name = "{0}: EM {1}, TS {2}, no OSFXSR {3}")
  @CsvSource({
    "0F 58 C1, 6, 7, 6", // addps
    "66 0F EF C0, 6, 7, 6", // pxor
    "0F AE 17, 6, 7, 6", // ldmxcsr
    "0F 2D C1, 6, 7, 6", // cvtps2pi
    "0F E0 C1, 6, 7, -1", // pavgb mm0, mm1
    "0F C3 07, -1, -1, -1", // movnti
    "0F AE F8, -1, -1, -1", // sfence
  })
  void dependsOnTheSystem(String code, int emulated, int switched, int unsaved) {
    c.cr0 |= CpuState.CR0_EM;
    assertThat(vector(machine, code)).isEqualTo(emulated);
    c.cr0 ^= CpuState.CR0_EM | CpuState.CR0_TS;
    assertThat(vector(machine, code)).isEqualTo(switched);
    c.cr4 &= ~CpuState.CR4_OSFXSR;
    assertThat(vector(machine, code)).as("both").isEqualTo(unsaved == 6 ? 6 : switched);
    c.cr0 &= ~CpuState.CR0_TS;
    assertThat(vector(machine, code)).isEqualTo(unsaved);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0F 58 07",
        "0F 28 07",
        "0F 29 07",
        "66 0F 6F 07",
        "0F C6 07 00",
        "66 0F D1 07",
        "66 0F E7 07",
        "0F C2 07 00",
        "66 0F 5A 07"
      })
  void operandsMustBeAligned(String code) {
    c.gpr[CpuState.EDI] = AT + 8;
    assertThat(vector(machine, code)).isEqualTo(GuestFault.GP);
  }

  @Test
  void someNeedNotBe() {
    c.gpr[CpuState.EDI] = 0x1FF9;
    machine.put(0x1FF9, 0x1122334455667788L);
    machine.put(0x2001, 0x99AABBCCDDEEFF00L);
    run("F3 0F 6F 07"); // movdqu across a page boundary
    assertThat(c.xmm[0]).isEqualTo(0x1122334455667788L);
    assertThat(c.xmm[1]).isEqualTo(0x99AABBCCDDEEFF00L);
    c.gpr[CpuState.EDI] = 0x2FFB;
    run("0F 11 07"); // movups
    assertThat(machine.get(0x3003)).isEqualTo(0x99AABBCCDDEEFF00L);
  }

  @Test
  void nothingIsStoredBeyondTheLimit() {
    machine.put(AT, 0);
    c.xmm[0] = -1;
    machine.limitData(AT + 14);
    assertThat(vector(machine, "0F 11 07")).isEqualTo(GuestFault.GP);
    assertThat(vector(machine, "0F 29 07")).isEqualTo(GuestFault.GP);
    machine.limitData(-1);
    assertThat(machine.get(AT)).isZero();
  }

  @Test
  void unmaskedExceptionsLeaveTheDestinationAndSetTheFlags() {
    c.mxcsr = Mxcsr.INITIAL & ~(Mxcsr.ZE << Mxcsr.MASK_SHIFT);
    Arrays.fill(c.xmm, 0, 2, 0x3F8000003F800000L);
    assertThat(vector(machine, "0F 5E C1")).isEqualTo(GuestFault.XM); // divps
    assertThat(c.mxcsr & Mxcsr.EXCEPTIONS).isEqualTo(Mxcsr.ZE);
    assertThat(c.xmm[0]).isEqualTo(0x3F8000003F800000L);
    c.cr4 &= ~CpuState.CR4_OSXMMEXCPT;
    assertThat(vector(machine, "0F 5E C1")).isEqualTo(GuestFault.UD);
  }

  @Test
  void pendingX87ExceptionsAreReportedByWhatUsesMmx() {
    machine.fpu.status |= FpuState.ZE;
    machine.fpu.setControlWord(FpuState.INITIAL_CONTROL & ~FpuState.ZE);
    assertThat(vector(machine, "0F 2D C1")).isEqualTo(GuestFault.MF); // cvtps2pi
    assertThat(vector(machine, "F2 0F D6 C1")).isEqualTo(GuestFault.MF); // movdq2q
    assertThat(vector(machine, "66 0F 2A C1")).isEqualTo(GuestFault.MF); // cvtpi2pd, register
    assertThat(vector(machine, "66 0F 2A 07")).isEqualTo(-1); // memory
    assertThat(vector(machine, "0F 58 C1")).isEqualTo(-1);
  }

  @Test
  void conversionsThroughMmxRegistersMakeThemUsed() {
    machine.load(1.5);
    run("0F 2D C1"); // cvtps2pi mm0, xmm1
    assertThat(machine.fpu.empty).isZero();
    assertThat(machine.fpu.top).isZero();
  }

  @ParameterizedTest(name = "{0} = {1}: {2}")
  @CsvSource({
    "pentium3, 0x1F80, -1",
    "pentium3, 0xFFBF, -1",
    "pentium3, 0x1FC0, 13", // no denormals-are-zeros
    "pentium4, 0xFFFF, -1",
    "pentium4, 0x11F80, 13",
  })
  void mxcsrHasReservedBits(String model, String value, int vector) {
    FpuMachine m = machine(model);
    m.put(AT, Integer.decode(value));
    assertThat(vector(m, "0F AE 17")).isEqualTo(vector); // ldmxcsr
    assertThat(m.cpu.mxcsr).isEqualTo(vector < 0 ? Integer.decode(value) : Mxcsr.INITIAL);
    m.put(AT, 0);
    m.execute(decode(m, "0F AE 1F")); // stmxcsr
    assertThat(m.getDword(AT)).isEqualTo(m.cpu.mxcsr);
    m.execute(decode(m, "0F AE 07")); // fxsave
    assertThat(m.getDword(AT + 28)).as("mask").isEqualTo(Mxcsr.writable(m.cpu.model));
    m.put(AT + 24, Integer.decode(value));
    assertThat(vector(m, "0F AE 0F")).isEqualTo(vector); // fxrstor
  }

  @Test
  void savedWithTheX87State() {
    for (int n = 0; n < c.xmm.length; n++) {
      c.xmm[n] = 0x0101010101010101L * n;
    }
    c.mxcsr = 0x3FA5;
    run("0F AE 07"); // fxsave
    assertThat(machine.getDword(AT + 24)).isEqualTo(0x3FA5);
    assertThat(machine.get(AT + 160 + 8 * 9)).isEqualTo(0x0909090909090909L);
    long[] saved = c.xmm.clone();
    Arrays.fill(c.xmm, -1);
    c.mxcsr = Mxcsr.INITIAL;
    run("0F AE 0F"); // fxrstor
    assertThat(c.xmm).isEqualTo(saved);
    assertThat(c.mxcsr).isEqualTo(0x3FA5);
  }

  @Test
  void registersAreSavedOnlyIfTheSystemSaysSo() {
    c.xmm[0] = 5;
    machine.put(AT + 160, 7);
    c.cr4 &= ~CpuState.CR4_OSFXSR;
    run("0F AE 07");
    assertThat(machine.get(AT + 160)).isEqualTo(7);
    run("0F AE 0F");
    assertThat(c.xmm[0]).isEqualTo(5);
  }

  @Test
  void selectedBytesAreStoredWhereTheyFit() {
    c.xmm[0] = 0x1122334455667788L;
    c.xmm[1] = -1;
    c.xmm[2] = 0x0000008000800000L;
    c.xmm[3] = 0;
    machine.put(AT, 0);
    machine.limitData(AT + 4);
    run("66 0F F7 C1"); // maskmovdqu
    machine.limitData(-1);
    assertThat(machine.get(AT)).isEqualTo(0x0000004400660000L);
    c.xmm[2] = 1L << 63 | 1 << 7;
    machine.limitData(AT + 4);
    assertThatExceptionOfType(GuestFault.class)
        .isThrownBy(() -> machine.execute(decode(machine, "66 0F F7 C1")));
    machine.limitData(-1);
    assertThat(machine.get(AT)).as("nothing of it").isEqualTo(0x0000004400660000L);
  }
}
