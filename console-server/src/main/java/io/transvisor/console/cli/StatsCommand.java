package io.transvisor.console.cli;

import io.transvisor.console.monitor.MonitorClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code transvisor stats}: what a guest that is running has counted so far. */
@Command(
    name = "stats",
    description = {
      "Prints what the engine and the devices of a running guest have counted: time by kind of work, callouts by class, translations,"
          + " page faults. Asks the guest's monitor ('run ... -monitor tcp:HOST:PORT,server,nowait').",
      "'run ... -stats' prints the same when the guest ends."
    })
final class StatsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "HOST:PORT", description = "Where the monitor is.")
  private String monitor;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public Integer call() {
    System.out.print(MonitorClient.ask(monitor, "info jit"));
    return 0;
  }
}
