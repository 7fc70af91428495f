package io.transvisor.guests.bench.report;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * Cycles of events on a 3.8 GHz Pentium 4 672, from K. Adams and O. Agesen, "A Comparison of
 * Software and Hardware Techniques for x86 Virtualization" (ASPLOS 2006), as its readers quote
 * them. Their benchmarks are not ours: the system call is SYSCALL in 64-bit code.
 *
 * @param natively on the processor itself
 * @param software in a monitor that translates
 * @param hardware in a monitor that uses the first VT-x
 */
public record PaperFigures(double natively, double software, double hardware) {
  private static final ImmutableMap<String, PaperFigures> BY_KERNEL =
      ImmutableMap.of(
          "sysenter", new PaperFigures(242, 2106, 242),
          "port-in", new PaperFigures(3209, 216, 15826),
          "page-fault", new PaperFigures(1093, 3927, 11242),
          "divide-error", new PaperFigures(889, 3223, 1014),
          "pte-write", new PaperFigures(1, 391, 9500));

  /** By the name of our nearest benchmark. */
  public static Map<String, PaperFigures> byKernel() {
    return BY_KERNEL;
  }
}
