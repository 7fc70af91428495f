package io.transvisor.console.machine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineLog;
import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.console.control.CounterReport;
import io.transvisor.console.control.Operator;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.Machine;
import io.transvisor.mmu.Mmu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One run of a machine in this process: screen, vCPU thread, orderly end. */
public final class GuestRunner {
  private static final int CLOSE_SECONDS = 10;

  private GuestRunner() {}

  /**
   * Builds the machine and runs it to its end on this thread.
   *
   * @param hint what to tell the user below the VNC address; may be empty
   * @return the exit code
   */
  public static int run(MachineSpec spec, String hint) {
    return run(spec, hint, assembled -> {});
  }

  /**
   * Builds the machine and runs it to its end on this thread.
   *
   * @param beforeStart gets the machine before it executes anything
   */
  public static int run(MachineSpec spec, String hint, Consumer<AssembledMachine> beforeStart) {
    AssembledMachine assembled = MachineFactory.assemble(spec);
    Machine machine = assembled.machine();
    CountDownLatch closed = new CountDownLatch(1);
    // Ctrl-C: the vCPU stops between two instructions, then disks are flushed.
    Thread hook = new Thread(() -> stop(machine, closed), "shutdown");
    Operator operator = new MachineOperator(assembled, spec.snapshot());
    try (Consoles _ = Consoles.open(spec, assembled, operator);
        EngineLog _ = openLog(spec, machine);
        ProfileKeeper _ = ProfileKeeper.open(spec, machine)) {
      if (!hint.isEmpty() && spec.vnc() != null) {
        System.err.println(hint.strip());
      }
      Runtime.getRuntime().addShutdownHook(hook);
      Thread.currentThread().setName("vcpu0");
      if (spec.startPaused()) {
        machine.setPaused(true);
      }
      if (spec.debug().mmu()) {
        mmu(machine).checkContinuously();
      }
      beforeStart.accept(assembled);
      int code = machine.run();
      if (machine.shutdownMessage() != null) {
        System.err.println("transvisor: " + machine.shutdownMessage());
      }
      if (spec.debug().mmu()) {
        System.err.print(mmu(machine).statistics().describe());
      }
      if (spec.statistics()) {
        System.err.print(CounterReport.text(machine.counters(), name -> true));
      }
      if (spec.statisticsFile() != null) {
        write(machine, spec.statisticsFile());
      }
      return code;
    } finally {
      machine.close();
      closed.countDown();
    }
  }

  private static void write(Machine machine, Path file) {
    try {
      new ObjectMapper().writeValue(file.toFile(), machine.counters());
    } catch (IOException e) {
      throw new VmmException("-stats-file %s: cannot be written".formatted(file), e);
    }
  }

  /** The log that was asked for, or null. */
  private static EngineLog openLog(MachineSpec spec, Machine machine) {
    EngineLog log = spec.debug().open();
    if (log != null) {
      ((InterpreterEngine) machine.engine()).setLog(log);
    }
    return log;
  }

  private static Mmu mmu(Machine machine) {
    return ((Cpu) machine.engine().cpu()).mmu;
  }

  private static void stop(Machine machine, CountDownLatch closed) {
    machine.quit();
    try {
      if (!closed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(
            "transvisor: the machine did not stop in time; the last disk writes may be lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
