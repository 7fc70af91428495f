package io.transvisor.guests.bench.suite;

import com.google.common.collect.ImmutableList;
import io.transvisor.guests.bench.suite.Benchmark.Kind;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** All benchmarks, in the guest's order. */
public final class Suite {
  private static final ImmutableList<String> INTEGER =
      ImmutableList.of(
          "sieve",
          "quicksort",
          "crc32",
          "sha1",
          "fib",
          "bytecode",
          "rep-movsd",
          "memcpy",
          "strings",
          "muldiv64",
          "chase",
          "hash",
          "mmx");

  private static final ImmutableList<String> FLOATING =
      ImmutableList.of("mandelbrot", "mandelbrot-53", "matrix", "matrix-53");

  private static final ImmutableList<String> MIXES =
      ImmutableList.of(
          "alu",
          "adc",
          "mul-div",
          "shifts",
          "setcc-cmov",
          "load-modify-store",
          "push-pop",
          "lodsb-stosb",
          "code-page-store",
          "branches",
          "call-ret",
          "indirect-call",
          "16-bit");

  private static final ImmutableList<Benchmark> ALL = all();

  private Suite() {}

  private static ImmutableList<Benchmark> all() {
    List<Benchmark> all = new ArrayList<>();
    for (Place place : List.of(Place.RING3, Place.RING0)) {
      INTEGER.forEach(name -> all.add(new Benchmark(name, place, Kind.INTEGER, "pass")));
      FLOATING.forEach(name -> all.add(new Benchmark(name, place, Kind.FLOATING, "pass")));
    }
    event(all, "int80", "INT 80h from ring 3 and IRET");
    event(all, "sysenter", "SYSENTER and SYSEXIT");
    event(all, "divide-error", "#DE in ring 3, handled and skipped");
    event(all, "call-gate", "far call from ring 3 through a gate and far return");
    event(all, "far-call", "far call and return in ring 0");
    event(all, "segment-loads", "load of a segment register");
    event(all, "lldt", "LLDT");
    event(all, "cli-popf", "PUSHF, CLI, POPF");
    event(all, "port-in", "IN from port 80h");
    event(all, "port-out", "OUT to port 80h");
    event(all, "rdtsc", "RDTSC");
    event(all, "sgdt-sidt-smsw-str", "SGDT, SIDT, SMSW and STR");
    event(all, "cr0-write", "CR0 write that sets TS, and CLTS");
    event(all, "interrupt", "device interrupt requested, taken, acknowledged");
    event(all, "call-chain", "chain of ten calls and returns");
    event(all, "self-modify", "immediate overwritten and executed");
    paging(all, "cr3-touch", "CR3 reload and touch of 64 pages");
    paging(all, "page-fault", "demand #PF from ring 3, page mapped, access repeated");
    paging(all, "pte-write", "write to a page-table entry");
    paging(all, "pte-invlpg", "page-table entry changed, INVLPG, access");
    paging(all, "invlpg", "INVLPG");
    paging(all, "walk", "walk over 512 pages");
    for (String mix : MIXES) {
      all.add(new Benchmark("mix-" + mix, Place.NANO, Kind.MIX, "instruction of " + mix));
    }
    return ImmutableList.copyOf(all);
  }

  private static void event(List<Benchmark> all, String kernel, String operation) {
    all.add(new Benchmark(kernel, Place.NANO, Kind.EVENT, operation));
  }

  private static void paging(List<Benchmark> all, String kernel, String operation) {
    all.add(new Benchmark(kernel, Place.NANO, Kind.PAGING, operation));
  }

  /** Every benchmark. */
  public static ImmutableList<Benchmark> benchmarks() {
    return ALL;
  }

  /**
   * The benchmarks whose id contains a match of the pattern.
   *
   * @param quick without those that repeat a ring-3 kernel in ring 0, and without the mixes
   */
  public static ImmutableList<Benchmark> matching(Pattern pattern, boolean quick) {
    Predicate<Benchmark> wanted = b -> pattern.matcher(b.id()).find();
    return ALL.stream()
        .filter(wanted.and(b -> !quick || b.place() != Place.RING0 && b.kind() != Kind.MIX))
        .collect(ImmutableList.toImmutableList());
  }
}
