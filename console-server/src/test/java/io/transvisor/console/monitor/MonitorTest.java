package io.transvisor.console.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.console.control.FakeOperator;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MonitorTest {
  @TempDir private Path directory;

  private final FakeOperator operator = new FakeOperator();
  private final RecordingInput input = new RecordingInput();
  private final MonitorCommands commands = new MonitorCommands(operator, input);

  @ParameterizedTest
  @CsvSource({
    "stop, pause",
    "s, pause",
    "cont, continue",
    "c, continue",
    "system_reset, reset",
    "system_powerdown, shutdown",
    "quit, off",
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
        .contains("ide1-cd0: /cds/old.iso (read-only)", "locked, tray closed");
    assertThat(commands.execute("info jit")).matches("cpu0 +count\\R +instructions +42");
    assertThat(commands.execute("info nothing")).startsWith("info WHAT -- status");
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
                + "'\r\n(qemu) stop  -- stops the guest and its time\r\n(qemu) ");
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
