package io.transvisor.console.monitor;

import io.transvisor.console.control.Answers;
import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.Operator;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.InputSink;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** QEMU's human monitor. Answers are text, empty if all is well and there is nothing to say. */
public final class MonitorCommands {
  private final Operator operator;
  private final CommandTable table;
  private final PasswordCommands passwords;

  public MonitorCommands(Operator operator, InputSink input, Installation installation) {
    this.operator = operator;
    table = new CommandTable(operator);
    table.add(
        "help",
        "[COMMAND]",
        "lists the commands",
        0,
        1,
        this::help,
        () -> List.copyOf(table.commands().keySet()));
    table.alias("?", "help");
    InfoCommand.define(table, installation);
    control("stop", "stops the guest and its time", operator::pause);
    table.alias("s", "stop");
    control("cont", "lets the guest go on", operator::resume);
    table.alias("c", "cont");
    control(
        "step",
        "lets a stopped guest execute one instruction",
        () -> Answers.await(operator.step()));
    control("system_reset", "presses the reset button", operator::reset);
    control("system_powerdown", "presses the power button", operator::shutdown);
    control("quit", "ends the machine", operator::powerOff);
    table.alias("q", "quit");
    MemoryCommands.define(table);
    InputCommands.define(table, input);
    passwords = PasswordCommands.define(table, installation);
    table.add("screendump", "FILE", "saves the screen, as .png or .ppm", 1, 3, this::screendump);
    table.add(
        "change",
        "DRIVE FILE",
        "puts another medium into a drive",
        2,
        3,
        this::change,
        this::removableDrives);
    table.add(
        "eject",
        "[-f] DRIVE",
        "takes a medium out; -f although it is locked",
        1,
        2,
        this::eject,
        this::removableDrives);
  }

  private void control(String name, String help, Runnable action) {
    table.add(
        name,
        "",
        help,
        0,
        0,
        arguments -> {
          action.run();
          return "";
        });
  }

  /**
   * Runs a command and returns what it has to say, a line or several without the last line's end.
   */
  public String execute(String line) {
    // A format may follow the command at once: x/4xw.
    String[] words = line.strip().replaceFirst("^(xp?|p|print)/", "$1 /").split("\\s+");
    if (words[0].isEmpty()) {
      return "";
    }
    String name = table.resolve(words[0]);
    CommandTable.Command command = table.commands().get(name);
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

  /** What the next word of a line may be, given the complete words before it. */
  List<String> candidates(List<String> wordsBefore) {
    try {
      return table.candidates(wordsBefore);
    } catch (VmmException e) {
      return List.of();
    }
  }

  private String help(List<String> arguments) {
    StringBuilder text = new StringBuilder();
    table
        .commands()
        .forEach((name, command) -> {
          if (arguments.isEmpty() || table.resolve(arguments.getFirst()).equals(name)) {
            String usage = command.usage().isEmpty() ? "" : command.usage() + " ";
            text.append("%s %s-- %s\n".formatted(name, usage, command.help()));
          }
        });
    return text.toString().stripTrailing();
  }

  private List<String> removableDrives() {
    List<String> names = new ArrayList<>();
    for (DriveStatus drive : Answers.await(operator.status()).drives()) {
      if (drive.removable()) {
        names.add(drive.name());
      }
    }
    return names;
  }

  private String change(List<String> arguments) {
    if (arguments.getFirst().equals("vnc")) {
      return passwords.change(arguments.subList(1, arguments.size()));
    }
    if (arguments.size() == 3 && !arguments.get(2).equals("raw")) {
      throw new VmmException("format " + arguments.get(2) + ": only raw images can be put in");
    }
    Answers.await(operator.change(arguments.getFirst(), path(arguments.get(1))));
    return "";
  }

  private String eject(List<String> arguments) {
    boolean force = arguments.getFirst().equals("-f");
    if (force != (arguments.size() == 2)) {
      return "usage: eject [-f] DRIVE";
    }
    Answers.await(operator.eject(arguments.getLast(), force));
    return "";
  }

  /** {@code screendump FILE [-f png|ppm]}, as in QEMU; without it the name decides. */
  private String screendump(List<String> arguments) {
    Path file = path(arguments.getFirst());
    if (arguments.size() == 1) {
      ScreenshotWriter.write(Answers.await(operator.screenshot()), file);
    } else if (arguments.size() == 3 && arguments.get(1).equals("-f")) {
      ScreenshotWriter.write(
          Answers.await(operator.screenshot()),
          file,
          ScreenshotWriter.Format.named(arguments.get(2)));
    } else {
      return "usage: screendump FILE [-f png|ppm]";
    }
    return "";
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new VmmException(text + " is no file name", e);
    }
  }
}
