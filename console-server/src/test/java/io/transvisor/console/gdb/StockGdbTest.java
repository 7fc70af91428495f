package io.transvisor.console.gdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.console.machine.RunningMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GDB itself debugs a kernel in C: {@code src/test/c/debugged.c}. */
@Timeout(120)
class StockGdbTest {
  private static final Path SOURCE = Path.of("src/test/c/debugged.c").toAbsolutePath();

  @TempDir private Path directory;

  private Path compile() throws IOException, InterruptedException {
    Path kernel = directory.resolve("kernel.elf");
    List<String> command = new ArrayList<>(List.of("gcc", "-m32", "-g", "-O1", "-fno-inline"));
    command.addAll(List.of("-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie"));
    command.addAll(List.of("-fno-stack-protector", "-fno-asynchronous-unwind-tables"));
    command.addAll(List.of("-mno-sse", "-mfpmath=387", "-nostdlib", "-static"));
    command.addAll(List.of("-Wl,-n,-Ttext=0x100000,--build-id=none,-e,_start"));
    command.addAll(List.of("-o", kernel.toString(), SOURCE.toString()));
    assumeTrue(run(command) != null, "gcc cannot compile for 32 bits (package gcc-multilib)");
    return kernel;
  }

  /** What a program says, or null if it is not there or fails. */
  private String run(List<String> command) throws InterruptedException {
    try {
      Path output = directory.resolve("output");
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " hangs: " + Files.readString(output));
      }
      return process.exitValue() == 0 ? Files.readString(output) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private String debug(String engine, String... commands) throws IOException, InterruptedException {
    assumeTrue(run(List.of("gdb", "--version")) != null, "gdb is not installed");
    Path kernel = compile();
    try (RunningMachine machine = new RunningMachine(engine, Files.readAllBytes(kernel));
        GdbServer server = GdbPacketTest.serve(machine)) {
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      List<String> script = new ArrayList<>();
      script.add("set pagination off");
      script.add("set confirm off");
      script.add("file " + kernel);
      script.add("target remote 127.0.0.1:" + port);
      script.addAll(Arrays.asList(commands));
      Path file = directory.resolve("commands.gdb");
      Files.write(file, script, StandardCharsets.UTF_8);
      String output = run(List.of("gdb", "-nx", "-batch", "-x", file.toString()));
      assertThat(output).as("gdb succeeds").isNotNull();
      return output;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpret", "translate"})
  void aKernelIsDebuggedInItsSource(String engine) throws IOException, InterruptedException {
    String output =
        debug(
            engine,
            "break work if round == 200",
            "continue",
            "print round",
            "next",
            "next",
            "print local",
            "tbreak depth if n == 2",
            "continue",
            "backtrace",
            "finish",
            "watch total",
            "continue",
            "print rounds",
            "delete",
            "hbreak sum",
            "continue",
            "print *list",
            "step",
            "rwatch nodes[2].value",
            "continue",
            "info registers st0 cr0 eflags",
            "print $xmm0.v4_int32",
            "set var rounds = 1234567",
            "print rounds",
            "x/2i $eip",
            "monitor info status",
            "print/x *(int *) 0xf0000000",
            "detach");
    assertThat(output)
        .contains("Breakpoint 1, work (round=200)")
        .contains("$1 = 200")
        .contains("$2 = 600")
        .containsPattern("#0  depth \\(n=n@entry=2\\) at .*debugged.c:16")
        .containsPattern("#3  .* in depth \\(n=n@entry=5\\)")
        .containsPattern("#4  .* in work \\(round=")
        .containsPattern("#5  .* in kernel \\(\\)")
        .contains("Value returned is $3 = 202")
        .containsPattern(
            "Hardware watchpoint 3: total\\R\\ROld value = [0-9]+\\RNew value = [0-9]+")
        .contains("$4 = 200")
        .containsPattern("Breakpoint 4, sum \\(list=")
        .contains("$5 = {value = 603, next = 0x")
        .containsPattern("Hardware read watchpoint 5: nodes\\[2\\].value\\R\\RValue = 605")
        .containsPattern("st0 +0 +\\(raw 0x0+\\)")
        .containsPattern("eflags +0x[0-9a-f]+ +\\[ .*\\]")
        .contains("$6 = {0, 0, 0, 0}")
        .contains("$7 = 1234567")
        .containsPattern("=> 0x[0-9a-f]+ <sum\\+[0-9]+>:")
        .contains("VM status: paused")
        .contains("$8 = 0xffffffff")
        .contains("detached");
  }
}
