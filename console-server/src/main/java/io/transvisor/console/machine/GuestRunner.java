package io.transvisor.console.machine;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.console.rfb.VncServer;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.core.machine.Machine;
import io.transvisor.mmu.Mmu;
import java.net.InetSocketAddress;
import java.util.Optional;
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
    try (VncServer server = spec.displayEnabled() ? serve(spec, assembled, hint) : null) {
      Runtime.getRuntime().addShutdownHook(hook);
      Thread.currentThread().setName("vcpu0");
      if (spec.startPaused()) {
        machine.setPaused(true);
      }
      if (spec.mmuChecked()) {
        mmu(machine).checkContinuously();
      }
      beforeStart.accept(assembled);
      int code = machine.run();
      if (machine.shutdownMessage() != null) {
        System.err.println("transvisor: " + machine.shutdownMessage());
      }
      if (spec.mmuChecked()) {
        System.err.print(mmu(machine).statistics().describe());
      }
      return code;
    } finally {
      machine.close();
      closed.countDown();
    }
  }

  private static Mmu mmu(Machine machine) {
    return ((Cpu) machine.engine().cpu()).mmu;
  }

  private static VncServer serve(MachineSpec spec, AssembledMachine assembled, String hint) {
    VncServer server =
        new VncServer(
            assembled.machine().screen(),
            assembled.board().input(),
            Optional.of(actions(assembled)),
            spec.vnc());
    assembled.board().keyboard().setLedListener(server::setKeyboardLights);
    try {
      InetSocketAddress address = server.start();
      System.err.printf(
          "transvisor: screen at VNC %s:%d, for example: vncviewer %s::%d%n",
          address.getHostString(), address.getPort(), address.getHostString(), address.getPort());
      if (!hint.isEmpty()) {
        System.err.println(hint.strip());
      }
      return server;
    } catch (RuntimeException e) {
      assembled.machine().close();
      throw e;
    }
  }

  /** What viewers with an xvp menu can do. */
  private static MachineActions actions(AssembledMachine assembled) {
    Machine machine = assembled.machine();
    return new MachineActions() {
      @Override
      public void shutdown() {
        machine.post(assembled.board()::pressPowerButton);
      }

      @Override
      public void reboot() {
        machine.reset("reboot asked for by a viewer");
      }

      @Override
      public void reset() {
        machine.reset("reset asked for by a viewer");
      }
    };
  }

  private static void stop(Machine machine, CountDownLatch closed) {
    machine.exit(0);
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
