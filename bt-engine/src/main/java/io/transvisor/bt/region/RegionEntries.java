package io.transvisor.bt.region;

import java.util.HashMap;
import java.util.Map;

/** The places where regions may be entered, by where their code is and its mode. */
final class RegionEntries {
  private final Map<Long, RegionEntry> entries = new HashMap<>();

  /** The entry at an index of the store, or null if nothing has referred to it yet. */
  RegionEntry find(int store, int mode) {
    return entries.get((long) store << 8 | mode);
  }

  /** The entry at an index of the store, whether there is a region yet or not. */
  RegionEntry at(int store, int mode) {
    return entries.computeIfAbsent((long) store << 8 | mode, k -> new RegionEntry(store));
  }
}
