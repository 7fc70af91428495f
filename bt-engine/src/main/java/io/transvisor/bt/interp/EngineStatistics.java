package io.transvisor.bt.interp;

import io.transvisor.core.device.CounterSink;

/** What the engine of one vCPU has done since power-on, apart from callouts and regions. */
final class EngineStatistics {
  /** Traces decoded, and the instructions in them. */
  long decodedTraces;

  long decodedInstructions;

  /** Traces interpreted. */
  long tracesRun;

  /** Transfers from one trace to the next for which the link did not serve: what did. */
  long relinked;

  long found;
  long links;

  /** Regions entered by the interpreter, and the instructions retired until it goes on. */
  long regionEntries;

  long regionInstructions;

  /**
   * @param entered how often regions have been entered, in whatever way
   */
  void counters(CounterSink sink, long entered) {
    sink.count("traces.decoded", decodedTraces);
    sink.count("traces.decoded.instructions", decodedInstructions);
    sink.count("traces.run", tracesRun);
    sink.count("traces.reached.by-old-link", relinked);
    sink.count("traces.reached.by-search", found);
    sink.count("traces.links.made", links);
    sink.count("instructions.in-regions", regionInstructions);
    sink.count("regions.entered", entered);
    sink.count("regions.entered.by-interpreter", regionEntries);
  }
}
