package io.transvisor.console.gdb;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.console.control.GuestView;
import io.transvisor.console.control.Operator;
import io.transvisor.console.control.OperatorListener;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.Watchpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One debugger at the guest. The guest stops when it connects. While it runs, the debugger waits
 * for a stop reply, which comes from the vCPU thread by way of {@link #replies}.
 */
final class GdbSession implements OperatorListener {
  private static final Logger LOG = LoggerFactory.getLogger(GdbSession.class);
  private static final int ANSWER_SECONDS = 30;
  private static final String OK = "OK";

  /** The only thread: the CPU. */
  private static final String THREAD = "thread:01;";

  private static final String FEATURES =
      "PacketSize=%x;qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+"
          .formatted(PacketStream.MAX_LENGTH);

  private final Operator operator;
  private final MonitorCommands monitor;
  private final PacketStream packets;
  private final List<Register> registers = new ArrayList<>();
  private final String description;
  private final AtomicBoolean running = new AtomicBoolean();

  /** What to say of the end of the machine, or null while there is none. */
  private volatile String exit;

  private final ExecutorService replies =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("gdb replies").factory());

  /** Kind of breakpoint (0 software, 1 hardware) by address. */
  private final Map<Integer, Integer> breakpoints = new HashMap<>();

  private volatile String lastStop = "T05" + THREAD;
  private boolean detached;

  GdbSession(Operator operator, MonitorCommands monitor, PacketStream packets) {
    this.operator = operator;
    this.monitor = monitor;
    this.packets = packets;
    var model = ask(view -> view.cpu().model);
    List<Register> core = Registers.core();
    List<Register> sse = Registers.sse(model);
    List<Register> system = Registers.system();
    registers.addAll(core);
    registers.addAll(sse);
    registers.addAll(system);
    description = TargetDescription.of(core, sse, system);
  }

  /** Stops the guest and serves the debugger until it leaves. */
  void run() throws IOException {
    operator.addListener(this);
    try {
      operator.pause();
      PacketStream.Input input = packets.read();
      while (!detached && input.kind() != PacketStream.Kind.END) {
        switch (input.kind()) {
          case INTERRUPT -> operator.pause();
          case TOO_LONG -> packets.send(GdbError.invalid().reply());
          default -> answer(input.text());
        }
        input = detached ? input : packets.read();
      }
    } finally {
      operator.removeListener(this);
      operator.inspect(view -> {
        view.debugPort().clear();
        return null;
      });
      finishReplies();
    }
  }

  /** Lets what is on its way to the debugger go out. */
  private void finishReplies() {
    replies.shutdown();
    try {
      if (!replies.awaitTermination(1, TimeUnit.SECONDS)) {
        replies.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(String packet) throws IOException {
    String reply;
    try {
      reply = reply(packet);
    } catch (GdbError e) {
      reply = e.reply();
    }
    if (reply != null) {
      packets.send(reply);
    }
    if (packet.equals("QStartNoAckMode")) {
      packets.stopAcknowledging();
    }
  }

  /** The answer to a packet: empty for what is not known, null for none now. */
  private String reply(String packet) throws IOException {
    if (packet.isEmpty()) {
      return "";
    }
    Arguments a = new Arguments(packet.substring(1));
    return switch (packet.charAt(0)) {
      case '?' -> running.get() ? null : lastStop;
      case 'g' -> readRegisters();
      case 'G' -> writeRegisters(a);
      case 'p' -> readRegister(a);
      case 'P' -> writeRegister(a);
      case 'm' -> readMemory(a);
      case 'M' -> writeMemory(a, false);
      case 'X' -> writeMemory(a, true);
      case 'c', 'C' -> resume(packet, false);
      case 's', 'S' -> resume(packet, true);
      case 'v' -> verbose(packet);
      case 'Z' -> point(a, true);
      case 'z' -> point(a, false);
      case 'H', 'T' -> OK;
      case 'q', 'Q' -> query(packet);
      case 'D' -> detach();
      case 'k' -> kill(null);
      default -> "";
    };
  }

  /** Asks the vCPU thread. */
  private <T> T ask(Function<GuestView, T> question) {
    try {
      return operator.inspect(question).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GdbError error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new GdbError(GdbError.TIMED_OUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GdbError(GdbError.TIMED_OUT);
    }
  }

  // ---- registers ----

  private String readRegisters() {
    return ask(view -> {
      StringBuilder all = new StringBuilder();
      registers.forEach(r -> all.append(Arguments.hex(r.get().apply(view.cpu()))));
      return all.toString();
    });
  }

  private String writeRegisters(Arguments a) {
    byte[] bytes = a.hexBytes();
    if (bytes.length != registers.stream().mapToInt(Register::bytes).sum()) {
      throw GdbError.invalid();
    }
    return ask(view -> {
      int at = 0;
      for (Register r : registers) {
        r.set().accept(view.cpu(), Arrays.copyOfRange(bytes, at, at + r.bytes()));
        at += r.bytes();
      }
      view.cpuChanged();
      return OK;
    });
  }

  private Register register(int number) {
    if (number < 0 || number >= registers.size()) {
      throw GdbError.invalid();
    }
    return registers.get(number);
  }

  private String readRegister(Arguments a) {
    Register r = register(a.number());
    a.end();
    return ask(view -> Arguments.hex(r.get().apply(view.cpu())));
  }

  private String writeRegister(Arguments a) {
    Register r = register(a.number());
    byte[] value = a.skip('=').hexBytes();
    if (value.length != r.bytes()) {
      throw GdbError.invalid();
    }
    return ask(view -> {
      r.set().accept(view.cpu(), value);
      view.cpuChanged();
      return OK;
    });
  }

  // ---- memory ----

  private String readMemory(Arguments a) {
    int address = a.number();
    int length = Math.min(a.skip(',').length(), PacketStream.MAX_LENGTH / 2);
    a.end();
    byte[] bytes = ask(view -> view.readLinear(address, length));
    if (bytes.length == 0 && length > 0) {
      throw new GdbError(GdbError.BAD_ADDRESS);
    }
    return Arguments.hex(bytes);
  }

  private String writeMemory(Arguments a, boolean binary) {
    int address = a.number();
    int length = a.skip(',').length();
    a.skip(':');
    byte[] bytes = binary ? a.binary() : a.hexBytes();
    if (bytes.length != length) {
      throw GdbError.invalid();
    }
    if (ask(view -> view.writeLinear(address, bytes)) != length) {
      throw new GdbError(GdbError.BAD_ADDRESS);
    }
    return OK;
  }

  // ---- breakpoints and watchpoints ----

  private String point(Arguments a, boolean on) {
    int type = a.number();
    int address = a.skip(',').number();
    int length = a.skip(',').length();
    if (type > 4) {
      return "";
    }
    if (type <= 1) {
      return ask(view -> {
        view.debugPort().setBreakpoint(address, on);
        if (on) {
          breakpoints.put(address, type);
        } else {
          breakpoints.remove(address);
        }
        return OK;
      });
    }
    if (length == 0) {
      throw GdbError.invalid();
    }
    Watchpoint watchpoint = new Watchpoint(address, length, type != 2, type != 3);
    return ask(view -> {
      view.debugPort().setWatchpoint(watchpoint, on);
      return OK;
    });
  }

  // ---- running and stopping ----

  /** {@code c}, {@code s} and those with a signal, which a guest does not know. */
  private String resume(String packet, boolean step) {
    String rest = packet.substring(1);
    if (packet.charAt(0) < 'a') {
      int semicolon = rest.indexOf(';');
      rest = semicolon < 0 ? "" : rest.substring(semicolon + 1);
    }
    if (!rest.isEmpty()) {
      Arguments a = new Arguments(rest);
      int eip = a.number();
      a.end();
      ask(view -> {
        view.cpu().eip = eip;
        view.cpuChanged();
        return OK;
      });
    }
    return go(step);
  }

  private String go(boolean step) {
    running.set(true);
    if (exit != null) {
      tellExit();
      return null;
    }
    if (step) {
      var _ = operator.step();
    } else {
      operator.resume();
    }
    return null;
  }

  private String verbose(String packet) throws IOException {
    if (packet.equals("vCont?")) {
      return "vCont;c;C;s;S";
    }
    if (packet.startsWith("vCont;") && packet.length() > "vCont;".length()) {
      // There is one thread, so the first action is the one that counts.
      return switch (packet.charAt("vCont;".length())) {
        case 'c', 'C' -> go(false);
        case 's', 'S' -> go(true);
        default -> throw GdbError.invalid();
      };
    }
    return packet.startsWith("vKill;") ? kill(OK) : "";
  }

  @Override
  public void stopped(StopCause cause) {
    if (running.compareAndSet(true, false)) {
      replies.execute(() -> tell(stopReply(cause)));
    }
  }

  @Override
  public void ended(boolean byGuest, int exitCode) {
    exit = "W%02x".formatted(exitCode & 0xFF);
    tellExit();
  }

  /** Once, to a debugger that waits: it may say only now that the machine shall go on. */
  private void tellExit() {
    if (running.compareAndSet(true, false)) {
      replies.execute(() -> tell(exit));
    }
  }

  private String stopReply(StopCause cause) {
    if (cause == StopCause.REQUEST) {
      return "T02" + THREAD;
    }
    return ask(view -> {
      DebugPort.Hit hit = view.debugPort().takeHit();
      if (hit != null) {
        Watchpoint w = hit.watchpoint();
        String kind = !w.reads() ? "watch" : w.writes() ? "awatch" : "rwatch";
        return "T05%s%s:%x;".formatted(THREAD, kind, w.linear());
      }
      Cpu cpu = view.cpu();
      Integer type =
          cause == StopCause.BREAK ? breakpoints.get(cpu.segBase[CpuState.CS] + cpu.eip) : null;
      return "T05" + THREAD + (type == null ? "" : type == 0 ? "swbreak:;" : "hwbreak:;");
    });
  }

  private void tell(String stop) {
    lastStop = stop;
    try {
      packets.send(stop);
    } catch (IOException e) {
      LOG.debug("gdb: {}", e.getMessage());
    }
  }

  private String detach() throws IOException {
    packets.send(OK);
    detached = true;
    operator.inspect(view -> {
      view.debugPort().clear();
      return null;
    });
    operator.resume();
    return null;
  }

  private String kill(String reply) throws IOException {
    if (reply != null) {
      packets.send(reply);
    }
    detached = true;
    operator.powerOff();
    return null;
  }

  // ---- queries ----

  private String query(String packet) throws IOException {
    int end = 1;
    while (end < packet.length() && Character.isLetter(packet.charAt(end))) {
      end++;
    }
    return switch (packet.substring(0, end)) {
      case "qSupported" -> FEATURES;
      case "QStartNoAckMode" -> OK;
      case "qXfer" -> transfer(packet);
      case "qAttached" -> "1";
      case "qC" -> "QC01";
      case "qfThreadInfo" -> "m01";
      case "qsThreadInfo" -> "l";
      case "qThreadExtraInfo" -> Arguments.hex("CPU#0".getBytes(StandardCharsets.US_ASCII));
      case "qRcmd" -> command(new Arguments(packet.substring(end)));
      default -> "";
    };
  }

  /** {@code qXfer:features:read:target.xml:offset,length}. */
  private String transfer(String packet) {
    String[] parts = packet.split(":", -1);
    if (parts.length != 5 || !parts[1].equals("features") || !parts[2].equals("read")) {
      return "";
    }
    if (!parts[3].equals("target.xml")) {
      throw new GdbError(GdbError.NO_ENTRY);
    }
    Arguments a = new Arguments(parts[4]);
    int from = a.length();
    // Half of a packet: the other half is for escapes.
    int length = Math.min(a.skip(',').length(), PacketStream.MAX_LENGTH / 2 - 1);
    a.end();
    int start = Math.min(from, description.length());
    int end = Math.min(start + length, description.length());
    return (end == description.length() ? "l" : "m") + description.substring(start, end);
  }

  /** {@code monitor} in GDB: a command of the monitor, its output in pieces before the answer. */
  private String command(Arguments a) throws IOException {
    String line = new String(a.skip(',').hexBytes(), StandardCharsets.UTF_8);
    String output = monitor.execute(line);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!output.isEmpty()) {
      bytes.writeBytes((output.replace("\r\n", "\n") + "\n").getBytes(StandardCharsets.UTF_8));
    }
    byte[] all = bytes.toByteArray();
    int piece = PacketStream.MAX_LENGTH / 2 - 1;
    for (int at = 0; at < all.length; at += piece) {
      packets.send(
          "O" + Arguments.hex(Arrays.copyOfRange(all, at, Math.min(at + piece, all.length))));
    }
    return OK;
  }
}
