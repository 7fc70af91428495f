package io.transvisor.console.profile;

import io.transvisor.bt.disasm.Disassembler;
import io.transvisor.bt.disasm.Syntax;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.core.cpu.CpuModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A profile as text. */
public final class ProfileReport {
  private static final int MAX_INSTRUCTIONS = 400;
  private static final int LINES_AROUND = 8;

  private final Profile profile;
  private final SymbolTable symbols;
  private final Disassembler disassembler;

  /**
   * @param model the guest's processor, for the disassembly
   */
  public ProfileReport(Profile profile, SymbolTable symbols, CpuModel model, Syntax syntax) {
    this.profile = profile;
    this.symbols = symbols;
    this.disassembler = new Disassembler(InstructionSet.TABLE, model, syntax);
  }

  /**
   * Totals, the functions with most samples, and the code around the hottest places.
   *
   * @param functions how many functions
   * @param places how many places
   */
  public String text(int functions, int places) {
    if (profile.samples() == 0) {
      return "no samples: the guest ran too short\n";
    }
    StringBuilder s = new StringBuilder(totals());
    s.append("\n      %  samples  function\n");
    Map<String, Integer> byFunction = new HashMap<>();
    profile.counts().forEach((stack, n) -> byFunction.merge(function(stack), n, Integer::sum));
    byFunction.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(functions)
        .forEach(e ->
            s.append("%7.2f %8d  %s\n".formatted(percent(e.getValue()), e.getValue(), e.getKey())));
    hottest(places).forEach(address -> s.append(code(address)));
    return s.toString();
  }

  private String totals() {
    int kernel = samples(0, 2);
    int user = samples(3, 3);
    return "%d samples: kernel %.1f %%, user %.1f %%, halted %.1f %%\n"
            .formatted(profile.samples(), percent(kernel), percent(user), percent(profile.halted()))
        + "in compiled regions %.1f %%, interpreted %.1f %%\n"
            .formatted(percent(inRegions()), percent(kernel + user - inRegions()));
  }

  private int samples(int lowest, int highest) {
    return profile.counts().entrySet().stream()
        .filter(e -> e.getKey().cpl() >= lowest && e.getKey().cpl() <= highest)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private int inRegions() {
    return profile.states().values().stream()
        .flatMap(s -> s.entrySet().stream())
        .filter(e -> e.getKey().startsWith("region"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** How the code at an address was run, the most frequent way first. */
  private String states(int address) {
    Map<String, Integer> states = profile.states().get(address);
    int total = states.values().stream().mapToInt(Integer::intValue).sum();
    return states.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .map(e -> "%s %d %%".formatted(e.getKey(), 100 * e.getValue() / total))
        .collect(Collectors.joining("; "));
  }

  private double percent(int count) {
    return 100.0 * count / profile.samples();
  }

  private String function(Stack stack) {
    return (stack.cpl() == 3 ? "user   " : "kernel ") + name(stack.top());
  }

  /** The symbol, or without one the page. */
  private String name(int address) {
    String symbol = symbols.nameOf(address);
    return symbol != null ? symbol : "page %08x".formatted(address & -Profile.PAGE);
  }

  // ---- code ----

  private Map<Integer, Integer> byAddress() {
    Map<Integer, Integer> counts = new TreeMap<>(Integer::compareUnsigned);
    profile.counts().forEach((stack, n) -> counts.merge(stack.top(), n, Integer::sum));
    return counts;
  }

  /** The addresses with most samples, of each function the hottest. */
  private List<Integer> hottest(int places) {
    Map<String, Integer> best = new HashMap<>();
    Map<Integer, Integer> counts = byAddress();
    counts.forEach((address, n) ->
        best.merge(name(address), address, (a, b) -> counts.get(a) >= counts.get(b) ? a : b));
    return best.values().stream()
        .sorted(Comparator.comparing(counts::get).reversed())
        .limit(places)
        .toList();
  }

  private record CodeLine(int address, String text) {}

  private String code(int hot) {
    byte[] page = profile.page(hot);
    if (page == null) {
      return "";
    }
    List<CodeLine> lines = disassembled(page, hot);
    int index = 0;
    while (index < lines.size() - 1 && lines.get(index).address() != hot) {
      index++;
    }
    Map<Integer, Integer> counts = byAddress();
    StringBuilder s = new StringBuilder("\n%s: %s\n".formatted(name(hot), states(hot)));
    int first = Math.max(0, index - LINES_AROUND);
    for (CodeLine line : lines.subList(first, Math.min(lines.size(), index + LINES_AROUND + 1))) {
      int n = counts.getOrDefault(line.address(), 0);
      s.append(
          "%7s  %08x  %s\n"
              .formatted(n == 0 ? "" : "%.2f".formatted(percent(n)), line.address(), line.text()));
    }
    return s.toString();
  }

  /** From the function's start where that is on the page, else from the hot instruction. */
  private List<CodeLine> disassembled(byte[] page, int hot) {
    int base = hot & -Profile.PAGE;
    long start = symbols.startOf(hot);
    int address = start >= 0 && (int) start >>> 12 == hot >>> 12 ? (int) start : hot;
    List<CodeLine> lines = new ArrayList<>();
    boolean past = false;
    while (lines.size() < MAX_INSTRUCTIONS && address - base < Profile.PAGE) {
      Disassembler.Line line =
          disassembler.disassemble(page, address - base, Profile.PAGE, true, address);
      lines.add(new CodeLine(address, line.text()));
      past |= address == hot;
      address += line.length();
      if (past && lines.size() > LINES_AROUND * 2 && lines.getLast().address() - hot > 64) {
        break;
      }
    }
    return lines;
  }

  // ---- stacks ----

  /**
   * One line for each stack, outermost function first, with its count: what flame-graph programs
   * read.
   */
  public String collapsed() {
    Map<String, Integer> lines = new TreeMap<>();
    profile
        .counts()
        .forEach((stack, n) -> {
          List<String> names =
              stack.frames().asList().stream().map(this::name).collect(Collectors.toList());
          names.add(stack.cpl() == 3 ? "user" : "kernel");
          Collections.reverse(names);
          lines.merge(String.join(";", names), n, Integer::sum);
        });
    if (profile.halted() > 0) {
      lines.put("halted", profile.halted());
    }
    StringBuilder s = new StringBuilder();
    lines.forEach((line, n) -> s.append(line).append(' ').append(n).append('\n'));
    return s.toString();
  }
}
