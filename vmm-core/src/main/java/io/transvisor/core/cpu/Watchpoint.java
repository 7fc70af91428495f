package io.transvisor.core.cpu;

/**
 * Memory whose accesses by guest instructions stop the guest for a debugger.
 *
 * @param linear first byte, a linear address
 * @param length bytes, at least 1
 * @param reads whether reading counts
 * @param writes whether writing counts
 */
public record Watchpoint(int linear, int length, boolean reads, boolean writes) {
  /** Whether an access of {@code size} bytes is one of those meant. */
  public boolean matches(int address, int size, boolean write) {
    return (write ? writes : reads)
        && (address - linear >= 0 && address - linear < length
            || linear - address >= 0 && linear - address < size);
  }
}
