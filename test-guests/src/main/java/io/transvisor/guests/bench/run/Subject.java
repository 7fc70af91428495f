package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.util.Optional;

/** A program that can run the kernels: one of our engines, another emulator, the host itself. */
public interface Subject {
  /** Short name, as on the command line. */
  String id();

  /** Name in reports, with the version where that is known. */
  String title();

  /** Whether it is one of this program's engines. */
  boolean isOurs();

  /** Why it cannot run here, in a few words; empty if it can. */
  Optional<String> missing();

  /** Whether the benchmark makes sense on it. */
  boolean supports(Benchmark benchmark);

  /** How long to measure on it. */
  Pace pace();

  /**
   * Starts the guest.
   *
   * @param words the guest's command line
   */
  RunningGuest start(GuestFiles files, String words) throws IOException;

  /** How soon a subject reaches its speed. */
  enum Pace {
    /** At once, or nearly: its code is compiled, or it compiles in the first pass. */
    STEADY,
    /** After seconds: HotSpot compiles it or what it generates. */
    WARMS_UP
  }
}
