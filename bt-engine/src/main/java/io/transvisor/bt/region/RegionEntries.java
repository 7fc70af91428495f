package io.transvisor.bt.region;

import java.util.HashMap;
import java.util.Map;

/** The places where regions may be entered, by where their code is and its mode. */
final class RegionEntries {
  private final Map<Long, RegionEntry> entries = new HashMap<>();

  /** What names a place: an index of the store, and the mode word of the code. */
  static long key(int store, int mode) {
    return (long) store << 8 | mode;
  }

  /** The entry at an index of the store, or null if nothing has referred to it yet. */
  RegionEntry find(int store, int mode) {
    return entries.get(key(store, mode));
  }

  /** The entry at an index of the store, whether there is a region yet or not. */
  RegionEntry at(int store, int mode) {
    return entries.computeIfAbsent(key(store, mode), k -> new RegionEntry(store));
  }
}
