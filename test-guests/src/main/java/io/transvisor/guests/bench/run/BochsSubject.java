package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Bochs. Debian's package is built with the debugger, which has to be told to continue. */
final class BochsSubject implements Subject {
  private static final Path DATA = Path.of("/usr/share/bochs");
  private static final int CONNECT_MILLIS = 20_000;

  private final Path scratch;

  BochsSubject(Path scratch) {
    this.scratch = scratch;
  }

  @Override
  public String id() {
    return "bochs";
  }

  @Override
  public String title() {
    String line = Subjects.lineOf("Bochs x86 Emulator", "bochs", "--help");
    return line.replaceFirst(".*Emulator (\\S+).*", "Bochs $1");
  }

  @Override
  public boolean isOurs() {
    return false;
  }

  @Override
  public Optional<String> missing() {
    if (!Subjects.isOnPath("bochs")) {
      return Optional.of("bochs is not installed");
    }
    return Files.exists(DATA.resolve("BIOS-bochs-latest"))
            && Files.exists(DATA.resolve("VGABIOS-lgpl-latest"))
        ? Optional.empty()
        : Optional.of("the firmware of bochs (packages bochsbios and vgabios) is not installed");
  }

  @Override
  public boolean supports(Benchmark benchmark) {
    return true;
  }

  @Override
  public Pace pace() {
    return Pace.STEADY;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(CONNECT_MILLIS);
      Path configuration = scratch.resolve("bochsrc");
      Files.writeString(
          configuration,
          """
          display_library: rfb, options="timeout=0"
          config_interface: textconfig
          romimage: file=%1$s/BIOS-bochs-latest
          vgaromimage: file=%1$s/VGABIOS-lgpl-latest
          megs: 64
          cpu: model=p2_klamath, ips=50000000
          floppya: 1_44=%2$s, status=inserted
          boot: floppy
          com1: enabled=1, mode=socket-client, dev=127.0.0.1:%3$d
          sound: driver=dummy
          log: %4$s
          """
              .formatted(
                  DATA,
                  files.floppy("floppy " + words),
                  server.getLocalPort(),
                  scratch.resolve("bochs.log")));
      Path debugger = Files.writeString(scratch.resolve("bochs.debugger"), "continue\n");
      Path output = Files.createTempFile(scratch, "run", ".log");
      Process process =
          new ProcessBuilder(
                  List.of("bochs", "-q", "-f", configuration.toString(), "-rc", debugger + ""))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        return new RunningGuest(process, output, socket);
      } catch (IOException e) {
        process.destroyForcibly();
        throw e;
      }
    }
  }
}
