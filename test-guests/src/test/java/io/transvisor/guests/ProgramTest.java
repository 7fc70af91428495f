package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README promises of the program, tried on processes: how runs end, what they print. */
class ProgramTest {
  private static final int SECTOR = 512;
  private static final int VNC_BASE_PORT = 5900;

  @TempDir Path directory;

  private String kernel(String listing, String data) {
    return TinyKernel.write(directory.resolve("kernel.bin"), listing, data).toString();
  }

  private Path disk() throws IOException {
    return Files.write(directory.resolve("disk.img"), new byte[64 * SECTOR]);
  }

  private ProgramRun writer(Path disk, String... more) {
    String kernel = kernel(TinyKernel.WRITE_SECTOR_AND_HALT, "");
    String[] arguments = {
      "run", "-m", "8", "-kernel", kernel, "-serial", "stdio", "-display", "none"
    };
    return ProgramRun.start(
        concatenated(arguments, concatenated(new String[] {"-hda", disk.toString()}, more)));
  }

  private static String[] concatenated(String[] a, String[] b) {
    String[] all = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @Test
  void standardOutputCarriesOnlyTheGuestsBytesAndPowerOffEndsWithZero() {
    String kernel = kernel(TinyKernel.SAY_AND_SWITCH_OFF, "hello\n");
    try (ProgramRun run =
        ProgramRun.start("run", "-m", "8", "-kernel", kernel, "-serial", "stdio")) {
      assertThat(run.awaitExit()).as(run.error()).isZero();
      assertThat(run.out()).isEqualTo("hello\n");
      assertThat(run.error()).contains("VNC").doesNotContain("hello");
    }
  }

  @Test
  void stoppedFromTheStart() {
    String kernel = kernel(TinyKernel.SAY_AND_SWITCH_OFF, "hello\n");
    try (ProgramRun run =
        ProgramRun.start("run", "-m", "8", "-kernel", kernel, "-serial", "stdio", "-S")) {
      run.awaitError("VNC");
      GuestUnderTest.pause(500);
      assertThat(run.isAlive()).isTrue();
      assertThat(run.out()).isEmpty();
    }
  }

  @Test
  void tripleFaultReboots() {
    String kernel = kernel(TinyKernel.TRIPLE_FAULT, "");
    try (ProgramRun run =
        ProgramRun.start(
            "run", "-m", "8", "-kernel", kernel, "-serial", "stdio", "-display", "none")) {
      run.awaitOut("RRR");
    }
  }

  @Test
  void tripleFaultWithoutRebootShowsTheRegisters() {
    String kernel = kernel(TinyKernel.TRIPLE_FAULT, "");
    try (ProgramRun run =
        ProgramRun.start(
            "run",
            "-m",
            "8",
            "-kernel",
            kernel,
            "-serial",
            "stdio",
            "-display",
            "none",
            "-no-reboot")) {
      assertThat(run.awaitExit()).isZero();
      assertThat(run.out()).isEqualTo("R");
      assertThat(run.error()).contains("triple fault").containsIgnoringCase("eip=0010002e");
    }
  }

  @Test
  void interruptFlushesTheDisks() throws IOException {
    Path disk = disk();
    try (ProgramRun run = writer(disk)) {
      run.awaitOut("W");
      run.interrupt();
      run.awaitExit();
      assertThat(run.error()).isEmpty();
    }
    byte[] content = Files.readAllBytes(disk);
    assertThat(content).hasSize(64 * SECTOR).startsWith(0x5A, 0x5A);
    assertThat(content[SECTOR - 1]).isEqualTo((byte) 0x5A);
    assertThat(content[SECTOR]).isZero();
  }

  @Test
  void snapshotLeavesTheImageAlone() throws IOException {
    Path disk = disk();
    try (ProgramRun run = writer(disk, "-snapshot")) {
      run.awaitOut("W");
      run.interrupt();
      run.awaitExit();
    }
    assertThat(Files.readAllBytes(disk)).containsOnly(0);
  }

  @Test
  void secondMachineCannotHaveTheSameDisk() throws IOException {
    Path disk = disk();
    try (ProgramRun first = writer(disk)) {
      first.awaitOut("W");
      try (ProgramRun second = writer(disk)) {
        assertThat(second.awaitExit()).isEqualTo(2);
        assertThat(second.error().lines()).hasSize(1);
        assertThat(second.error()).startsWith("transvisor: -hda " + disk);
        assertThat(second.out()).isEmpty();
      }
    }
  }

  @Test
  void portInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int display = taken.getLocalPort() - VNC_BASE_PORT;
      String kernel = kernel(TinyKernel.SAY_AND_SWITCH_OFF, "hello\n");
      try (ProgramRun run =
          ProgramRun.start("run", "-m", "8", "-kernel", kernel, "-vnc", "127.0.0.1:" + display)) {
        assertThat(run.awaitExit()).isEqualTo(2);
        assertThat(run.error().lines()).hasSize(1);
        assertThat(run.error()).contains(Integer.toString(taken.getLocalPort()));
      }
    }
  }
}
