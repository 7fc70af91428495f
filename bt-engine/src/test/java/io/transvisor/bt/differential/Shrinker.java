package io.transvisor.bt.differential;

import io.transvisor.bt.differential.Trial.Action;
import io.transvisor.bt.differential.Trial.Event;
import io.transvisor.bt.disasm.Disassembler;
import io.transvisor.bt.disasm.Syntax;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.core.cpu.CpuModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes a trial that shows a difference as small as it gets: what does not matter becomes NOPs,
 * events are left out, runs made shorter.
 */
final class Shrinker {
  private static final byte NOP = (byte) 0x90;

  private final EngineOptions options;
  private Trial smallest;

  Shrinker(Trial trial, EngineOptions options) {
    this.options = options;
    this.smallest = trial;
  }

  private boolean differs(Trial trial) {
    return new Comparison(trial, options).run() != null;
  }

  private boolean take(Trial candidate) {
    if (differs(candidate)) {
      smallest = candidate;
      return true;
    }
    return false;
  }

  private Trial with(List<byte[]> program, List<Event> events) {
    return new Trial(smallest.seed(), smallest.world(), program, events);
  }

  /** The report of a difference: what remains of the trial, and how it fails. */
  String shrink() {
    dropEvents();
    dropInstructions();
    dropEvents();
    shortenRuns();
    return report();
  }

  private void dropEvents() {
    Comparison.Difference d = new Comparison(smallest, options).run();
    if (d != null) {
      take(with(smallest.program(), smallest.events().subList(0, d.event() + 1)));
    }
    for (int n = smallest.events().size() - 1; n >= 0 && n < smallest.events().size(); n--) {
      List<Event> fewer = new ArrayList<>(smallest.events());
      Event e = fewer.remove(n);
      if (fewer.isEmpty() || !take(with(smallest.program(), fewer))) {
        List<Event> quiet = new ArrayList<>(smallest.events());
        quiet.set(n, new Event(e.instructions(), Action.NOTHING, e.detail()));
        take(with(smallest.program(), quiet));
      }
    }
  }

  private void dropInstructions() {
    int count = smallest.program().size() - 1;
    for (int length = Integer.highestOneBit(count); length > 0; length >>= 1) {
      for (int first = 0; first < count; first += length) {
        List<byte[]> program = new ArrayList<>(smallest.program());
        boolean changes = false;
        for (int n = first; n < Math.min(first + length, count); n++) {
          byte[] nops = new byte[program.get(n).length];
          Arrays.fill(nops, NOP);
          changes |= !Arrays.equals(nops, program.get(n));
          program.set(n, nops);
        }
        if (changes) {
          take(with(program, smallest.events()));
        }
      }
    }
  }

  private void shortenRuns() {
    for (int n = 0; n < smallest.events().size(); n++) {
      Event e = smallest.events().get(n);
      int instructions = e.instructions();
      for (int step = Integer.highestOneBit(instructions); step > 0; step >>= 1) {
        if (instructions > step) {
          List<Event> events = new ArrayList<>(smallest.events());
          events.set(n, new Event(instructions - step, e.action(), e.detail()));
          if (take(with(smallest.program(), events))) {
            instructions -= step;
          }
        }
      }
    }
  }

  private String report() {
    Comparison comparison = new Comparison(smallest, options);
    Comparison.Difference difference = comparison.run();
    StringBuilder s = new StringBuilder();
    s.append("seed %d, %s, %s%n".formatted(smallest.seed(), smallest.world(), options));
    s.append("%s%n".formatted(difference));
    for (Event e : smallest.events()) {
      s.append("  run %d, then %s %08x%n".formatted(e.instructions(), e.action(), e.detail()));
    }
    s.append(listing());
    return s.append(comparison.states()).toString();
  }

  private String listing() {
    Disassembler disassembler =
        new Disassembler(InstructionSet.TABLE, CpuModel.parse("pentium3,+sse2"), Syntax.INTEL);
    byte[] code = smallest.code();
    StringBuilder s = new StringBuilder();
    int at = 0;
    while (at < code.length) {
      int eip = smallest.world().eip(at);
      boolean code32 = !smallest.world().kind().code16;
      Disassembler.Line line = disassembler.disassemble(code, at, code.length, code32, eip);
      if (code[at] != NOP) {
        String bytes = HexFormat.of().formatHex(code, at, at + line.length());
        s.append("  %08x %-22s %s%n".formatted(eip, bytes, line.text()));
      }
      at += line.length();
    }
    return s.toString();
  }
}
