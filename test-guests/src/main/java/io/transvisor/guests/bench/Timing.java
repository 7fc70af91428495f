package io.transvisor.guests.bench;

/**
 * What one emulator needed for one kernel.
 *
 * @param instructions guest instructions in a pass
 * @param firstNanos the first pass: what the emulator has to find out or compile is still in it
 * @param bestNanos the fastest pass
 * @param checksum what the kernel computed; must not depend on the emulator
 */
record Timing(String kernel, long instructions, long firstNanos, long bestNanos, String checksum) {
  double nanosPerInstruction() {
    return (double) bestNanos / instructions;
  }

  double mips() {
    return instructions * 1e3 / bestNanos;
  }
}
