package io.transvisor.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.ExecutionEngine;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.cpu.Watchpoint;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The run loop with an engine that plays a script. */
@Timeout(20)
class MachineTest {
  private final List<String> log = new ArrayList<>();
  private final Machine machine =
      new Machine(new PhysicalMemory(4096, 0), new PortSpace(), new InstructionClock());

  /** Each run consumes one step of the script; when it is over the machine exits with 7. */
  private final class ScriptedEngine implements ExecutionEngine {
    private final CpuState cpu = new CpuState();
    private final Deque<Outcome> script = new ArrayDeque<>();
    private final ScriptedDebugPort debugPort = new ScriptedDebugPort();

    @Override
    public CpuState cpu() {
      return cpu;
    }

    @Override
    public Outcome run(int instructions) {
      Outcome step = script.poll();
      if (step == null) {
        machine.exit(7);
        return Outcome.CONTINUE;
      }
      log.add(step.toString());
      cpu.instructions += step == Outcome.CONTINUE ? instructions : 0;
      return step;
    }

    @Override
    public void interrupt() {}

    @Override
    public void stateChanged() {}

    @Override
    public DebugPort debugPort() {
      return debugPort;
    }

    @Override
    public String name() {
      return "cpu";
    }

    @Override
    public void reset(ResetKind kind) {
      log.add("cpu " + kind);
    }

    @Override
    public void save(StateWriter out) {}

    @Override
    public void load(StateReader in) {}
  }

  /** Steps retire an instruction, unless the CPU is halted. */
  private final class ScriptedDebugPort implements DebugPort {
    @Override
    public void setBreakpoint(int linear, boolean on) {}

    @Override
    public void setWatchpoint(Watchpoint watchpoint, boolean on) {}

    @Override
    public void clear() {}

    @Override
    public Hit takeHit() {
      return null;
    }

    @Override
    public Outcome step() {
      Outcome outcome = engine.script.poll();
      log.add("step " + outcome);
      engine.cpu.instructions += outcome == Outcome.HALTED ? 0 : 1;
      return outcome;
    }
  }

  private final ScriptedEngine engine = new ScriptedEngine();

  MachineTest() {
    machine.setEngine(engine);
  }

  @Test
  void resetsDevicesThenCpuThenLoaders() {
    machine.add(new NamedDevice("disk"));
    machine.onReset(() -> log.add("loader"));
    assertThat(machine.run()).isEqualTo(7);
    assertThat(log).containsExactly("disk POWER_ON", "cpu POWER_ON", "loader");
    machine.close();
    assertThat(log).endsWith("disk closed");
  }

  @Test
  void deviceNamesAreUnique() {
    machine.add(new NamedDevice("disk"));
    assertThatThrownBy(() -> machine.add(new NamedDevice("disk")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHaltedCpuSkipsToTheNextEvent() {
    Timer t = machine.events().timer("t", () -> log.add("event"));
    machine.onReset(() -> t.scheduleAt(3_600_000_000_000L));
    engine.script.add(ExecutionEngine.Outcome.HALTED);
    engine.script.add(ExecutionEngine.Outcome.HALTED);
    engine.script.add(ExecutionEngine.Outcome.CONTINUE);
    machine.run();
    assertThat(log).containsSubsequence("HALTED", "event", "HALTED", "CONTINUE");
  }

  @Test
  void tripleFaultReboots() {
    engine.script.add(ExecutionEngine.Outcome.TRIPLE_FAULT);
    machine.run();
    assertThat(log).containsExactly("cpu POWER_ON", "TRIPLE_FAULT", "cpu HARD");
    assertThat(machine.shutdownMessage()).isNull();
  }

  @Test
  void tripleFaultWithoutRebootEndsWithRegisters() {
    machine.setRebootAllowed(false);
    engine.script.add(ExecutionEngine.Outcome.TRIPLE_FAULT);
    engine.script.add(ExecutionEngine.Outcome.CONTINUE);
    assertThat(machine.run()).isZero();
    assertThat(log).doesNotContain("CONTINUE");
    assertThat(machine.shutdownMessage())
        .contains("triple fault")
        .contains("EIP=")
        .contains("CR0=");
  }

  @Test
  void resetOfTheGuestWithoutRebootEnds() {
    machine.setRebootAllowed(false);
    machine.reset("keyboard controller");
    engine.script.add(ExecutionEngine.Outcome.CONTINUE);
    assertThat(machine.run()).isZero();
    assertThat(log).doesNotContain("CONTINUE");
    assertThat(machine.shutdownMessage()).isNull();
  }

  @Test
  void theFirstExitCodeCounts() {
    machine.exit(3);
    machine.powerOff();
    assertThat(machine.run()).isEqualTo(3);
  }

  @Test
  void postedTasksRunOnTheVcpuThread() throws InterruptedException {
    Thread[] ran = new Thread[1];
    Timer never = machine.events().timer("never", () -> {});
    machine.onReset(() -> never.scheduleAt(Long.MAX_VALUE - 1));
    machine.setPaused(true);
    Thread vcpu = new Thread(machine::run);
    vcpu.start();
    machine.post(() -> ran[0] = Thread.currentThread());
    machine.exit(0);
    vcpu.join();
    assertThat(ran[0]).isSameAs(vcpu);
    assertThat(log).containsExactly("cpu POWER_ON");
  }

  /** Notes what happens, and steps until the run has stopped {@code stops} times. */
  private final class Stepper implements RunListener {
    private int stops;

    private Stepper(int stops) {
      this.stops = stops;
    }

    @Override
    public void stopped(StopCause cause) {
      log.add("stopped " + cause);
      if (--stops > 0) {
        machine.step();
      } else {
        machine.quit();
      }
    }

    @Override
    public void resumed() {
      log.add("resumed");
    }

    @Override
    public void reset(boolean byGuest) {
      log.add("reset " + byGuest);
    }

    @Override
    public void ended(boolean byGuest, int exitCode) {
      log.add("ended " + byGuest + " " + exitCode);
    }
  }

  @Test
  void stopsAtABreakpointAndSteps() {
    machine.addListener(new Stepper(3));
    engine.script.add(Outcome.BREAK);
    engine.script.add(Outcome.CONTINUE);
    engine.script.add(Outcome.HALTED);
    engine.script.add(Outcome.BREAK);
    assertThat(machine.run()).isZero();
    assertThat(log)
        .containsExactly(
            "cpu POWER_ON",
            "BREAK",
            "stopped BREAK",
            "resumed",
            "step CONTINUE",
            "stopped STEP",
            "resumed",
            "step HALTED",
            "step BREAK",
            "stopped BREAK",
            "ended false 0");
  }

  @Test
  void listenersHearWhoResets() {
    machine.addListener(new Stepper(1));
    machine.pressReset();
    engine.script.add(Outcome.TRIPLE_FAULT);
    assertThat(machine.run()).isEqualTo(7);
    assertThat(log)
        .containsExactly(
            "cpu POWER_ON",
            "cpu HARD",
            "reset false",
            "TRIPLE_FAULT",
            "cpu HARD",
            "reset true",
            "ended true 7");
  }

  private final class NamedDevice implements Device {
    private final String name;

    private NamedDevice(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void reset(ResetKind kind) {
      log.add(name + " " + kind);
    }

    @Override
    public void save(StateWriter out) {}

    @Override
    public void load(StateReader in) {}

    @Override
    public void close() {
      log.add(name + " closed");
    }
  }
}
