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
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/**
 * {@code transvisor train}: the run from which the launcher has the JVM make its ahead-of-time
 * cache (JEP 483, 514, 515). It does what starts have in common, and long enough with the engine
 * that HotSpot compiles the interpreter and the translator: their profiles are kept in the cache.
 * Meanwhile somebody looks and types, so that the first keys of a real run need not wait for
 * classes.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Runs built-in guests for a few seconds, for the JVM to learn from.")
public final class TrainCommand implements Subcommand {
  private static final long FIRMWARE_MILLIS = 2_500;
  private static final long KERNELS_MILLIS = 9_000;

  private static final long EVENTS_MILLIS = 7_000;

  /** Kernels of all kinds; each is stopped by its number of passes. */
  private static final String KERNELS = "ring3 passes=20";

  /** What makes the interpreter's handlers hot: interrupts, faults, page tables. */
  private static final String EVENTS = "nano passes=4";

  @Override
  public Integer call() throws IOException {
    Path scratch = Files.createTempDirectory("transvisor-train");
    try {
      trainFirmware();
      trainKernels(scratch);
      trainEvents(scratch);
      return 0;
    } finally {
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** The installed firmware without anything to boot, if there is one, and a VNC viewer. */
  private static void trainFirmware() throws IOException {
    int port = freePort();
    String display = VncOptions.LOOPBACK + ":" + (port - VncOptions.BASE_PORT);
    try {
      train(
          MachineSpec.builder().display(display, null),
          () -> {
            Thread.sleep(FIRMWARE_MILLIS / 2);
            RfbSnapshot.take(display, null);
            try (Socket socket = new Socket(VncOptions.LOOPBACK, port)) {
              Thread.ofVirtual().start(() -> drain(socket));
              PracticeViewer.use(socket.getOutputStream()::write, FIRMWARE_MILLIS / 2);
            }
          });
    } catch (VmmException e) {
      // None is installed: kernels do without.
    }
  }

  /** Kernels, and a browser. */
  private static void trainKernels(Path scratch) throws IOException {
    int port = freePort();
    PracticeBrowser.makeCertificate(scratch);
    train(
        MachineSpec.builder()
            .display(null, "none")
            .objects(List.of("tls-creds-x509,id=train,dir=" + scratch))
            .web(VncOptions.LOOPBACK + ":" + port + ",tls-creds=train")
            .kernel(new GuestFiles(scratch).kernel(), null, KERNELS),
        () -> {
          Thread.sleep(KERNELS_MILLIS / 2);
          PracticeBrowser.use(port, scratch, KERNELS_MILLIS / 2);
        });
  }

  /** What a kernel does that is not computing. */
  private static void trainEvents(Path scratch) throws IOException {
    train(
        MachineSpec.builder()
            .display(null, "none")
            .kernel(new GuestFiles(scratch).kernel(), null, EVENTS),
        () -> Thread.sleep(EVENTS_MILLIS));
  }

  /** What somebody does with a running machine. */
  @FunctionalInterface
  private interface Practice {
    void run() throws IOException, InterruptedException;
  }

  /** Runs a machine until somebody has done something with it. */
  private static void train(MachineSpec.Builder builder, Practice practice) throws IOException {
    MachineSpec spec = builder.build();
    GuestRunner.run(
        spec,
        "",
        assembled -> {
          Machine machine = assembled.machine();
          Thread operator = new Thread(() -> operate(machine, practice), "operator");
          operator.setDaemon(true);
          operator.start();
        });
  }

  private static void operate(Machine machine, Practice practice) {
    try {
      practice.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      machine.quit();
    }
  }

  private static void drain(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The viewer has left.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
