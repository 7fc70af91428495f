package io.transvisor.console.monitor;

import io.transvisor.console.control.CounterReport;
import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What each command does. Answers are text, empty if all is well and there is nothing to say. */
public final class MonitorCommands {
  private static final int ANSWER_SECONDS = 30;
  private static final int HOLD_MILLIS = 100;
  private static final int MAX_HOLD_MILLIS = 10_000;

  /**
   * A command.
   *
   * @param usage its arguments, for help
   * @param least number of arguments, and {@code most}
   */
  private record Command(String usage, String help, int least, int most, Action action) {}

  /** Takes the arguments. */
  @FunctionalInterface
  private interface Action {
    String run(List<String> arguments);
  }

  private final Operator operator;
  private final InputSink input;
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Map<String, String> aliases =
      Map.of("q", "quit", "c", "cont", "s", "stop", "?", "help");
  private int buttons;

  public MonitorCommands(Operator operator, InputSink input) {
    this.operator = operator;
    this.input = input;
    add("help", "[COMMAND]", "lists the commands", 0, 1, this::help);
    add(
        "info",
        "WHAT",
        "status, registers, block, blockstats, pic or jit (what the engine has counted)",
        0,
        1,
        this::info);
    add("stop", "", "stops the guest and its time", 0, 0, a -> did(operator::pause));
    add("cont", "", "lets the guest go on", 0, 0, a -> did(operator::resume));
    add("system_reset", "", "presses the reset button", 0, 0, a -> did(operator::reset));
    add("system_powerdown", "", "presses the power button", 0, 0, a -> did(operator::shutdown));
    add("quit", "", "ends the machine", 0, 0, a -> did(operator::powerOff));
    add("change", "DRIVE FILE", "puts another medium into a drive", 2, 2, this::change);
    add("eject", "[-f] DRIVE", "takes a medium out; -f although it is locked", 1, 2, this::eject);
    add("sendkey", "KEYS [MS]", "presses keys together, as ctrl-alt-delete", 1, 2, this::sendKey);
    add("mouse_move", "DX DY [DZ]", "moves the mouse, and its wheel", 2, 3, this::mouseMove);
    add("mouse_button", "STATE", "1 left, 2 middle, 4 right, together", 1, 1, this::mouseButton);
    add("screendump", "FILE", "saves the screen, as PPM or as .png", 1, 1, this::screendump);
  }

  private void add(String name, String usage, String help, int least, int most, Action action) {
    commands.put(name, new Command(usage, help, least, most, action));
  }

  private static String did(Runnable action) {
    action.run();
    return "";
  }

  /**
   * Runs a command and returns what it has to say, a line or several without the last line's end.
   */
  public String execute(String line) {
    String[] words = line.strip().split("\\s+");
    if (words[0].isEmpty()) {
      return "";
    }
    String name = aliases.getOrDefault(words[0], words[0]);
    Command command = commands.get(name);
    if (command == null) {
      return "unknown command: '" + words[0] + "'";
    }
    List<String> arguments = List.of(words).subList(1, words.length);
    if (arguments.size() < command.least() || arguments.size() > command.most()) {
      return "usage: " + name + " " + command.usage();
    }
    try {
      return command.action().run(arguments);
    } catch (VmmException e) {
      return "Error: " + e.getMessage();
    }
  }

  /** Waits for the machine, which does things between two guest instructions. */
  private static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VmmException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new VmmException("the machine does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VmmException("interrupted", e);
    }
  }

  private String help(List<String> arguments) {
    StringBuilder text = new StringBuilder();
    commands.forEach((name, command) -> {
      if (arguments.isEmpty() || arguments.getFirst().equals(name)) {
        text.append("%s %s -- %s%n".formatted(name, command.usage(), command.help()));
      }
    });
    return text.toString().stripTrailing();
  }

  private String info(List<String> arguments) {
    return switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
      case "status" -> "VM status: " + (await(operator.status()).paused() ? "paused" : "running");
      case "registers" -> await(operator.describe(Operator.Part.CPU));
      case "pic" -> await(operator.describe(Operator.Part.INTERRUPT_CONTROLLER));
      case "block" -> block(await(operator.status()).drives());
      case "blockstats" -> counters(await(operator.status()), true);
      case "jit" -> counters(await(operator.status()), false);
      default -> help(List.of("info"));
    };
  }

  private static String block(List<DriveStatus> drives) {
    StringBuilder text = new StringBuilder();
    for (DriveStatus drive : drives) {
      text.append(drive.name()).append(": ");
      text.append(drive.medium() == null ? "[not inserted]" : drive.medium());
      if (drive.readOnly() && drive.medium() != null) {
        text.append(" (read-only)");
      }
      text.append(System.lineSeparator());
      if (drive.removable()) {
        text.append(
            "    Removable device: %slocked, tray %s%n"
                .formatted(drive.locked() ? "" : "not ", drive.trayOpen() ? "open" : "closed"));
      }
    }
    return text.toString().stripTrailing();
  }

  private static String counters(MachineStatus status, boolean drives) {
    return CounterReport.text(status.counters(), name -> name.startsWith("block.") == drives)
        .stripTrailing();
  }

  private String change(List<String> arguments) {
    await(operator.change(arguments.getFirst(), path(arguments.get(1))));
    return "";
  }

  private String eject(List<String> arguments) {
    boolean force = arguments.getFirst().equals("-f");
    if (force != (arguments.size() == 2)) {
      return "usage: eject [-f] DRIVE";
    }
    await(operator.eject(arguments.getLast(), force));
    return "";
  }

  private String screendump(List<String> arguments) {
    ScreenshotWriter.write(await(operator.screenshot()), path(arguments.getFirst()));
    return "";
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new VmmException(text + " is no file name", e);
    }
  }

  // ---- input ----

  private String sendKey(List<String> arguments) {
    List<Key> keys = KeyNames.parse(arguments.getFirst());
    int hold = arguments.size() < 2 ? HOLD_MILLIS : number(arguments.get(1));
    keys.forEach(key -> input.key(key, true));
    try {
      Thread.sleep(Math.clamp(hold, 0, MAX_HOLD_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keys.reversed().forEach(key -> input.key(key, false));
    return "";
  }

  private String mouseMove(List<String> arguments) {
    int wheel = arguments.size() < 3 ? 0 : number(arguments.get(2));
    input.mouse(number(arguments.get(0)), number(arguments.get(1)), wheel, buttons);
    return "";
  }

  private String mouseButton(List<String> arguments) {
    int state = number(arguments.getFirst());
    buttons =
        state & 1
            | ((state & 2) != 0 ? InputSink.MIDDLE : 0)
            | ((state & 4) != 0 ? InputSink.RIGHT : 0);
    input.mouse(0, 0, 0, buttons);
    return "";
  }

  private static int number(String text) {
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      throw new VmmException(text + " is not a number", e);
    }
  }
}
