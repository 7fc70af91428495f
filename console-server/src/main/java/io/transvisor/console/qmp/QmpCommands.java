package io.transvisor.console.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.transvisor.console.control.Answers;
import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.console.control.VncStatus;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.input.InputSink;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The commands of QMP that there are; arguments and answers as in QEMU's schema. */
final class QmpCommands {
  static final String QUIT = "quit";

  private final ObjectMapper json;
  private final Operator operator;
  private final Installation installation;
  private final MonitorCommands monitor;
  private final QmpEvents events;
  private final Map<String, Function<Arguments, JsonNode>> commands = new TreeMap<>();

  QmpCommands(
      ObjectMapper json,
      Operator operator,
      InputSink input,
      Installation installation,
      MonitorCommands monitor,
      QmpEvents events) {
    this.json = json;
    this.operator = operator;
    this.installation = installation;
    this.monitor = monitor;
    this.events = events;
    QmpInput keys = new QmpInput(input);
    defineQueries();
    act("stop", operator::pause);
    act("cont", operator::resume);
    act("system_reset", operator::reset);
    act("system_powerdown", operator::shutdown);
    commands.put(QUIT, a -> done(a::end));
    commands.put("qmp_capabilities", a -> json.createObjectNode());
    commands.put("human-monitor-command", this::humanMonitorCommand);
    commands.put("send-key", a -> done(() -> keys.sendKey(a)));
    commands.put("input-send-event", a -> done(() -> keys.sendEvents(a)));
    QmpPassword passwords = new QmpPassword(installation);
    commands.put("set_password", a -> done(() -> passwords.set(a)));
    commands.put("expire_password", a -> done(() -> passwords.expire(a)));
    commands.put("change-vnc-password", a -> done(() -> passwords.change(a)));
    commands.put("screendump", a -> done(() -> screendump(a)));
    commands.put("eject", a -> done(() -> eject(a)));
    commands.put("blockdev-change-medium", a -> done(() -> changeMedium(a)));
  }

  /** Runs a command. */
  JsonNode execute(String name, Arguments arguments) {
    Function<Arguments, JsonNode> command = commands.get(name);
    if (command == null) {
      throw QmpException.commandNotFound("The command " + name + " has not been found");
    }
    return command.apply(arguments);
  }

  /** Ends the machine, and with it the connection: after {@link #QUIT} has been answered. */
  void quit() {
    events.quitAsked();
    operator.powerOff();
  }

  private ObjectNode done(Runnable action) {
    action.run();
    return json.createObjectNode();
  }

  /** A command without arguments; the answer comes after the events that it causes. */
  private void act(String name, Runnable action) {
    commands.put(
        name,
        a -> {
          a.end();
          action.run();
          Answers.await(operator.status());
          return json.createObjectNode();
        });
  }

  private void query(String name, Function<MachineStatus, JsonNode> answer) {
    commands.put(
        name,
        a -> {
          a.end();
          return answer.apply(Answers.await(operator.status()));
        });
  }

  // ---- queries ----

  private void defineQueries() {
    query(
        "query-status",
        s ->
            json.createObjectNode()
                .put("status", s.paused() ? "paused" : "running")
                .put("singlestep", false)
                .put("running", !s.paused()));
    query("query-version", s -> version());
    query("query-name", s -> json.createObjectNode().put("name", installation.name()));
    query(
        "query-uuid",
        s -> json.createObjectNode().put("UUID", "00000000-0000-0000-0000-000000000000"));
    query("query-kvm", s -> json.createObjectNode().put("enabled", false).put("present", false));
    query(
        "query-commands",
        s -> {
          ArrayNode all = json.createArrayNode();
          commands.keySet().forEach(name -> all.addObject().put("name", name));
          return all;
        });
    query("query-qmp-schema", s -> schema());
    query("query-cpus-fast", s -> cpus());
    query(
        "query-memory-size-summary",
        s ->
            json.createObjectNode()
                .put("base-memory", installation.memoryBytes())
                .put("plugged-memory", 0));
    query("query-chardev", s -> charDevices());
    query("query-vnc", s -> vnc());
    query("query-block", this::block);
    query("query-blockstats", this::blockStatistics);
    query("query-mice", s -> mice());
    query("query-machines", s -> machines());
    query("query-jobs", s -> json.createArrayNode());
    query("query-iothreads", s -> json.createArrayNode());
  }

  /** Which commands there are; their arguments and answers may be anything. */
  private ArrayNode schema() {
    ArrayNode schema = json.createArrayNode();
    schema.addObject().put("name", "any").put("meta-type", "builtin").put("json-type", "value");
    for (String name : commands.keySet()) {
      schema
          .addObject()
          .put("name", name)
          .put("meta-type", "command")
          .put("arg-type", "any")
          .put("ret-type", "any");
    }
    return schema;
  }

  ObjectNode version() {
    int[] v = Installation.version();
    ObjectNode version = json.createObjectNode();
    version.putObject("qemu").put("micro", v[2]).put("minor", v[1]).put("major", v[0]);
    return version.put("package", "Transvisor");
  }

  private ArrayNode cpus() {
    ArrayNode all = json.createArrayNode();
    ObjectNode cpu = all.addObject();
    cpu.put("cpu-index", 0)
        .put("qom-path", "/machine/unattached/device[0]")
        .put("thread-id", ProcessHandle.current().pid())
        .put("target", "i386");
    cpu.putObject("props").put("core-id", 0).put("thread-id", 0).put("socket-id", 0);
    return all;
  }

  private ArrayNode charDevices() {
    ArrayNode all = json.createArrayNode();
    installation
        .charDevices()
        .forEach(d ->
            all.addObject()
                .put("label", d.label())
                .put("filename", d.backEnd())
                .put("frontend-open", true));
    return all;
  }

  private ObjectNode vnc() {
    Optional<VncStatus> status = installation.vnc().get();
    if (status.isEmpty()) {
      return json.createObjectNode().put("enabled", false);
    }
    ObjectNode answer = QmpEvents.address(json, status.get().address());
    answer.remove("websocket");
    answer.put("enabled", true).put("auth", status.get().auth());
    ArrayNode clients = answer.putArray("clients");
    for (InetSocketAddress viewer : status.get().viewers()) {
      clients.add(QmpEvents.address(json, viewer));
    }
    return answer;
  }

  private ArrayNode block(MachineStatus status) {
    ArrayNode all = json.createArrayNode();
    for (DriveStatus d : status.drives()) {
      ObjectNode drive = all.addObject();
      drive
          .put("device", d.name())
          .put("qdev", d.name())
          .put("type", "unknown")
          .put("removable", d.removable())
          .put("locked", d.locked())
          .put("tray_open", d.trayOpen());
      if (d.medium() != null) {
        ObjectNode inserted = drive.put("io-status", "ok").putObject("inserted");
        inserted.put("file", d.medium()).put("ro", d.readOnly()).put("drv", "raw");
        inserted.put("node-name", d.name()).put("backing_file_depth", 0).put("encrypted", false);
        inserted.putObject("image").put("filename", d.medium()).put("format", "raw");
      }
    }
    return all;
  }

  private ArrayNode blockStatistics(MachineStatus status) {
    ArrayNode all = json.createArrayNode();
    for (DriveStatus d : status.drives()) {
      ObjectNode drive = all.addObject();
      drive.put("device", d.name()).put("qdev", d.name());
      String prefix = "block." + d.name() + ".";
      drive
          .putObject("stats")
          .put("rd_bytes", status.counters().getOrDefault(prefix + "read.bytes", 0L))
          .put("rd_operations", status.counters().getOrDefault(prefix + "read.operations", 0L))
          .put("wr_bytes", status.counters().getOrDefault(prefix + "write.bytes", 0L))
          .put("wr_operations", status.counters().getOrDefault(prefix + "write.operations", 0L));
    }
    return all;
  }

  private ArrayNode mice() {
    ArrayNode all = json.createArrayNode();
    all.addObject()
        .put("name", "PS/2 Mouse")
        .put("index", 0)
        .put("current", true)
        .put("absolute", false);
    return all;
  }

  private ArrayNode machines() {
    ArrayNode all = json.createArrayNode();
    all.addObject().put("name", "pc").put("is-default", true).put("cpu-max", 1);
    return all;
  }

  // ---- what does something ----

  private JsonNode humanMonitorCommand(Arguments a) {
    String line = a.text("command-line");
    a.integer("cpu-index", 0);
    a.end();
    String answer = monitor.execute(line);
    return json.getNodeFactory()
        .textNode(answer.isEmpty() ? "" : answer.replace("\n", "\r\n") + "\r\n");
  }

  private static Path path(String name, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw Arguments.notAccepted(name, text);
    }
  }

  private void screendump(Arguments a) {
    Path file = path("filename", a.text("filename"));
    String format = a.optionalText("format");
    a.end();
    ScreenshotWriter.write(
        Answers.await(operator.screenshot()),
        file,
        format == null ? ScreenshotWriter.Format.PPM : ScreenshotWriter.Format.named(format));
  }

  /** The drive that {@code device} or {@code id} names. */
  private String drive(Arguments a) {
    String device = a.optionalText("device");
    String id = a.optionalText("id");
    String name = device != null ? device : id;
    if (name == null || device != null && id != null) {
      throw QmpException.generic("Need exactly one of 'device' and 'id'");
    }
    if (Answers.await(operator.status()).drives().stream().noneMatch(d -> d.name().equals(name))) {
      throw QmpException.deviceNotFound(name);
    }
    return name;
  }

  private void eject(Arguments a) {
    boolean force = a.flag("force");
    String drive = drive(a);
    a.end();
    Answers.await(operator.eject(drive, force));
  }

  private void changeMedium(Arguments a) {
    Path file = path("filename", a.text("filename"));
    String format = a.optionalText("format");
    String mode = a.optionalText("read-only-mode");
    boolean force = a.flag("force");
    String drive = drive(a);
    a.end();
    if (format != null && !format.equals("raw")) {
      throw Arguments.notAccepted("format", format);
    }
    if (mode != null && !mode.equals("retain")) {
      throw Arguments.notAccepted("read-only-mode", mode);
    }
    if (force) {
      Answers.await(operator.eject(drive, true));
    }
    Answers.await(operator.change(drive, file));
  }
}
