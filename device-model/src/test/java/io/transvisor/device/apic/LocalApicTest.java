package io.transvisor.device.apic;

import static io.transvisor.device.apic.ApicBench.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.irq.InterruptController;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalApicTest extends DeviceContractTest {
  private ApicBench b = new ApicBench(1).enabled();

  @Override
  protected Device newDevice() {
    b = new ApicBench(1);
    return b.apics[0];
  }

  @Override
  protected void disturb(Device device) {
    b.write(SVR, 0x1F0);
    b.write(ID, 0x05000000);
    b.write(LDR, 0x55000000);
    b.write(DFR, 0x0FFFFFFF);
    b.write(LVT_LINT0, 0x8035);
    b.write(LVT_ERROR, 0x40);
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, PERIODIC | 0x50);
    b.write(INITIAL_COUNT, 1000);
    b.apics[0].setLint0(true);
    b.acknowledge();
    b.clock.jump(35_000);
    b.request(0x61);
    b.write(TPR, 0x50);
    b.read(0x40);
    b.write(ICR_LOW, 0x40005);
    b.write(ESR, 0);
    b.apics[0].setApicBase(0xFED00000L | InterruptController.APIC_BASE_ENABLE);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.mmio("registers", 0x400, b.apics[0]));
  }

  // ---- registers ----

  @ParameterizedTest
  @CsvSource({
    "0x20, 0",
    "0x30, 0x50014",
    "0x80, 0",
    "0xD0, 0",
    "0xE0, 0xFFFFFFFF",
    "0xF0, 0xFF",
    "0x280, 0",
    "0x300, 0",
    "0x320, 0x10000",
    "0x340, 0x10000",
    "0x350, 0x700",
    "0x360, 0x10000",
    "0x370, 0x10000",
    "0x380, 0",
    "0x390, 0",
    "0x3E0, 0"
  })
  void valuesAfterReset(int register, String value) {
    newDevice().reset(ResetKind.POWER_ON);
    assertThat(b.read(register)).isEqualTo((int) (long) Long.decode(value));
  }

  @Test
  void registersAreWhereTheBaseRegisterSays() {
    assertThat(b.memory.read(0xFEE00030, 4)).isEqualTo(0x50014);
    b.apics[0].setApicBase(0xFED00000L | InterruptController.APIC_BASE_ENABLE);
    assertThat(b.memory.read(0xFEE00030, 4)).isEqualTo(-1);
    assertThat(b.memory.read(0xFED00030, 4)).isEqualTo(0x50014);
    assertThat(b.apics[0].apicBase()).isEqualTo(0xFED00900L);
  }

  @Test
  void bytesOfRegistersCanBeReadButNotWritten() {
    b.write(TPR, 0x35);
    assertThat(b.apics[0].read(TPR, 1)).isEqualTo(0x35);
    assertThat(b.apics[0].read(0x32, 2)).isEqualTo(5);
    b.apics[0].write(TPR, 1, 0x77);
    assertThat(b.read(TPR)).isEqualTo(0x35);
  }

  @Test
  void softwareDisableMasksTheLocalVectors() {
    b.write(LVT_TIMER, 0x31);
    b.write(SVR, 0xFF);
    assertThat(b.read(LVT_TIMER)).isEqualTo(MASKED | 0x31);
    assertThat(b.read(LVT_LINT0)).isEqualTo(MASKED | 0x700);
    b.write(LVT_TIMER, 0x31);
    assertThat(b.read(LVT_TIMER)).isEqualTo(MASKED | 0x31);
  }

  @Test
  void softwareDisabledItTakesNoInterruptsButNmis() {
    b.write(SVR, 0xFF);
    b.request(0x40);
    assertThat(b.isInterrupted()).isFalse();
    b.write(ICR_LOW, 0x40400);
    assertThat(b.cpus[0].nmis()).isEqualTo(1);
  }

  // ---- priorities ----

  @Test
  void theHighestVectorComesFirst() {
    b.request(0x41);
    b.request(0x63);
    assertThat(b.acknowledge()).isEqualTo(0x63);
    assertThat(b.read(ISR + 0x30)).isEqualTo(8);
    assertThat(b.read(IRR + 0x20)).isEqualTo(2);
    assertThat(b.isInterrupted()).isFalse();
    b.end();
    assertThat(b.isInterrupted()).isTrue();
    assertThat(b.acknowledge()).isEqualTo(0x41);
  }

  @Test
  void aHigherClassInterruptsALowerOne() {
    b.request(0x41);
    b.acknowledge();
    b.request(0x4F);
    assertThat(b.isInterrupted()).isFalse();
    b.request(0x50);
    assertThat(b.acknowledge()).isEqualTo(0x50);
    assertThat(b.read(PPR)).isEqualTo(0x50);
    b.end();
    assertThat(b.read(PPR)).isEqualTo(0x40);
    assertThat(b.isInterrupted()).isFalse();
    b.end();
    assertThat(b.acknowledge()).isEqualTo(0x4F);
  }

  @Test
  void theTaskPriorityHoldsBackItsClassAndBelow() {
    b.write(TPR, 0x50);
    b.request(0x5F);
    assertThat(b.isInterrupted()).isFalse();
    b.write(TPR, 0x4F);
    assertThat(b.isInterrupted()).isTrue();
    b.write(TPR, 0xFF);
    assertThat(b.isInterrupted()).isFalse();
  }

  @Test
  void aRequestThatIsGoneIsAnsweredWithTheSpuriousVector() {
    b.request(0x40);
    b.write(TPR, 0x80);
    assertThat(b.acknowledge()).isEqualTo(0xFF);
    assertThat(b.read(ISR + 0x70)).isZero();
    b.write(TPR, 0);
    assertThat(b.acknowledge()).isEqualTo(0x40);
  }

  @Test
  void aVectorWaitsOnceHoweverOftenItIsRequested() {
    b.request(0x40);
    b.acknowledge();
    b.request(0x40);
    b.request(0x40);
    b.end();
    assertThat(b.serveAll()).isEqualTo(1);
  }

  // ---- virtual wire ----

  @Test
  void interruptsOfThe8259PairComeThroughAfterReset() {
    newDevice().reset(ResetKind.POWER_ON);
    b.apics[0].setLint0(true);
    assertThat(b.isInterrupted()).isTrue();
    assertThat(b.acknowledge()).isEqualTo(PIC_VECTOR);
    assertThat(b.read(ISR)).isZero();
    b.apics[0].setLint0(false);
    assertThat(b.isInterrupted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10700, 0x0030})
  void maskedOrWithAVectorLint0IsNoExtInt(int entry) {
    b.write(LVT_LINT0, entry);
    b.apics[0].setLint0(true);
    assertThat(b.acknowledge()).isNotEqualTo(PIC_VECTOR);
  }

  @Test
  void lint0WithAVectorAsksOncePerEdge() {
    b.write(LVT_LINT0, 0x30);
    b.apics[0].setLint0(true);
    assertThat(b.serveAll()).isEqualTo(1);
    b.apics[0].setLint0(false);
    assertThat(b.serveAll()).isZero();
    b.apics[0].setLint0(true);
    assertThat(b.acknowledge()).isEqualTo(0x30);
  }

  @Test
  void lint0AsLevelAsksAgainAfterTheEnd() {
    b.write(LVT_LINT0, 0x8030);
    b.apics[0].setLint0(true);
    assertThat(b.read(LVT_LINT0)).isEqualTo(0xC030);
    b.acknowledge();
    b.end();
    assertThat(b.acknowledge()).isEqualTo(0x30);
    b.apics[0].setLint0(false);
    b.end();
    assertThat(b.isInterrupted()).isFalse();
    assertThat(b.read(LVT_LINT0)).isEqualTo(0x8030);
  }

  @Test
  void switchedOffByTheBaseRegisterItIsNotThere() {
    b.write(LVT_LINT0, 0x10700);
    b.apics[0].setApicBase(0xFEE00000L);
    assertThat(b.memory.read(0xFEE00030, 4)).isEqualTo(-1);
    b.apics[0].setLint0(true);
    assertThat(b.acknowledge()).isEqualTo(PIC_VECTOR);
    b.request(0x80);
    assertThat(b.acknowledge()).isEqualTo(PIC_VECTOR);
    b.apics[0].setApicBase(0xFEE00800L);
    assertThat(b.read(SVR)).isEqualTo(0xFF);
  }

  // ---- commands ----

  @Test
  void aCommandToItselfArrives() {
    b.write(ICR_LOW, 0x40035);
    assertThat(b.acknowledge()).isEqualTo(0x35);
  }

  @Test
  void commandsReachWhomTheyName() {
    b = new ApicBench(3).enabled();
    b.write(ICR_HIGH, 0x02000000);
    b.write(ICR_LOW, 0x4041);
    assertInterrupted(false, false, true);
    b.write(ICR_LOW, 0xC4042); // all but itself
    assertInterrupted(false, true, true);
    b.write(ICR_LOW, 0x84043); // all
    assertInterrupted(true, true, true);
  }

  private void assertInterrupted(Boolean... expected) {
    assertThat(b.cpus).extracting(c -> c.intr().isHigh()).containsExactly(expected);
  }

  @Test
  void theLogicalFlatModelNamesSets() {
    b = new ApicBench(3).enabled();
    b.write(ICR_HIGH, 0x05000000);
    b.write(ICR_LOW, 0x4841);
    assertInterrupted(true, false, true);
  }

  @Test
  void theLogicalClusterModelNamesMembersOfACluster() {
    b = new ApicBench(3).enabled();
    int[] logical = {0x11, 0x12, 0x21};
    for (int n = 0; n < 3; n++) {
      b.apics[n].write(DFR, 4, 0x0FFFFFFF);
      b.apics[n].write(LDR, 4, logical[n] << 24);
    }
    b.write(ICR_HIGH, 0x13000000);
    b.write(ICR_LOW, 0x4841);
    assertInterrupted(true, true, false);
    b.apics[0].acknowledge();
    b.write(ICR_HIGH, 0xF1000000);
    b.write(ICR_LOW, 0x4851);
    assertInterrupted(true, true, true);
  }

  @Test
  void lowestPriorityGoesToTheLeastBusy() {
    b = new ApicBench(3).enabled();
    b.apics[0].write(TPR, 4, 0x20);
    b.apics[2].write(TPR, 4, 0x30);
    b.write(ICR_HIGH, 0x07000000);
    b.write(ICR_LOW, 0x4941);
    assertInterrupted(false, true, false);
  }

  @Test
  void initResetsTheTargetButNotItsId() {
    b = new ApicBench(2).enabled();
    b.write(ICR_HIGH, 0x01000000);
    b.write(ICR_LOW, 0x4500);
    assertThat(b.cpus[1].inits()).isEqualTo(1);
    assertThat(b.apics[1].read(SVR, 4)).isEqualTo(0xFF);
    assertThat(b.apics[1].read(ID, 4)).isEqualTo(0x01000000);
    b.write(ICR_LOW, 0x8500); // level de-assert
    assertThat(b.cpus[1].inits()).isEqualTo(1);
  }

  @Test
  void illegalVectorsAndRegistersAreErrors() {
    b.write(LVT_ERROR, 0x70);
    b.write(ICR_LOW, 0x40005);
    assertThat(b.acknowledge()).isEqualTo(0x70);
    assertThat(b.read(ESR)).isZero();
    b.write(ESR, 0);
    assertThat(b.read(ESR)).isEqualTo(0x20);
    b.request(0x0F);
    b.read(0x40);
    b.write(ESR, 0);
    assertThat(b.read(ESR)).isEqualTo(0xC0);
    b.write(ESR, 0);
    assertThat(b.read(ESR)).isZero();
  }

  // ---- timer ----

  @Test
  void aOneShotInterruptsOnce() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, 0x31);
    b.write(INITIAL_COUNT, 100);
    b.clock.advance(10 * 99);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(1);
    assertThat(b.isInterrupted()).isFalse();
    b.clock.advance(10);
    assertThat(b.acknowledge()).isEqualTo(0x31);
    b.end();
    assertThat(b.read(CURRENT_COUNT)).isZero();
    b.clock.advance(10_000);
    assertThat(b.isInterrupted()).isFalse();
    assertThat(b.read(INITIAL_COUNT)).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 4", "2, 8", "3, 16", "8, 32", "9, 64", "10, 128", "11, 1"})
  void theClockIsDivided(int register, int divisor) {
    b.write(DIVIDE, register);
    b.write(INITIAL_COUNT, 1000);
    b.clock.advance(10L * divisor * 300);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(700);
    assertThat(b.read(DIVIDE)).isEqualTo(register);
  }

  @Test
  void aNewDivisorKeepsTheCount() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(INITIAL_COUNT, 1000);
    b.clock.advance(10 * 400);
    b.write(DIVIDE, 0);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(600);
    b.clock.advance(20 * 100);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(500);
  }

  @Test
  void aPeriodicTimerGoesOn() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, PERIODIC | 0x31);
    b.write(INITIAL_COUNT, 1000);
    for (int n = 0; n < 5; n++) {
      b.clock.advance(10_000);
      assertThat(b.serveAll()).isEqualTo(1);
    }
    b.clock.advance(2_500);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(750);
    b.write(INITIAL_COUNT, 0);
    b.clock.advance(100_000);
    assertThat(b.serveAll()).isZero();
  }

  @Test
  void ticksTheGuestWasTooLateForFollow() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, PERIODIC | 0x31);
    b.write(INITIAL_COUNT, 1000);
    b.clock.jump(75_000); // seven and a half periods
    int served = b.serveAll();
    for (int n = 0; n < 40; n++) {
      b.clock.advance(2_500);
      served += b.serveAll();
    }
    assertThat(served).isEqualTo(17);
  }

  @Test
  void lateTicksDoNotPassTheMask() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, PERIODIC | 0x31);
    b.write(INITIAL_COUNT, 1000);
    b.clock.jump(75_000);
    b.acknowledge();
    b.end();
    b.write(LVT_TIMER, MASKED | PERIODIC | 0x31);
    b.clock.advance(100_000);
    assertThat(b.serveAll()).isZero();
  }

  @Test
  void aMaskedTimerRunsSilently() {
    b.write(DIVIDE, DIVIDE_BY_1);
    b.write(LVT_TIMER, MASKED | PERIODIC | 0x31);
    b.write(INITIAL_COUNT, 1000);
    assertThat(b.clock.events().nextDeadline()).isEqualTo(Long.MAX_VALUE);
    b.clock.advance(35_000);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(500);
    b.write(LVT_TIMER, PERIODIC | 0x31);
    assertThat(b.isInterrupted()).isFalse();
    b.clock.advance(5_000);
    assertThat(b.serveAll()).isEqualTo(1);
  }

  @Test
  void countsUpTo32BitsWork() {
    b.write(DIVIDE, 10);
    b.write(LVT_TIMER, 0x31);
    b.write(INITIAL_COUNT, -1);
    b.clock.advance(1280L * 0xFFFFFFFEL);
    assertThat(b.read(CURRENT_COUNT)).isEqualTo(1);
    b.clock.advance(1280);
    assertThat(b.acknowledge()).isEqualTo(0x31);
  }
}
