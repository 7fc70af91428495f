package io.transvisor.guests.bench;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.transvisor.bt.interp.Mechanism;
import io.transvisor.console.cli.Subcommand;
import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.chart.Chart;
import io.transvisor.guests.bench.chart.PictureDrawing;
import io.transvisor.guests.bench.report.Host;
import io.transvisor.guests.bench.report.HtmlReport;
import io.transvisor.guests.bench.report.JsonReport;
import io.transvisor.guests.bench.report.ReportCharts;
import io.transvisor.guests.bench.report.Results;
import io.transvisor.guests.bench.report.TextReport;
import io.transvisor.guests.bench.run.Macro;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.run.Subjects;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import io.transvisor.guests.bench.suite.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code transvisor bench}: our engines, other emulators and the host on the same kernels. */
@Command(
    name = "bench",
    sortOptions = false,
    description =
        "Measures compute kernels and single events of the processor on this program's engines, other emulators and the host.",
    footer = {
      "",
      "Examples:",
      "  transvisor bench --quick",
      "  transvisor bench --filter 'fib|int80' --engines interpret,translate --peers qemu",
      "  transvisor bench --runs 3 --json results.json --html report.html"
    })
public final class BenchCommand implements Subcommand {
  private static final int FAILED = 1;

  @Option(
      names = "-filter",
      paramLabel = "REGEX",
      description = "Only benchmarks whose name (see --list) contains a match.")
  private String filter = "";

  @Option(
      names = "-engines",
      paramLabel = "E",
      split = ",",
      description =
          "Of interpret, hybrid, translate; options after colons, as in translate:chaining=off. Default: those there are.")
  private List<String> engines = Subjects.ENGINES;

  @Option(
      names = "-peers",
      paramLabel = "P",
      split = ",",
      description =
          "Of qemu, bochs, native, or none. Default: those installed; --quick leaves bochs out.")
  private List<String> peers;

  @Option(
      names = "-ablation",
      description =
          "The engine translate, and the same without each of its mechanisms, in place of --engines.")
  private boolean ablation;

  @Option(
      names = "-macro",
      paramLabel = "FILE",
      description = {
        "Also run a system of yours as a file says, with the lines 'options OPTIONS' (QEMU's, such as -m 128 -hda disk.img -snapshot),",
        "'expect TEXT', 'check WORD VALUE', 'send TEXT' for its serial console, 'time NAME'; several times. See docs/benchmarks/method.md."
      })
  private List<Path> macroFiles = List.of();

  @Option(names = "-runs", paramLabel = "N", description = "Processes per figure. Default: 1.")
  private int runs = 1;

  @Option(names = "-quick", description = "All in under two minutes: one process per subject.")
  private boolean quick;

  @Option(names = "-json", paramLabel = "FILE", description = "Write everything measured.")
  private Path json;

  @Option(
      names = "-html",
      paramLabel = "FILE",
      description = "Write a report with tables and charts, one file.")
  private Path html;

  @Option(
      names = "-png",
      paramLabel = "DIR",
      description = "Write the charts as pictures into a directory.")
  private Path png;

  @Option(names = "-list", description = "Name the benchmarks and end.")
  private boolean list;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public Integer call() throws IOException {
    List<Benchmark> benchmarks = Suite.matching(pattern(), quick);
    List<Macro> macros = new ArrayList<>(macroFiles.stream().map(Macro::read).toList());
    boolean system = pattern().matcher(Macro.SYSTEM).find();
    if (benchmarks.isEmpty() && macros.isEmpty() && !system) {
      throw new VmmException("--filter %s: no benchmark's name matches".formatted(filter));
    }
    if (runs < 1) {
      throw new VmmException("--runs %d: must be 1 or more".formatted(runs));
    }
    if (list) {
      benchmarks.forEach(b -> System.out.printf("%-28s %s%n", b.id(), b.operation()));
      if (system) {
        System.out.printf("%-28s boot, processes, compilations%n", Macro.SYSTEM);
      }
      return 0;
    }
    Host host = Host.describe();
    Path scratch = Files.createTempDirectory("transvisor-bench");
    try {
      if (system && (!quick || !filter.isEmpty())) {
        macros.addFirst(Macro.ofSystemGuest(new GuestFiles(scratch)));
      }
      Results results = measure(benchmarks, macros, scratch);
      System.out.print(new TextReport(host, results).text());
      if (json != null) {
        new JsonReport(host, results).write(json);
      }
      if (html != null) {
        new HtmlReport(host, results).write(html);
      }
      if (png != null) {
        writePictures(new ReportCharts(host, results).all());
      }
      return results.failures().isEmpty() ? 0 : FAILED;
    } finally {
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private void writePictures(Map<String, Chart> charts) {
    try {
      Files.createDirectories(png);
      for (Map.Entry<String, Chart> c : charts.entrySet()) {
        PictureDrawing.write(c.getValue(), png.resolve(c.getKey() + ".png"));
      }
    } catch (IOException e) {
      throw new VmmException("--png %s: cannot be written: %s".formatted(png, e.getMessage()));
    }
  }

  private Pattern pattern() {
    try {
      return Pattern.compile(filter);
    } catch (PatternSyntaxException e) {
      throw new VmmException(
          "--filter %s: %s"
              .formatted(filter, e.getDescription().toLowerCase(java.util.Locale.ROOT)));
    }
  }

  private Results measure(List<Benchmark> benchmarks, List<Macro> macros, Path scratch) {
    List<String> skipped = new ArrayList<>();
    List<Subject> subjects = new ArrayList<>();
    for (Subject s : Subjects.of(engineNames(), peerNames(), scratch)) {
      Optional<String> missing = s.missing();
      missing.ifPresentOrElse(skipped::add, () -> subjects.add(s));
    }
    Results results = new Results(subjects, benchmarks);
    skipped.forEach(results::skip);
    if (quick && macros.isEmpty()) {
      results.skip("the system guest takes too long for --quick; ask for it with --filter system");
    }
    if (quick && peers == null) {
      results.skip("bochs takes too long for --quick; ask for it with --peers");
    }
    new BenchmarkRuns(results, macros, runs, quick, scratch).run();
    return results;
  }

  /** What is compared comes first, what it is compared with last. */
  private List<String> engineNames() {
    if (!ablation) {
      return engines;
    }
    List<String> names = new ArrayList<>();
    for (Mechanism m : Mechanism.values()) {
      names.add("translate:%s=off".formatted(m.label()));
    }
    names.add("translate");
    return names;
  }

  private List<String> peerNames() {
    if (peers == null && ablation) {
      return List.of();
    }
    if (peers == null) {
      return quick ? List.of("qemu", "native") : Subjects.PEERS;
    }
    return peers.equals(List.of("none")) ? List.of() : peers;
  }
}
