package io.transvisor.console.cli;

import io.transvisor.core.error.VmmException;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The program: {@code transvisor run|demo|screendump|profile|stats} and the {@link Subcommand}s on
 * the class path. Exit codes: the guest's, or 2 for a mistake in what we were given.
 */
@Command(
    name = "transvisor",
    description = "Runs 32-bit x86 PC guests and shows their screens over VNC.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      DemoCommand.class,
      ScreendumpCommand.class,
      ProfileCommand.class,
      StatsCommand.class
    },
    versionProvider = Transvisor.Version.class,
    footer = {
      "",
      "Also: transvisor setup     installs the SeaBIOS firmware package",
      "'transvisor COMMAND --help' explains a command."
    })
public final class Transvisor implements Runnable {
  /** Exit code for a mistake of the user's. */
  static final int USAGE = 2;

  @CommandLine.Option(
      names = {"--help", "-h"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @CommandLine.Option(
      names = {"--version", "-V"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(System.err);
  }

  /** The version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String v = Transvisor.class.getPackage().getImplementationVersion();
      return new String[] {
        "Transvisor " + (v == null ? "(development)" : v), "Java " + Runtime.version()
      };
    }
  }

  /** Runs the command line and returns the exit code. */
  static int execute(String... args) {
    CommandLine line = new CommandLine(new Transvisor());
    ServiceLoader.load(Subcommand.class).forEach(line::addSubcommand);
    line.setPosixClusteredShortOptionsAllowed(false);
    line.setOverwrittenOptionsAllowed(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler((e, arguments) -> {
      complain(e.getMessage());
      return USAGE;
    });
    line.setExecutionExceptionHandler((e, commandLine, result) -> {
      if (e instanceof VmmException) {
        complain(e.getMessage());
        return USAGE;
      }
      throw e;
    });
    return line.execute(Arguments.normalise(args));
  }

  /** A message of ours: one line on standard error. */
  static void complain(String message) {
    System.err.println("transvisor: " + message.replace('\n', ' ').strip());
  }

  public static void main(String[] args) {
    System.exit(execute(args));
  }
}
