package io.transvisor.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees who makes a mistake: one line on standard error, exit code 2. */
class CommandLineTest {
  private final PrintStream realError = System.err;
  private final PrintStream realOut = System.out;
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @TempDir Path directory;

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setErr(realError);
    System.setOut(realOut);
  }

  private void refused(String message, String... args) {
    assertThat(Transvisor.execute(args)).isEqualTo(2);
    assertThat(error.toString(StandardCharsets.UTF_8).strip().lines()).hasSize(1);
    assertThat(error.toString(StandardCharsets.UTF_8)).startsWith("transvisor: ").contains(message);
    assertThat(out.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run -nonsense | -nonsense",
        "run -m lots | -m lots: not a size",
        "run -m 1 | -m 1: guest memory must be",
        "run -m 4096 | -m 4096: guest memory must be",
        "run -smp 2 | only 1 CPU",
        "run -cpu i7 | unknown model",
        "run -boot x | -boot x:",
        "run -boot aa | -boot aa:",
        "run -engine warp | unknown engine",
        "run -clock sundial | choose host or icount",
        "run -rtc yesterday | expected base=",
        "run -rtc base=yesterday -kernel pom.xml | pom.xml",
        "run -device e1000 | unknown device",
        "run -device isa-debug-exit,iobase=zero | is not a number",
        "run -device isa-debug-exit,irq=3 | unknown property",
        "run -append x | -append needs -kernel",
        "run -initrd x | -initrd needs -kernel",
        "run -kernel /nonexistent | no such file",
        "run -serial a -serial b -serial c | only two serial ports",
        "run -display gtk | choose none or vnc",
        "run -vga cirrus | one display adapter only",
        "run -machine q35 | one machine only",
        "run -accel kvm | without the host's virtualization",
        "run -nic user,model=e1000 | no network card",
        "run -drive if=virtio,file=x | if=virtio: choose ide or floppy",
        "run -drive file=x.qcow2,format=qcow2 | choose raw",
        "run -drive file=x,fast | fast: unknown property",
        "run -drive index=1 | file=: missing",
        "run -drive file=x,index=4 | not a number from 0 to 3",
        "run -drive file=x,if=floppy,index=2 | with index 0 and 1",
        "run -drive file=x,readonly=on | use -snapshot",
        "run -hda x -drive file=y,index=0 | its place is taken",
        "run -hda x y | its place is taken",
        "run -boot once=x | -boot once=x:",
        "run --vnc nowhere | nowhere",
        "run -hdc a -cdrom b | its place is taken",
        "frobnicate | frobnicate",
      })
  void mistakesGetOneLine(String line, String message) {
    refused(message, line.split(" "));
  }

  @Test
  void missingImageIsNamed() {
    refused(
        "/nonexistent.img",
        "run",
        "-kernel",
        kernel(),
        "-hda",
        "/nonexistent.img",
        "-display",
        "none");
  }

  @Test
  void aFileThatIsNoKernel() throws IOException {
    Path file =
        Files.writeString(directory.resolve("notes.txt"), "not a kernel at all\n".repeat(1000));
    refused("neither a Linux bzImage nor a Multiboot kernel", "run", "-kernel", file.toString());
  }

  @Test
  void unknownSerialBackEnd() {
    refused("-serial pigeon", "run", "-kernel", kernel(), "-serial", "pigeon", "-display", "none");
  }

  @Test
  void profileOptionsThatExcludeEachOther() {
    refused(
        "-profile-dir " + directory + ": -no-profile excludes it",
        "run",
        "-kernel",
        kernel(),
        "-profile-dir",
        directory.toString(),
        "-no-profile");
  }

  @Test
  void aProfileDirectoryThatIsAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    refused(
        "-profile-dir " + file + ": not a directory",
        "run",
        "-kernel",
        kernel(),
        "-profile-dir",
        file.toString());
  }

  @Test
  void helpAndVersionAreForPeople() {
    assertThat(Transvisor.execute("run", "--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("-cdrom=FILE").contains("Examples:");
    out.reset();
    assertThat(Transvisor.execute("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Transvisor");
  }

  /** The exit code of a kernel that writes 5 to the debug-exit port: (5 &lt;&lt; 1) | 1. */
  @Test
  void debugExitCode() {
    int code =
        Transvisor.execute(
            "run",
            "-m",
            "8",
            "-kernel",
            kernel(),
            "-display",
            "none",
            "-device",
            "isa-debug-exit,iobase=0xf4,iosize=0x4");
    assertThat(code).isEqualTo(11);
  }

  /** The same with two dashes, and guest time counted in instructions. */
  @Test
  void optionsTakeTwoDashes() {
    int code =
        Transvisor.execute(
            "run",
            "--m",
            "8",
            "--kernel",
            kernel(),
            "--display",
            "none",
            "--clock",
            "icount",
            "--device",
            "isa-debug-exit,iobase=0xf4,iosize=0x4");
    assertThat(code).isEqualTo(11);
  }

  /** A flat Multiboot kernel: mov al,5; out 0xf4,al; hlt. */
  private String kernel() {
    byte[] image = new byte[64];
    java.nio.ByteBuffer b = java.nio.ByteBuffer.wrap(image).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int flags = 0x10000;
    b.putInt(0x1BADB002).putInt(flags).putInt(-(0x1BADB002 + flags));
    b.putInt(0x100000).putInt(0x100000).putInt(0).putInt(0).putInt(0x100020);
    b.put(new byte[] {(byte) 0xB0, 5, (byte) 0xE6, (byte) 0xF4, (byte) 0xF4});
    try {
      return Files.write(directory.resolve("kernel.bin"), image).toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
