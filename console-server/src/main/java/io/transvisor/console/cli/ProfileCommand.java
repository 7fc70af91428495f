package io.transvisor.console.cli;

import io.transvisor.bt.disasm.Syntax;
import io.transvisor.console.machine.GuestRunner;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.console.profile.GuestSampler;
import io.transvisor.console.profile.ProfileReport;
import io.transvisor.console.profile.SymbolTable;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code transvisor profile}: a guest as with {@code run}, watched. */
@Command(
    name = "profile",
    sortOptions = false,
    description =
        "Runs a guest and says where it spent its time. Takes the options of 'run' as well.",
    footer = {
      "",
      "Example:",
      "  transvisor profile --symbols System.map --collapsed stacks.txt -hda disk.img -seconds 60"
    })
final class ProfileCommand implements Callable<Integer> {
  private static final int MICROS_PER_SECOND = 1_000_000;

  @Option(
      names = "-symbols",
      paramLabel = "FILE[@ADDR]",
      description =
          "Names from a 32-bit ELF file or a System.map, moved by a hexadecimal address; several times.")
  private List<String> symbolFiles = new ArrayList<>();

  @Option(
      names = "-collapsed",
      paramLabel = "FILE",
      description = "Write stacks for flame-graph programs.")
  private Path collapsed;

  @Option(
      names = "-frequency",
      paramLabel = "HZ",
      description = "Samples a second, 1 to 10000. Default: 997.")
  private int frequency = 997;

  @Option(
      names = "-seconds",
      paramLabel = "N",
      description = "End the guest after so many seconds. Default: when it ends itself.")
  private int seconds;

  @Option(names = "-top", paramLabel = "N", description = "Functions listed. Default: 20.")
  private int top = 20;

  @Option(names = "-hot", paramLabel = "N", description = "Places whose code is shown. Default: 3.")
  private int hot = 3;

  @Option(names = "-syntax", paramLabel = "S", description = "att or intel. Default: att.")
  private Syntax syntax = Syntax.ATT;

  @Mixin private MachineOptions machine;

  @Override
  public Integer call() {
    if (frequency < 1 || frequency > 10_000) {
      throw new VmmException("--frequency %d: must be 1 to 10000".formatted(frequency));
    }
    SymbolTable symbols = new SymbolTable();
    symbolFiles.forEach(symbols::read);
    MachineSpec spec = machine.toSpec();
    GuestSampler[] sampler = new GuestSampler[1];
    int code =
        GuestRunner.run(
            spec,
            "",
            assembled -> {
              sampler[0] = new GuestSampler(assembled.machine(), MICROS_PER_SECOND / frequency);
              if (seconds > 0) {
                endLater(assembled.machine());
              }
            });
    sampler[0].close();
    ProfileReport report = new ProfileReport(sampler[0].profile(), symbols, spec.cpu(), syntax);
    System.err.print(report.text(top, hot));
    if (collapsed != null) {
      write(report.collapsed());
    }
    return code;
  }

  private void endLater(Machine guest) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(Duration.ofSeconds(seconds));
            guest.exit(0);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void write(String text) {
    try {
      Files.writeString(collapsed, text);
    } catch (IOException e) {
      throw new VmmException("--collapsed %s: cannot be written".formatted(collapsed));
    }
  }
}
