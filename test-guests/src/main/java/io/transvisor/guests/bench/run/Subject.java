package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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

  /** Whether whole systems can be run on it. */
  default boolean supportsMacros() {
    return false;
  }

  /** Starts a guest with options for it; its serial line is that of the result. */
  default RunningGuest startMacro(List<String> options) throws IOException {
    throw new UnsupportedOperationException(id());
  }

  /**
   * Ends a guest that has been started last, and gives what the engine has counted; nothing where
   * it does not tell.
   */
  default Map<String, Long> finish(RunningGuest guest) throws IOException {
    return Map.of();
  }

  /** How soon a subject reaches its speed. */
  enum Pace {
    /** At once, or nearly: its code is compiled, or it compiles in the first pass. */
    STEADY,
    /** After seconds: HotSpot compiles it or what it generates. */
    WARMS_UP
  }
}
