package io.transvisor.bt.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random programs: a machine that looks at EIP before each instruction, and one with a debugger's
 * breakpoints, stop at the same instructions with the same state.
 */
class BreakpointsAgreeTest {
  private static final EngineOptions EAGER = EngineOptions.eager(EngineKind.TRANSLATE);
  private static final int PROGRAMS = 60;

  @Test
  void regionsStopWhereSteppingPassesBy() {
    int stops = 0;
    int programs = 0;
    for (long seed = 1; programs < PROGRAMS; seed++) {
      Trial trial = Trial.draw(seed);
      if (trial.world().kind().isFlat()) {
        programs++;
        stops += stops(trial);
      }
    }
    assertThat(stops).isGreaterThan(100);
  }

  /** How often the machines stopped at a breakpoint. */
  private static int stops(Trial trial) {
    SplittableRandom random = new SplittableRandom(trial.seed());
    WorldMachine stepped = new WorldMachine(trial.world(), EngineOptions.of(EngineKind.INTERPRET));
    WorldMachine tested = new WorldMachine(trial.world(), EAGER);
    trial.prepare(stepped);
    trial.prepare(tested);
    if (stepped.run(2000) != Outcome.CONTINUE) {
      return 0;
    }
    tested.run(2000);
    TreeSet<Integer> places = new TreeSet<>();
    for (int n = 0; n < 6; n++) {
      stepped.run(1 + random.nextInt(9));
      places.add(stepped.cpu.eip);
    }
    tested.run((int) (stepped.cpu.instructions - tested.cpu.instructions));
    places.forEach(at -> tested.debugPort().setBreakpoint(at, true));
    int stops = 0;
    for (int n = 0; n < 20; n++) {
      long end = stepped.cpu.instructions + 5000;
      while (!stepped.cpu.halted
          && !places.contains(stepped.cpu.eip)
          && stepped.cpu.instructions < end) {
        stepped.run(1);
      }
      if (stepped.cpu.halted) {
        break;
      }
      Outcome outcome = tested.run((int) (end - tested.cpu.instructions));
      boolean hit = places.contains(stepped.cpu.eip) && stepped.cpu.instructions < end;
      assertThat(outcome)
          .as("seed %d", trial.seed())
          .isEqualTo(hit ? Outcome.BREAK : Outcome.CONTINUE);
      assertThat(WorldMachine.difference(stepped, tested)).as("seed %d", trial.seed()).isNull();
      stops += hit ? 1 : 0;
      stepped.run(1);
      tested.debugPort().step();
    }
    return stops;
  }
}
