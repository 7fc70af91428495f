package io.transvisor.bt.region;

import java.util.HashMap;
import java.util.Map;

/** The places where regions may be entered, by where their code is and its mode. */
final class RegionEntries {
  private final Map<Long, RegionEntry> entries = new HashMap<>();

  /** The entry at an index of the store. */
  RegionEntry at(int store, int mode) {
    return entries.computeIfAbsent((long) store << 8 | mode, k -> new RegionEntry(store));
  }
}
