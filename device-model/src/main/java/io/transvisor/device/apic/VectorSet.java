package io.transvisor.device.apic;

import java.util.Arrays;

/** A 256-bit register of a local APIC with one bit per vector: IRR, ISR or TMR. */
final class VectorSet {
  private static final int WORDS = 8;

  private final int[] words = new int[WORDS];

  void set(int vector, boolean on) {
    int bit = 1 << (vector & 31);
    words[vector >>> 5] = on ? words[vector >>> 5] | bit : words[vector >>> 5] & ~bit;
  }

  boolean has(int vector) {
    return (words[vector >>> 5] & 1 << (vector & 31)) != 0;
  }

  /** The highest vector in the set, or -1. */
  int highest() {
    for (int n = WORDS - 1; n >= 0; n--) {
      if (words[n] != 0) {
        return 32 * n + 31 - Integer.numberOfLeadingZeros(words[n]);
      }
    }
    return -1;
  }

  void clear() {
    Arrays.fill(words, 0);
  }

  /** One of the eight 32-bit registers that show the set, lowest vectors first. */
  int word(int n) {
    return words[n];
  }

  int[] words() {
    return words;
  }

  void load(int[] saved) {
    System.arraycopy(saved, 0, words, 0, WORDS);
  }
}
