package io.transvisor.console.profile;

import java.util.HashMap;
import java.util.Map;

/** The samples of a run, and the code they were in. Filled on the vCPU thread. */
public final class Profile {
  static final int PAGE = 4096;

  private final Map<Stack, Integer> counts = new HashMap<>();
  private final Map<Integer, byte[]> pages = new HashMap<>();
  private final Map<Integer, Map<String, Integer>> states = new HashMap<>();
  private int samples;
  private int halted;

  /**
   * @param state how the code was run
   */
  void add(Stack stack, String state) {
    samples++;
    states.computeIfAbsent(stack.top(), a -> new HashMap<>()).merge(state, 1, Integer::sum);
    counts.merge(stack, 1, Integer::sum);
  }

  void addHalted() {
    samples++;
    halted++;
  }

  /** Whether the page of a linear address has been kept. */
  boolean hasPage(int address) {
    return pages.containsKey(address & -PAGE);
  }

  /** Keeps the page of a linear address as it was when it was first met. */
  void keepPage(int address, byte[] content) {
    pages.put(address & -PAGE, content);
  }

  /** The page of a linear address, or null. */
  byte[] page(int address) {
    return pages.get(address & -PAGE);
  }

  /** How often each stack was met. */
  Map<Stack, Integer> counts() {
    return counts;
  }

  /** How often the code at each address met was run in each way. */
  Map<Integer, Map<String, Integer>> states() {
    return states;
  }

  /** All samples, those of a halted CPU included. */
  public int samples() {
    return samples;
  }

  int halted() {
    return halted;
  }
}
