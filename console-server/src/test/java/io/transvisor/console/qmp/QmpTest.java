package io.transvisor.console.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.transvisor.console.control.CharDevice;
import io.transvisor.console.control.FakeOperator;
import io.transvisor.console.control.FakePassword;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.VncStatus;
import io.transvisor.console.machine.RunningMachine;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.error.VmmException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QMP over TCP; answers and errors are those of QEMU 7.2. */
@Timeout(60)
class QmpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final InetSocketAddress VNC = new InetSocketAddress("127.0.0.1", 5900);
  private static final InetSocketAddress VIEWER = new InetSocketAddress("127.0.0.1", 40000);

  @TempDir private Path directory;

  private final ObjectMapper json = new ObjectMapper();
  private final FakeOperator operator = new FakeOperator();
  private final RecordingInput input = new RecordingInput();
  private final FakePassword password = new FakePassword();
  private final Installation installation =
      new Installation(
          "guest",
          8 << 20,
          List.of(new CharDevice("serial0", "null")),
          () -> Optional.of(new VncStatus(VNC, "none", List.of(VIEWER))),
          Optional.of(password));
  private final QmpServer server =
      new QmpServer(
          "tcp::0,server,nowait",
          operator,
          input,
          installation,
          () -> new MonitorCommands(operator, input, installation));
  private final Client client = new Client(server);

  /** Sends lines, reads lines. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    private Client(QmpServer at) {
      try {
        InetSocketAddress address = (InetSocketAddress) at.localAddress();
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode receive() throws IOException {
      return json.readTree(in.readLine());
    }

    private JsonNode ask(String text) throws IOException {
      send(text);
      return receive();
    }

    private JsonNode execute(String command) throws IOException {
      return ask("{\"execute\": \"" + command + "\"}\n").path("return");
    }

    private void negotiate() throws IOException {
      assertThat(receive().path("QMP").path("version").path("qemu").isObject()).isTrue();
      assertThat(execute("qmp_capabilities").isObject()).isTrue();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @AfterEach
  void end() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void negotiatesFirst() throws IOException {
    JsonNode greeting = client.receive();
    assertThat(greeting.path("QMP").path("capabilities").isArray()).isTrue();
    assertThat(client.ask("{\"execute\": \"query-status\"}").toString())
        .isEqualTo(
            "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"Expecting capabilities"
                + " negotiation with 'qmp_capabilities'\"}}");
    operator.listeners.forEach(l -> l.resumed());
    assertThat(
            client
                .ask("{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]}}")
                .path("error")
                .path("desc")
                .asText())
        .isEqualTo("Capability oob not available");
    assertThat(client.execute("qmp_capabilities").isObject()).as("no event before").isTrue();
    assertThat(client.execute("query-status").path("status").asText()).isEqualTo("running");
  }

  @Test
  void queriesAreAnswered() throws IOException {
    client.negotiate();
    assertThat(client.execute("query-name").path("name").asText()).isEqualTo("guest");
    assertThat(client.execute("query-kvm").toString())
        .isEqualTo("{\"enabled\":false,\"present\":false}");
    assertThat(client.execute("query-cpus-fast").path(0).path("target").asText()).isEqualTo("i386");
    assertThat(client.execute("query-memory-size-summary").path("base-memory").asLong())
        .isEqualTo(8 << 20);
    assertThat(client.execute("query-chardev").toString())
        .isEqualTo("[{\"label\":\"serial0\",\"filename\":\"null\",\"frontend-open\":true}]");
    JsonNode vnc = client.execute("query-vnc");
    assertThat(vnc.path("service").asText()).isEqualTo("5900");
    assertThat(vnc.path("clients").path(0).path("service").asText()).isEqualTo("40000");
    JsonNode drive = client.execute("query-block").path(0);
    assertThat(drive.path("device").asText()).isEqualTo("ide1-cd0");
    assertThat(drive.path("locked").asBoolean()).isTrue();
    assertThat(drive.path("inserted").path("file").asText()).isEqualTo("/cds/old.iso");
    assertThat(client.execute("query-blockstats").path(0).path("stats").path("rd_bytes").isNumber())
        .isTrue();
    for (JsonNode command : client.execute("query-commands")) {
      String name = command.path("name").asText();
      if (name.startsWith("query-")) {
        assertThat(client.execute(name).isMissingNode()).as(name).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "stop, pause",
    "cont, continue",
    "system_reset, reset",
    "system_powerdown, shutdown",
    "quit, off"
  })
  void commandsAreDone(String command, String done) throws IOException {
    client.negotiate();
    assertThat(client.execute(command).toString()).isEqualTo("{}");
    // What ends the machine is done behind its answer.
    await().atMost(PATIENCE).until(() -> !operator.done.isEmpty());
    assertThat(operator.done).containsExactly(done);
  }

  @Test
  void mediaAreChanged() throws IOException {
    client.negotiate();
    client.ask(
        "{\"execute\":\"blockdev-change-medium\",\"arguments\":{\"device\":\"ide1-cd0\","
            + "\"filename\":\"/cds/new.iso\",\"format\":\"raw\"}}");
    client.ask("{\"execute\":\"eject\",\"arguments\":{\"id\":\"ide1-cd0\",\"force\":true}}");
    assertThat(operator.done).containsExactly("change ide1-cd0 new.iso", "eject ide1-cd0");
    assertThat(
            client
                .ask("{\"execute\":\"eject\",\"arguments\":{\"device\":\"ide1-cd0\"},\"id\":[1]}")
                .toString())
        .isEqualTo(
            "{\"error\":{\"class\":\"GenericError\",\"desc\":\"ide1-cd0 is locked by the"
                + " guest\"},\"id\":[1]}");
  }

  @Test
  void keysAndMouse() throws IOException {
    client.negotiate();
    client.ask(
        "{\"execute\":\"send-key\",\"arguments\":{\"hold-time\":1,\"keys\":["
            + "{\"type\":\"qcode\",\"data\":\"ctrl\"},{\"type\":\"number\",\"data\":30},"
            + "{\"type\":\"number\",\"data\":211}]}}");
    assertThat(input.takeEvents())
        .containsExactly("+LEFT_CTRL", "+A", "+DELETE", "-DELETE", "-A", "-LEFT_CTRL");
    client.ask(
        "{\"execute\":\"input-send-event\",\"arguments\":{\"events\":["
            + "{\"type\":\"key\",\"data\":{\"down\":true,\"key\":{\"type\":\"qcode\",\"data\":\"b\"}}},"
            + "{\"type\":\"btn\",\"data\":{\"down\":true,\"button\":\"right\"}},"
            + "{\"type\":\"rel\",\"data\":{\"axis\":\"x\",\"value\":5}},"
            + "{\"type\":\"rel\",\"data\":{\"axis\":\"y\",\"value\":-7}},"
            + "{\"type\":\"btn\",\"data\":{\"down\":true,\"button\":\"wheel-up\"}},"
            + "{\"type\":\"btn\",\"data\":{\"down\":false,\"button\":\"right\"}}]}}");
    assertThat(input.takeEvents())
        .containsExactly(
            "+B",
            "mouse 0 0 0 2",
            "mouse 5 0 0 2",
            "mouse 0 -7 0 2",
            "mouse 0 0 -1 2",
            "mouse 0 0 0 0");
  }

  @Test
  void theScreenIsSaved() throws IOException {
    client.negotiate();
    Path file = directory.resolve("screen");
    String arguments = "\"arguments\":{\"filename\":\"" + file + "\"";
    client.ask("{\"execute\":\"screendump\"," + arguments + "}}");
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).startsWith("P6\n2 1\n");
    client.ask("{\"execute\":\"screendump\"," + arguments + ",\"format\":\"png\"}}");
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).startsWith("\u0089PNG");
  }

  @Test
  void theHumanMonitorIsThere() throws IOException {
    client.negotiate();
    String start = "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":";
    assertThat(client.ask(start + "\"info status\"}}").path("return").asText())
        .isEqualTo("VM status: running\r\n");
    assertThat(client.ask(start + "\"stop\"}}").path("return").asText()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'execute':'nonsense'} | CommandNotFound | The command nonsense has not been found",
        "{'exec':'x'} | GenericError | QMP input member 'exec' is unexpected",
        "{} | GenericError | QMP input lacks member 'execute'",
        "{'execute':5} | GenericError | QMP input member 'execute' must be a string",
        "{'execute':'stop','arguments':[]} | GenericError | QMP input member 'arguments' must be an"
            + " object",
        "[1] | GenericError | QMP input must be a JSON object",
        "5 | GenericError | QMP input must be a JSON object",
        "'text with } in it' | GenericError | QMP input must be a JSON object",
        "{'execute':'stop','arguments':{'x':5}} | GenericError | Parameter 'x' is unexpected",
        "{'execute':'human-monitor-command'} | GenericError | Parameter 'command-line' is missing",
        "{'execute':'human-monitor-command','arguments':{'command-line':5}} | GenericError |"
            + " Invalid parameter type for 'command-line', expected: string",
        "{'execute':'eject','arguments':{'device':'nope'}} | DeviceNotFound | Device 'nope' not"
            + " found",
        "{'execute':'eject','arguments':{'device':'ide1-cd0','force':1}} | GenericError | Invalid"
            + " parameter type for 'force', expected: boolean",
        "{'execute':'send-key','arguments':{'keys':[{'type':'qcode','data':'nokey'}]}} |"
            + " GenericError | Parameter 'data' does not accept value 'nokey'",
        "{'execute':'send-key','arguments':{'keys':5}} | GenericError | Invalid parameter type for"
            + " 'keys', expected: array",
        "{'execute':'send-key','arguments':{'keys':[5]}} | GenericError | Invalid parameter type"
            + " for 'keys', expected: object",
        "{'execute':'input-send-event','arguments':{'events':[{'type':'abs','data':{}}]}} |"
            + " GenericError | Input handler not found for event type abs",
        "{'execute':'qmp_capabilities'} | CommandNotFound | Capabilities negotiation is already"
            + " complete, command ignored"
      })
  void mistakesAreExplained(String request, String errorClass, String description)
      throws IOException {
    client.negotiate();
    JsonNode error = client.ask(request.replace('\'', '"') + "\n").path("error");
    assertThat(error.path("class").asText()).isEqualTo(errorClass);
    assertThat(error.path("desc").asText()).isEqualTo(description);
    assertThat(operator.done).isEmpty();
    assertThat(client.execute("query-status").path("running").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"execute\": stop}", "}", "{]", "nonsense ", "[\"\\x\"]"})
  void whatIsNoJsonIsAnError(String text) throws IOException {
    client.negotiate();
    JsonNode answer = client.ask(text + "\n");
    assertThat(answer.path("error").path("desc").asText()).startsWith("JSON parse error");
    assertThat(client.execute("query-status").path("running").asBoolean()).isTrue();
  }

  @Test
  void eventsComeInTheOrderOfWhatHappens() throws IOException {
    client.negotiate();
    operator.listeners.forEach(l -> {
      l.reset(true);
      l.reset(false);
      l.powerButtonPressed();
      l.trayMoved("ide1-cd0", true);
    });
    server.viewerListener().connected(VIEWER);
    server.viewerListener().initialised(VIEWER);
    server.viewerListener().disconnected(VIEWER);
    operator.listeners.forEach(l -> l.ended(false, 0));
    assertThat(client.receive().path("data").toString())
        .isEqualTo("{\"guest\":true,\"reason\":\"guest-reset\"}");
    assertThat(client.receive().path("data").path("guest").asBoolean()).isFalse();
    assertThat(client.receive().path("event").asText()).isEqualTo("POWERDOWN");
    JsonNode tray = client.receive();
    assertThat(tray.path("event").asText()).isEqualTo("DEVICE_TRAY_MOVED");
    assertThat(tray.path("data").path("tray-open").asBoolean()).isTrue();
    assertThat(tray.path("timestamp").path("seconds").asLong()).isPositive();
    assertThat(client.receive().path("event").asText()).isEqualTo("VNC_CONNECTED");
    JsonNode initialised = client.receive();
    assertThat(initialised.path("event").asText()).isEqualTo("VNC_INITIALIZED");
    assertThat(initialised.path("data").path("client").path("service").asText()).isEqualTo("40000");
    assertThat(client.receive().path("event").asText()).isEqualTo("VNC_DISCONNECTED");
    assertThat(client.receive().path("data").path("reason").asText()).isEqualTo("host-signal");
  }

  @Test
  void aRealMachineStopsAndEnds() throws Exception {
    // jmp to itself
    try (RunningMachine machine = new RunningMachine("translate", RunningMachine.kernel("EB FE"));
        QmpServer real =
            new QmpServer(
                "unix:" + directory.resolve("qmp") + ",server=on,wait=off",
                machine.operator(),
                machine.input(),
                installation,
                () -> new MonitorCommands(machine.operator(), machine.input(), installation));
        QmpServer tcp =
            new QmpServer(
                "tcp:localhost:0,server",
                machine.operator(),
                machine.input(),
                installation,
                () -> new MonitorCommands(machine.operator(), machine.input(), installation));
        Client c = new Client(tcp)) {
      assertThat(real.localAddress().toString()).endsWith("qmp");
      c.negotiate();
      c.send("{\"execute\":\"cont\"}{\"execute\":\"stop\"} {\"execute\":\"query-status\"}");
      assertThat(c.receive().path("event").asText()).isEqualTo("RESUME");
      assertThat(c.receive().path("return").isObject()).isTrue();
      assertThat(c.receive().path("event").asText()).isEqualTo("STOP");
      assertThat(c.receive().path("return").isObject()).isTrue();
      assertThat(c.receive().path("return").path("status").asText()).isEqualTo("paused");
      c.send("{\"execute\":\"system_reset\"}");
      // The machine resets itself after it has taken the request: in which order is open.
      JsonNode first = c.receive();
      JsonNode second = c.receive();
      assertThat(first.path("event").asText() + second.path("event").asText()).isEqualTo("RESET");
      assertThat(first.has("return") || second.has("return")).isTrue();
      c.send("{\"execute\":\"quit\"}");
      assertThat(c.receive().path("return").isObject()).isTrue();
      assertThat(c.receive().path("data").path("reason").asText()).isEqualTo("host-qmp-quit");
    }
  }

  @Test
  void valuesAreCutOutOfTheStream() throws IOException {
    String text = " {\"a\":\"}\\\"]{\"}{\"b\":[{}]}\n\n[1] true \"a b\" } {\"open\":";
    JsonFrames frames =
        new JsonFrames(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    assertThat(frames.next()).isEqualTo("{\"a\":\"}\\\"]{\"}");
    assertThat(frames.next()).isEqualTo("{\"b\":[{}]}");
    assertThat(frames.next()).isEqualTo("[1]");
    assertThat(frames.next()).isEqualTo("true ");
    assertThat(frames.next()).isEqualTo("\"a b\" ");
    assertThat(frames.next()).isEqualTo("} ");
    assertThat(frames.next()).isEqualTo("{\"open\":");
    assertThat(frames.next()).isNull();
    JsonFrames endless =
        new JsonFrames(
            new ByteArrayInputStream(new byte[JsonFrames.MAX_LENGTH + 2]) {
              @Override
              public synchronized int read(byte[] b, int off, int len) {
                int n = super.read(b, off, len);
                for (int i = 0; i < n; i++) {
                  b[off + i] = '[';
                }
                return n;
              }
            });
    assertThatThrownBy(endless::next).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp:0.0.0.0:4444,server | there is no password, so it listens on this host only"
            + " (127.0.0.1)",
        "tcp::4444 | add ,server,nowait: this side waits for connections",
        "stdio | expected tcp:[HOST]:PORT,server,nowait or unix:PATH,server,nowait",
      })
  void specificationsAreChecked(String specification, String problem) {
    assertThatThrownBy(() ->
            new QmpServer(
                specification,
                operator,
                input,
                installation,
                () -> new MonitorCommands(operator, input, installation)))
        .isInstanceOf(VmmException.class)
        .hasMessage("-qmp " + specification + ": " + problem);
  }

  @Test
  void thePasswordOfVncCanBeChanged() throws IOException {
    client.negotiate();
    for (String command :
        List.of(
            "set_password', 'arguments': {'protocol': 'vnc', 'password': 'one'",
            "set_password', 'arguments':"
                + " {'protocol': 'vnc', 'password': 'two', 'connected': 'keep'",
            "change-vnc-password', 'arguments': {'password': 'three'",
            "expire_password', 'arguments': {'protocol': 'vnc', 'time': 'now'")) {
      JsonNode answer = client.ask(("{'execute': '" + command + "}}\n").replace('\'', '"'));
      assertThat(answer.path("return").isObject()).as(command).isTrue();
    }
    assertThat(password.done)
        .containsExactly("set one", "set two", "set three", "expire 1970-01-01T00:00:00Z");
  }

  @Test
  void passwordsThatCannotBeSetAreErrors() throws IOException {
    client.negotiate();
    for (String command :
        List.of(
            "set_password', 'arguments': {'protocol': 'spice', 'password': 'x'",
            "set_password', 'arguments': {'protocol': 'vnc', 'password': 'x', 'connected': 'fail'",
            "set_password', 'arguments': {'protocol': 'vnc'",
            "expire_password', 'arguments': {'protocol': 'vnc', 'time': 'soon'")) {
      JsonNode answer = client.ask(("{'execute': '" + command + "}}\n").replace('\'', '"'));
      assertThat(answer.path("error").path("class").asText()).isEqualTo("GenericError");
    }
    assertThat(password.done).isEmpty();
  }
}
