package io.transvisor.guests.training;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.transvisor.console.cli.Subcommand;
import io.transvisor.console.machine.GuestRunner;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.console.rfb.VncOptions;
import io.transvisor.console.rfb.client.RfbSnapshot;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.Machine;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/**
 * {@code transvisor train}: the run from which the launcher has the JVM make its ahead-of-time
 * cache (JEP 483, 514, 515). It does what starts have in common, and long enough with the engine
 * that HotSpot compiles the interpreter and the translator: their profiles are kept in the cache.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Runs built-in guests for a few seconds, for the JVM to learn from.")
public final class TrainCommand implements Subcommand {
  private static final long FIRMWARE_MILLIS = 2_500;
  private static final long KERNELS_MILLIS = 9_000;

  /** Kernels of all kinds; each is stopped by its number of passes. */
  private static final String KERNELS = "ring3 passes=20";

  @Override
  public Integer call() throws IOException {
    Path scratch = Files.createTempDirectory("transvisor-train");
    try {
      trainFirmware();
      MachineSpec.Builder kernels = MachineSpec.builder();
      kernels.kernel(new GuestFiles(scratch).kernel(), null, KERNELS);
      train(kernels, KERNELS_MILLIS);
      return 0;
    } finally {
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** The installed firmware without anything to boot, if there is one. */
  private static void trainFirmware() throws IOException {
    try {
      train(MachineSpec.builder(), FIRMWARE_MILLIS);
    } catch (VmmException e) {
      // None is installed: kernels do without.
    }
  }

  /** Runs a machine for so long, and looks at its screen in the middle of that. */
  private static void train(MachineSpec.Builder builder, long millis) throws IOException {
    String display = VncOptions.LOOPBACK + ":" + (freePort() - VncOptions.BASE_PORT);
    MachineSpec spec = builder.display(display, null).build();
    GuestRunner.run(
        spec,
        "",
        assembled -> {
          Machine machine = assembled.machine();
          Thread operator = new Thread(() -> operate(machine, display, millis), "operator");
          operator.setDaemon(true);
          operator.start();
        });
  }

  private static void operate(Machine machine, String display, long millis) {
    try {
      Thread.sleep(millis / 2);
      RfbSnapshot.take(display, null);
      Thread.sleep(millis / 2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      machine.quit();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
