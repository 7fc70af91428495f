package io.transvisor.guests.bench.report;

import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.chart.Chart;
import io.transvisor.guests.bench.chart.SvgDrawing;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.Benchmark.Kind;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The results as one HTML file that needs nothing else, with the data in it. */
public final class HtmlReport {
  private static final String STYLE = "/io/transvisor/guests/report.css";

  private final Host host;
  private final Results results;
  private final List<Subject> subjects;
  private final Map<String, Chart> charts;
  private final Subject base;
  private final StringBuilder html = new StringBuilder();

  public HtmlReport(Host host, Results results) {
    this.host = host;
    this.results = results;
    this.subjects = results.measuredSubjects();
    ReportCharts made = new ReportCharts(host, results);
    this.charts = made.all();
    this.base = made.base();
  }

  /**
   * Writes the report.
   *
   * @throws VmmException if the file cannot be written
   */
  public void write(Path file) {
    head();
    facts();
    headlines();
    compute(Place.RING3, "speed-ring3");
    compute(Place.RING0, "speed-ring0");
    warmUp();
    events();
    macros();
    mixes();
    time();
    callouts();
    notes();
    add(
        "<script type=\"application/json\" id=\"results\">\n%s\n</script>\n</body>\n</html>\n",
        data());
    try {
      Files.writeString(file, html);
    } catch (IOException e) {
      throw new VmmException("--html %s: cannot be written: %s".formatted(file, e.getMessage()));
    }
  }

  private void add(String format, Object... values) {
    html.append(format.formatted(values));
  }

  private void head() {
    String style;
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
      style = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    add(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>What translation costs</title>
        <style>
        %s</style>
        </head>
        <body>
        <h1>What translation costs</h1>
        """,
        style);
  }

  private void facts() {
    add("<p class=\"facts\">%s</p>\n", HtmlTable.escaped(host.line()));
  }

  // ---- headlines ----

  private void headlines() {
    List<Subject> ours = subjects.stream().filter(Subject::isOurs).toList();
    if (ours.isEmpty()) {
      return;
    }
    Subject best = ours.getLast();
    add("<div class=\"cards\">\n");
    for (Subject other : subjects) {
      if (other == base && other != best || !other.isOurs()) {
        card(best, other, b -> b.kind() == Kind.INTEGER, "integer and memory kernels");
        card(best, other, b -> b.kind() == Kind.FLOATING, "x87 kernels");
        card(best, other, b -> b.kind().isEvent(), "single events");
      }
    }
    add("</div>\n");
    add(
        "<p class=\"small\">How many times as fast %s is, geometric means in steady state.</p>\n",
        HtmlTable.escaped(best.title()));
  }

  private void card(Subject best, Subject other, Predicate<Benchmark> which, String what) {
    OptionalDouble mean = results.meanSpeedUp(best, other, which);
    if (mean.isPresent()) {
      add(
          "<div class=\"card\"><b>%s×</b><span>%s<br>against %s</span></div>\n",
          TextReport.number(mean.getAsDouble()), what, HtmlTable.escaped(other.title()));
    }
  }

  // ---- compute kernels ----

  private void compute(Place place, String chart) {
    if (!charts.containsKey(chart)) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get(chart).title());
    figure(chart);
    add(
        "<p>Milliseconds of a pass in steady state, and in brackets how many times as fast as %s.%s</p>\n",
        HtmlTable.escaped(base.title()), spreadNote());
    List<String> head = new ArrayList<>(List.of("kernel"));
    subjects.forEach(s -> head.add(s.title()));
    HtmlTable table = new HtmlTable().head(head);
    Predicate<Benchmark> which = b -> b.kind().isCompute() && b.place() == place;
    for (Benchmark b : results.benchmarks(which)) {
      List<String> row = new ArrayList<>(List.of(b.kernel()));
      subjects.forEach(s -> row.add(milliseconds(s, b)));
      table.row(row);
    }
    List<String> mean = new ArrayList<>(List.of("geometric mean"));
    for (Subject s : subjects) {
      OptionalDouble factor = results.meanSpeedUp(s, base, which);
      mean.add(factor.isEmpty() ? "" : TextReport.number(factor.getAsDouble()) + "×");
    }
    add("%s", table.row("total", mean));
  }

  private String milliseconds(Subject s, Benchmark b) {
    OptionalDouble nanos = results.nanos(s, b);
    if (nanos.isEmpty()) {
      return "";
    }
    OptionalDouble factor = results.speedUp(s, base, b);
    return TextReport.number(nanos.getAsDouble() / 1e6)
        + spread(s, b)
        + (s == base || factor.isEmpty()
            ? ""
            : " (" + TextReport.number(factor.getAsDouble()) + "×)");
  }

  private boolean isRepeated() {
    return results.measurements().stream().anyMatch(m -> m.run() > 0);
  }

  private String spreadNote() {
    return isRepeated()
        ? " Medians; ± is half the difference of the slowest and the fastest run."
        : "";
  }

  private String spread(Subject s, Benchmark b) {
    return isRepeated() ? " ±%.0f%%".formatted(results.spread(s, b) * 50) : "";
  }

  // ---- warm-up ----

  private void warmUp() {
    if (!charts.containsKey("warm-up")) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get("warm-up").title());
    add("<p>Millions of guest instructions a second since the kernel's first pass began.</p>\n");
    figure("warm-up");
    add(
        "<p>The first pass, and in brackets what warming up cost: the time all passes took beyond what they take in steady state.</p>\n");
    List<String> head = new ArrayList<>(List.of("kernel"));
    subjects.forEach(s -> head.add(s.title()));
    HtmlTable table = new HtmlTable().head(head);
    for (Benchmark b : results.benchmarks(b -> b.place() == Place.RING3)) {
      List<String> row = new ArrayList<>(List.of(b.kernel()));
      for (Subject s : subjects) {
        OptionalDouble first = results.median(s, b, Measurement::firstNanos);
        OptionalDouble cost = results.median(s, b, Measurement::warmUpNanos);
        row.add(
            first.isEmpty()
                ? ""
                : "%s ms (%s ms)"
                    .formatted(
                        TextReport.number(first.getAsDouble() / 1e6),
                        TextReport.number(cost.getAsDouble() / 1e6)));
      }
      table.row(row);
    }
    add("%s", table);
  }

  // ---- events ----

  private void events() {
    if (!charts.containsKey("events")) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get("events").title());
    figure("events");
    add(
        "<p>Nanoseconds an operation in steady state, and in brackets cycles at %.2f GHz.%s</p>\n",
        host.gigahertz(), spreadNote());
    List<String> head = new ArrayList<>(List.of("event"));
    emulators().forEach(s -> head.add(s.title()));
    head.add("2006: native / software VMM / hardware VMM");
    HtmlTable table = new HtmlTable().head(head);
    for (Benchmark b : results.benchmarks(b -> b.kind().isEvent())) {
      List<String> row = cycles(b);
      PaperFigures paper = PaperFigures.byKernel().get(b.kernel());
      row.add(
          paper == null
              ? ""
              : "%,.0f / %,.0f / %,.0f"
                  .formatted(paper.natively(), paper.software(), paper.hardware()));
      table.row(row);
    }
    add("%s", table);
    add(
        """
        <p class="small">The last column is cycles on a 3.8 GHz Pentium 4 672 from K. Adams and O. Agesen, <cite>A Comparison of
        Software and Hardware Techniques for x86 Virtualization</cite>, ASPLOS 2006, as its readers quote them: check them in the paper
        before you use them. Its events are near to ours, not the same: its system call is SYSCALL in 64-bit code.</p>
        """);
  }

  private List<Subject> emulators() {
    return subjects.stream().filter(s -> !s.id().equals("native")).toList();
  }

  /** The operation, and for each emulator nanoseconds and cycles. */
  private List<String> cycles(Benchmark b) {
    List<String> row = new ArrayList<>(List.of(b.operation()));
    for (Subject s : emulators()) {
      OptionalDouble nanos = results.nanos(s, b);
      row.add(
          nanos.isEmpty()
              ? ""
              : "%s%s (%s)"
                  .formatted(
                      TextReport.number(nanos.getAsDouble()),
                      spread(s, b),
                      TextReport.number(nanos.getAsDouble() * host.gigahertz())));
    }
    return row;
  }

  // ---- mixes ----

  private void mixes() {
    if (!charts.containsKey("mixes")) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get("mixes").title());
    add(
        "<p>Loops of one kind of instruction in ring 0. Nanoseconds and, in brackets, cycles.</p>\n");
    figure("mixes");
    List<String> head = new ArrayList<>(List.of("instruction"));
    emulators().forEach(s -> head.add(s.title()));
    HtmlTable table = new HtmlTable().head(head);
    results.benchmarks(b -> b.kind() == Kind.MIX).forEach(b -> table.row(cycles(b)));
    add("%s", table);
  }

  // ---- whole systems ----

  private void macros() {
    if (results.macros().isEmpty()) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get("macros").title());
    figure("macros");
    add("<p>Seconds by the time of day.%s</p>\n", spreadNote());
    List<String> head = new ArrayList<>(List.of("part"));
    emulators().forEach(s -> head.add(s.title()));
    HtmlTable table = new HtmlTable().head(head);
    for (String part : results.macros().rowKeySet()) {
      List<String> row = new ArrayList<>(List.of(part));
      emulators().forEach(s -> row.add(TextReport.seconds(results.macros().get(part, s.id()))));
      table.row(row);
    }
    add("%s", table);
  }

  // ---- what the engines counted ----

  private void time() {
    if (!charts.containsKey("time")) {
      return;
    }
    add("<h2>%s</h2>\n", charts.get("time").title());
    add(
        """
        <p>What the thread that runs the guest was doing, looked at a thousand times a second. Guest code is interpreted or compiled,
        as the engine says; the translator decodes and plans on this thread, and compiles on another; callouts are sensitive
        instructions, exceptions and interrupts.</p>
        """);
    figure("time");
  }

  private void callouts() {
    Counters counters = results.counters();
    if (counters.isEmpty()) {
      return;
    }
    add("<h2>Callouts by class</h2>\n");
    if (charts.containsKey("callouts")) {
      add("<p>Of the time that all callouts took:</p>\n");
      figure("callouts");
    }
    add("<p>How often, and in brackets nanoseconds each, measured of one in 256.</p>\n");
    for (String workload : counters.workloads()) {
      List<Counters.Source> sources = counters.sources(workload);
      List<String> head = new ArrayList<>(List.of("callout"));
      sources.forEach(s -> head.add(s.subject()));
      HtmlTable table = new HtmlTable().head(head);
      for (String callout : counters.callouts(workload)) {
        List<String> row = new ArrayList<>(List.of(callout));
        for (Counters.Source s : sources) {
          double each = counters.nanosEach(s, callout);
          row.add(
              "%,d%s"
                  .formatted(
                      counters.count(s, callout), each < 0 ? "" : " (%.0f)".formatted(each)));
        }
        table.row(row);
      }
      add("<h3>%s</h3>\n%s", HtmlTable.escaped(workload), table);
    }
  }

  // ---- the rest ----

  private void figure(String chart) {
    add("<figure>\n%s</figure>\n", SvgDrawing.of(charts.get(chart)));
  }

  private void notes() {
    add("<h2>How this was measured</h2>\n");
    add(
        """
        <p>One guest image boots on every emulator and sends a line over its serial port before and after each pass of a kernel; the
        host takes the time when they arrive, so no guest clock counts. Figures in steady state are processor time of the thread that
        runs the guest, from the last two fifths of the passes. The native figures are the same C sources as a 32-bit Linux program.
        Every kernel's checksum must equal the native one.</p>
        """);
    list("Not measured", results.skipped());
    list("Went wrong", results.failures());
  }

  private void list(String title, List<String> lines) {
    if (!lines.isEmpty()) {
      add("<h3>%s</h3>\n<ul>\n", title);
      lines.forEach(l -> add("<li>%s</li>\n", HtmlTable.escaped(l)));
      add("</ul>\n");
    }
  }

  private String data() {
    return new JsonReport(host, results).compact().replace("</", "<\\/");
  }
}
