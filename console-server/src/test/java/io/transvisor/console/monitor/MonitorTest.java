package io.transvisor.console.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.console.control.CharDevice;
import io.transvisor.console.control.FakeOperator;
import io.transvisor.console.control.FakePassword;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.VncStatus;
import io.transvisor.console.machine.RunningMachine;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.error.VmmException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MonitorTest {
  private static final FakePassword PASSWORD = new FakePassword();

  private static final Installation INSTALLATION =
      new Installation(
          "guest",
          8 << 20,
          List.of(new CharDevice("serial0", "null")),
          () ->
              Optional.of(
                  new VncStatus(new InetSocketAddress("127.0.0.1", 5900), "none", List.of())),
          Optional.of(PASSWORD));

  @TempDir private Path directory;

  private final FakeOperator operator = new FakeOperator();
  private final RecordingInput input = new RecordingInput();
  private final MonitorCommands commands = new MonitorCommands(operator, input, INSTALLATION);

  @Test
  void thePasswordOfVncCanBeChanged() {
    for (String line :
        List.of(
            "set_password vnc one",
            "set_password vnc two keep",
            "change vnc password three",
            "expire_password vnc never",
            "expire_password vnc 1000")) {
      assertThat(commands.execute(line)).as(line).isEmpty();
    }
    assertThat(PASSWORD.done)
        .containsExactly(
            "set one",
            "set two",
            "set three",
            "expire " + Instant.MAX,
            "expire 1970-01-01T00:16:40Z");
    PASSWORD.done.clear();
    assertThat(commands.execute("set_password spice x")).contains("only vnc");
    assertThat(commands.execute("set_password vnc x fail")).contains("stay");
    assertThat(commands.execute("expire_password vnc soon")).contains("soon");
    assertThat(commands.execute("change vnc password")).startsWith("usage: ");
    assertThat(PASSWORD.done).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "stop, pause",
    "s, pause",
    "cont, continue",
    "c, continue",
    "system_reset, reset",
    "system_powerdown, shutdown",
    "quit, off",
    "step, step",
    "q, off",
    "change ide1-cd0 /cds/new.iso, change ide1-cd0 new.iso",
    "eject -f ide1-cd0, eject ide1-cd0",
  })
  void commandsDoWhatQemusDo(String line, String done) {
    assertThat(commands.execute(line)).isEmpty();
    assertThat(operator.done).containsExactly(done);
  }

  @Test
  void infoTells() {
    assertThat(commands.execute("info status")).isEqualTo("VM status: running");
    assertThat(commands.execute("info registers")).isEqualTo("state of CPU");
    assertThat(commands.execute("info pic")).isEqualTo("state of INTERRUPT_CONTROLLER");
    assertThat(commands.execute("info block"))
        .contains("ide1-cd0: /cds/old.iso (raw, read-only)", "locked, tray closed");
    assertThat(commands.execute("info chardev")).isEqualTo("serial0: filename=null");
    assertThat(commands.execute("info vnc")).contains("Server: 127.0.0.1:5900", "Auth: none");
    assertThat(commands.execute("info name")).isEqualTo("guest");
    assertThat(commands.execute("info jit")).matches("cpu0 +count\\R +instructions +42");
    assertThat(commands.execute("info engine")).isEqualTo(commands.execute("info jit"));
    assertThat(commands.execute("info nothing")).startsWith("info status -- ");
  }

  @Test
  void keysAreTyped() {
    assertThat(commands.execute("sendkey ctrl-alt-delete 1")).isEmpty();
    assertThat(input.takeEvents())
        .containsExactly(
            "+LEFT_CTRL", "+LEFT_ALT", "+DELETE", "-DELETE", "-LEFT_ALT", "-LEFT_CTRL");
    for (String key :
        "a 1 f12 ret spc esc tab minus kp_5 kp_enter pgup left shift_r less".split(" ")) {
      assertThat(commands.execute("sendkey " + key + " 0")).as(key).isEmpty();
    }
    input.takeEvents();
    commands.execute("mouse_button 4");
    commands.execute("mouse_move 5 -3 1");
    assertThat(input.takeEvents()).containsExactly("mouse 0 0 0 2", "mouse 5 -3 1 2");
  }

  @Test
  void theScreenIsSaved() throws IOException {
    Path ppm = directory.resolve("screen.ppm");
    assertThat(commands.execute("screendump " + ppm)).isEmpty();
    assertThat(Files.readString(ppm, StandardCharsets.ISO_8859_1))
        .isEqualTo("P6\n2 1\n255\n\u00ff\0\0\0\u00ff\0");
  }

  /** Layouts are those of QEMU 7.2. */
  @Test
  void theGuestIsLookedAt() throws InterruptedException {
    // mov eax, 12345678h; inc dword [100100h]; jmp to itself; then data
    String code = "B8 78 56 34 12 FF 05 00 01 10 00 EB FE 70 75 FA 03 27 5C 0A FF";
    try (RunningMachine machine = new RunningMachine("interpret", RunningMachine.kernel(code))) {
      MonitorCommands monitor =
          new MonitorCommands(machine.operator(), machine.input(), INSTALLATION);
      assertThat(monitor.execute("step")).isEmpty();
      assertThat(monitor.execute("p $eax")).isEqualTo("0x12345678");
      assertThat(monitor.execute("print/d ($eip - 0x100020) * 2 | 1")).isEqualTo("11");
      assertThat(monitor.execute("print 0")).as("the format stays").isEqualTo("0");
      assertThat(monitor.execute("p/x ~0 & 0xff")).isEqualTo("0xff");
      assertThat(monitor.execute("p/c 'a' + 1")).isEqualTo("'b'");
      assertThat(monitor.execute("x/2xw 0x100020")).isEqualTo("00100020: 0x345678b8 0x0005ff12");
      assertThat(monitor.execute("xp /9xb 0x10002d"))
          .isEqualTo(
              "000000000010002d: 0x70 0x75 0xfa 0x03 0x27 0x5c 0x0a 0xff\n0000000000100035: 0x00");
      assertThat(monitor.execute("x /2dh 0x10002d")).isEqualTo("0010002d: 30064  1018");
      assertThat(monitor.execute("x/1og 0x10002d")).isEqualTo("0010002d: 01774122702340376472560");
      assertThat(monitor.execute("x/8c 0x10002d"))
          .isEqualTo("0010002d: 'p' 'u' '\\xfa' '\\x03' '\\'' '\\\\' '\\n' '\\xff'");
      assertThat(monitor.execute("x/2i $eip"))
          .isEqualTo(
              "0x00100025:  ff 05 00 01 10 00        incl   0x100100\n"
                  + "0x0010002b:  eb fe                    jmp    0x10002b");
      assertThat(monitor.execute("info registers"))
          .startsWith("EAX=12345678 EBX=")
          .contains("EIP=00100025 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0")
          .contains(" DPL=0 CS32 [-RA]")
          .contains("FCW=", "XMM07=");
      assertThat(monitor.execute("info mem")).isEqualTo("PG disabled");
      assertThat(monitor.execute("info tlb")).isEqualTo("PG disabled");
      assertThat(monitor.execute("info cpus")).isEqualTo("* CPU #0: pc=0x00100025");
      assertThat(monitor.execute("info engine")).contains("cpu0 ");
      for (String wrong :
          List.of("p", "p 1 +", "p (1", "p $nothing", "p 1/0", "x/z 0", "x/99999999 0", "p 0xg")) {
        assertThat(monitor.execute(wrong)).as(wrong).matches("(?s)(Error|usage): .*");
      }
      monitor.execute("cont");
      assertThat(monitor.execute("step")).isEqualTo("Error: the guest runs; stop it first");
    }
  }

  @Test
  void wordsAreCompleted() {
    assertThat(commands.candidates(List.of())).contains("info", "x", "system_reset");
    assertThat(commands.candidates(List.of("info"))).contains("registers", "tlb");
    assertThat(commands.candidates(List.of("eject"))).containsExactly("ide1-cd0");
    assertThat(commands.candidates(List.of("sendkey"))).contains("ctrl", "kp_5", "ret");
    assertThat(commands.candidates(List.of("nonsense"))).isEmpty();
  }

  @Test
  void aTerminalCompletes() throws IOException {
    String typed = "info sta\t\nsto\t\n\u0004";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Terminal terminal =
        new ExternalTerminal(
            "test",
            "xterm",
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.US_ASCII)),
            out,
            StandardCharsets.UTF_8)) {
      new TerminalSession(commands).serve(terminal);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("VM status: running");
    assertThat(operator.done).containsExactly("pause");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate | unknown command: 'frobnicate'",
        "eject | usage: eject [-f] DRIVE",
        "eject ide1-cd0 ide1-cd0 | usage: eject [-f] DRIVE",
        "eject ide1-cd0 | Error: ide1-cd0 is locked by the guest",
        "sendkey ctrl-nokey | Error: unknown key 'nokey'",
        "sendkey a soon | Error: soon is not a number",
        "mouse_move 1 | usage: mouse_move DX DY [DZ]",
      })
  void mistakesAreExplained(String line, String answer) {
    assertThat(commands.execute(line)).isEqualTo(answer);
    assertThat(operator.done).isEmpty();
  }

  @Test
  void aSessionPromptsAndAnswersLineByLine() throws IOException {
    String typed = "info status\r\n\n" + "x".repeat(10_000) + "\n\u00ff\u00fb\u0001help stop";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new MonitorSession(
            commands, new ByteArrayInputStream(typed.getBytes(StandardCharsets.ISO_8859_1)), out)
        .run();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "Transvisor monitor - type 'help' for more information\r\n(qemu) "
                + "VM status: running\r\n(qemu) (qemu) unknown command: '"
                + "x".repeat(4096)
                + "'\r\n(qemu) stop -- stops the guest and its time\r\n(qemu) ");
  }

  @Test
  void servesTcpAndUnixSockets() throws IOException {
    try (MonitorServer server = MonitorServer.open("tcp::0,server,nowait", () -> commands)) {
      InetSocketAddress address = (InetSocketAddress) server.localAddress();
      assertThat(address.getAddress().isLoopbackAddress()).isTrue();
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        socket.getOutputStream().write("stop\n".getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .endsWith("(qemu) (qemu) ");
      }
      String port = ":" + address.getPort();
      assertThat(MonitorClient.ask("127.0.0.1" + port, "info status"))
          .isEqualTo("VM status: running\n");
      assertThatThrownBy(() -> MonitorClient.ask("127.0.0.1", "info status"))
          .hasMessage("127.0.0.1: expected HOST:PORT of a monitor");
    }
    Path file = directory.resolve("monitor");
    try (MonitorServer _ = MonitorServer.open("unix:" + file + ",server=on", () -> commands);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(file));
      ByteBuffer greeting = ByteBuffer.allocate(10);
      while (greeting.hasRemaining()) {
        channel.read(greeting);
      }
      assertThat(new String(greeting.array(), StandardCharsets.US_ASCII)).isEqualTo("Transvisor");
    }
    assertThat(file).doesNotExist();
    assertThat(operator.done).containsExactly("pause");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp:0.0.0.0:4444,server | there is no password, so it listens on this host only"
            + " (127.0.0.1)",
        "tcp::4444 | add ,server,nowait: this side waits for connections",
        "tcp::99999,server | ports are 0 to 65535",
        "pty | expected stdio, tcp:[HOST]:PORT,server,nowait, unix:PATH,server,nowait or none",
      })
  void specificationsAreChecked(String specification, String problem) {
    assertThatThrownBy(() -> MonitorServer.open(specification, () -> commands))
        .isInstanceOf(VmmException.class)
        .hasMessage("-monitor " + specification + ": " + problem);
  }
}
