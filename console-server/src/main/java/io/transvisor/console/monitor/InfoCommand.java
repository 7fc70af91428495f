package io.transvisor.console.monitor;

import io.transvisor.console.control.Answers;
import io.transvisor.console.control.CounterReport;
import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.console.control.VncStatus;
import io.transvisor.core.cpu.CpuState;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** {@code info}: a part of the machine as text, in QEMU's layout where that has one. */
final class InfoCommand {
  private record Topic(String help, Supplier<String> text) {}

  private final CommandTable table;
  private final Installation installation;
  private final Map<String, Topic> topics = new LinkedHashMap<>();

  private InfoCommand(CommandTable table, Installation installation) {
    this.table = table;
    this.installation = installation;
    topic("status", "whether the guest runs", this::status);
    topic("registers", "those of the CPU", () -> part(Operator.Part.CPU));
    topic("mem", "the ranges that are mapped", () -> mmu(true));
    topic("tlb", "the pages that are mapped", () -> mmu(false));
    topic("pic", "the interrupt controllers", () -> part(Operator.Part.INTERRUPT_CONTROLLER));
    topic("block", "drives and their media", () -> block(status(table).drives()));
    topic("blockstats", "what drives have read and written", () -> counters("block."::equals));
    topic("network", "what network cards have counted", () -> counters("net."::equals));
    topic("engine", "what CPU and devices have counted", () -> counters(this::isNoOther));
    topic("cpus", "the CPU and its state", this::cpus);
    topic("chardev", "serial and parallel ports", this::charDevices);
    topic("vnc", "the VNC server and its viewers", this::vnc);
    topic("name", "the machine's name", installation::name);
    topic("version", "the program's version", this::version);
  }

  static void define(CommandTable t, Installation installation) {
    InfoCommand info = new InfoCommand(t, installation);
    t.add(
        "info",
        "WHAT",
        String.join(", ", info.topics.keySet()),
        0,
        1,
        info::run,
        () -> List.copyOf(info.topics.keySet()));
  }

  private void topic(String name, String help, Supplier<String> text) {
    topics.put(name, new Topic(help, text));
  }

  private String run(List<String> arguments) {
    String name = arguments.isEmpty() ? "" : arguments.getFirst();
    Topic topic = topics.get(name.equals("jit") ? "engine" : name);
    if (topic != null) {
      return topic.text().get();
    }
    StringBuilder text = new StringBuilder();
    topics.forEach((n, t) -> text.append("info %s -- %s\n".formatted(n, t.help())));
    return text.toString().stripTrailing();
  }

  private static MachineStatus status(CommandTable table) {
    return Answers.await(table.operator().status());
  }

  private String status() {
    return "VM status: " + (status(table).paused() ? "paused" : "running");
  }

  private String part(Operator.Part part) {
    return Answers.await(table.operator().describe(part));
  }

  private String mmu(boolean ranges) {
    return table
        .inspect(view -> ranges ? view.cpu().mmu.describeRanges() : view.cpu().mmu.describePages())
        .stripTrailing();
  }

  private static String block(List<DriveStatus> drives) {
    StringBuilder text = new StringBuilder();
    for (DriveStatus drive : drives) {
      text.append(drive.name()).append(": ");
      text.append(drive.medium() == null ? "[not inserted]" : drive.medium());
      if (drive.medium() != null) {
        text.append(drive.readOnly() ? " (raw, read-only)" : " (raw)");
      }
      text.append('\n');
      if (drive.removable()) {
        text.append(
            "    Removable device: %slocked, tray %s\n"
                .formatted(drive.locked() ? "" : "not ", drive.trayOpen() ? "open" : "closed"));
      }
    }
    return text.toString().stripTrailing();
  }

  private static String prefix(String counter) {
    return counter.substring(0, counter.indexOf('.') + 1);
  }

  private boolean isNoOther(String prefix) {
    return !prefix.equals("block.") && !prefix.equals("net.");
  }

  private String counters(Predicate<String> prefix) {
    return CounterReport.text(status(table).counters(), name -> prefix.test(prefix(name)))
        .stripTrailing();
  }

  private String cpus() {
    return table.inspect(view ->
        "* CPU #0: pc=0x%08x%s"
            .formatted(
                view.cpu().segBase[CpuState.CS] + view.cpu().eip,
                view.cpu().halted ? " (halted)" : ""));
  }

  private String charDevices() {
    StringBuilder text = new StringBuilder();
    installation
        .charDevices()
        .forEach(d -> text.append("%s: filename=%s\n".formatted(d.label(), d.backEnd())));
    return text.toString().stripTrailing();
  }

  private String vnc() {
    Optional<VncStatus> status = installation.vnc().get();
    if (status.isEmpty()) {
      return "VNC server: disabled";
    }
    StringBuilder text = new StringBuilder();
    InetSocketAddress address = status.get().address();
    text.append("default:\n  Server: ").append(of(address));
    text.append("\n    Auth: ").append(status.get().auth()).append('\n');
    for (InetSocketAddress viewer : status.get().viewers()) {
      text.append("  Client: ").append(of(viewer)).append('\n');
    }
    return text.toString().stripTrailing();
  }

  private static String of(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private String version() {
    int[] v = Installation.version();
    return "%d.%d.%d (Transvisor)".formatted(v[0], v[1], v[2]);
  }
}
