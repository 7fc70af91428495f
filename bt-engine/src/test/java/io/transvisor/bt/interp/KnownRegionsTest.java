package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.region.RegionProfile;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Code that was compiled once is known again: at another place, after it was away, in another run.
 */
class KnownRegionsTest {
  private static final int LOOPS = 100_000;
  private static final int OTHER_PLACE = FlatMachine.CODE + 0x5000 + FlatMachine.ENTRY;

  /** mov ecx,LOOPS; again: add eax,STEP; dec ecx; jnz again; hlt. */
  private static byte[] sum(int step) {
    return new byte[] {
      (byte) 0xB9,
      (byte) LOOPS,
      (byte) (LOOPS >> 8),
      (byte) (LOOPS >> 16),
      0,
      (byte) 0x83,
      (byte) 0xC0,
      (byte) step,
      0x49,
      0x75,
      (byte) 0xFA,
      (byte) 0xF4
    };
  }

  private static FlatMachine machine(Mechanism... off) {
    return new FlatMachine(EngineOptions.eager(EngineKind.TRANSLATE, off));
  }

  private static void put(FlatMachine machine, int address, byte[] code) {
    machine.memory.writeBytes(address, code, 0, code.length);
  }

  /** Runs code to its end; what is in EAX then, of 0 before. */
  private static int run(FlatMachine machine, int address) {
    machine.cpu.halted = false;
    machine.cpu.eip = address;
    machine.cpu.gpr[CpuState.EAX] = 0;
    assertThat(machine.engine.run(4 * LOOPS)).isEqualTo(Outcome.HALTED);
    return machine.cpu.gpr[CpuState.EAX];
  }

  private static Map<String, Long> counted(FlatMachine machine) {
    Map<String, Long> counted = new HashMap<>();
    machine.engine.counters(counted::put);
    return counted;
  }

  @Test
  void atAnotherPlace() {
    FlatMachine m = machine();
    put(m, m.entry(), sum(3));
    assertThat(run(m, m.entry())).isEqualTo(3 * LOOPS);
    long compiled = counted(m).get("regions.compiled");
    put(m, OTHER_PLACE, sum(3));
    assertThat(run(m, OTHER_PLACE)).isEqualTo(3 * LOOPS);
    assertThat(counted(m)).containsEntry("regions.compiled", compiled);
    assertThat(counted(m).get("regions.revived")).isPositive();
  }

  @Test
  void inItsPlaceAfterOtherCodeWasThere() {
    FlatMachine m = machine();
    put(m, m.entry(), sum(3));
    assertThat(run(m, m.entry())).isEqualTo(3 * LOOPS);
    put(m, m.entry(), sum(5));
    assertThat(run(m, m.entry())).isEqualTo(5 * LOOPS);
    long compiled = counted(m).get("regions.compiled");
    put(m, m.entry(), sum(3));
    assertThat(run(m, m.entry())).isEqualTo(3 * LOOPS);
    assertThat(counted(m)).containsEntry("regions.compiled", compiled);
    assertThat(counted(m).get("regions.revived")).isPositive();
  }

  @Test
  void aRevivedRegionIsDroppedWithItsOwnCodeOnly() {
    FlatMachine m = machine();
    put(m, m.entry(), sum(3));
    put(m, OTHER_PLACE, sum(3));
    run(m, m.entry());
    run(m, OTHER_PLACE);
    put(m, OTHER_PLACE, sum(7));
    assertThat(run(m, OTHER_PLACE)).isEqualTo(7 * LOOPS);
    assertThat(run(m, m.entry())).isEqualTo(3 * LOOPS);
  }

  @Test
  void isCompiledAgainWithoutTheMechanism() {
    FlatMachine m = machine(Mechanism.REVIVAL);
    put(m, m.entry(), sum(3));
    put(m, OTHER_PLACE, sum(3));
    run(m, m.entry());
    run(m, OTHER_PLACE);
    assertThat(counted(m)).containsEntry("regions.revived", 0L);
  }

  /** A machine that has run code. */
  private static FlatMachine firstRun() {
    FlatMachine first = machine();
    put(first, first.entry(), sum(3));
    run(first, first.entry());
    return first;
  }

  /** What another run reads of a machine's profile. */
  private static RegionProfile kept(FlatMachine first) throws RegionProfile.FormatException {
    return RegionProfile.decode(first.engine.profile().encode());
  }

  @Test
  void inAnotherRun() throws RegionProfile.FormatException {
    FlatMachine first = firstRun();
    FlatMachine second = machine();
    second.engine.load(kept(first));
    put(second, OTHER_PLACE, sum(3));
    assertThat(run(second, OTHER_PLACE)).isEqualTo(3 * LOOPS);
    assertThat(counted(second).get("regions.from-profile")).isPositive();
    assertThat(second.engine.profile().entries()).hasSameSizeAs(first.engine.profile().entries());
  }

  @Test
  void otherCodeThanAnEarlierRunHadIsItsOwn() throws RegionProfile.FormatException {
    FlatMachine first = firstRun();
    FlatMachine second = machine();
    second.engine.load(kept(first));
    put(second, second.entry(), sum(9));
    assertThat(run(second, second.entry())).isEqualTo(9 * LOOPS);
    assertThat(counted(second)).containsEntry("regions.from-profile", 0L);
  }

  @Test
  void whatIsOfNoUseFadesAway() throws RegionProfile.FormatException {
    FlatMachine first = firstRun();
    RegionProfile profile = kept(first);
    assertThat(profile.entries()).isNotEmpty();
    for (int runs = 0; runs < 40 && !profile.entries().isEmpty(); runs++) {
      FlatMachine other = machine();
      other.engine.load(profile);
      profile = other.engine.profile();
    }
    assertThat(profile.entries()).isEmpty();
  }
}
