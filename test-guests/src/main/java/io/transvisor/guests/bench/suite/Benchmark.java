package io.transvisor.guests.bench.suite;

/**
 * One thing that is measured.
 *
 * @param kernel name in the guest
 * @param place where its code runs
 * @param kind what it stresses
 * @param operation what is counted, in the singular
 */
public record Benchmark(String kernel, Place place, Kind kind, String operation) {
  /** Where a kernel runs. Nano-benchmarks start in ring 0 and enter ring 3 themselves. */
  public enum Place {
    RING3("ring3"),
    RING0("ring0"),
    NANO("nano");

    private final String word;

    Place(String word) {
      this.word = word;
    }

    /** The word for it in names and on the guest's command line. */
    public String word() {
      return word;
    }
  }

  /** Groups of benchmarks, in the order of reports. */
  public enum Kind {
    INTEGER("Integer and memory kernels"),
    FLOATING("x87 kernels"),
    EVENT("Privileged and control-flow events"),
    PAGING("Paging"),
    MIX("Instruction mixes");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }

    /** Whether these are programs that compute, and also run natively. */
    public boolean isCompute() {
      return this == INTEGER || this == FLOATING;
    }

    /** Whether these are single events of the processor. */
    public boolean isEvent() {
      return this == EVENT || this == PAGING;
    }
  }

  /** Such as {@code sieve/ring3} or {@code int80/nano}. */
  public String id() {
    return kernel + "/" + place.word();
  }

  @Override
  public String toString() {
    return id();
  }
}
