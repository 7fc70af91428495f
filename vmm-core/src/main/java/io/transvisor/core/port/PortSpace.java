package io.transvisor.core.port;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The 64 KiB I/O port space. Accesses wider than a handler's registered width are split into
 * accesses of that width at consecutive ports, lowest first, as an ISA bus bridge does; ports with
 * no handler read as all ones.
 */
public final class PortSpace {
  private static final int PORTS = 0x10000;

  private final PortRange[] table = new PortRange[PORTS];
  private final List<PortRange> ranges = new ArrayList<>();

  /**
   * Registers a range.
   *
   * @param maxWidth widest access the handler takes in one piece: 1, 2 or 4 bytes
   */
  public PortRange register(String owner, int base, int count, int maxWidth, PortHandler handler) {
    PortRange range = new PortRange(this, owner, base, count, maxWidth, handler);
    ranges.add(range);
    rebuild();
    return range;
  }

  void change(PortRange range, int base, boolean enabled) {
    if (range.base == base && range.enabled == enabled) {
      return;
    }
    range.base = base;
    range.enabled = enabled;
    rebuild();
  }

  private void rebuild() {
    Arrays.fill(table, null);
    for (PortRange r : ranges) {
      if (r.enabled) {
        for (int port = r.base; port < r.base + r.count && port < PORTS; port++) {
          table[port] = r;
        }
      }
    }
  }

  /** IN: reads 1, 2 or 4 bytes from consecutive ports, zero-extended. */
  public int read(int port, int width) {
    port &= 0xFFFF;
    PortRange r = table[port];
    if (r == null) {
      if (width == 1) {
        return 0xFF;
      }
    } else if (width <= r.maxWidth && port - r.base + width <= r.count) {
      return r.handler.read(port - r.base, width);
    }
    if (width == 1) {
      return 0xFF;
    }
    int half = width / 2;
    return read(port, half) | read(port + half, half) << (8 * half);
  }

  /** OUT: writes the low 1, 2 or 4 bytes of a value to consecutive ports. */
  public void write(int port, int width, int value) {
    port &= 0xFFFF;
    PortRange r = table[port];
    if (r != null && width <= r.maxWidth && port - r.base + width <= r.count) {
      r.handler.write(port - r.base, width, width == 4 ? value : value & ((1 << (8 * width)) - 1));
      return;
    }
    if (width > 1) {
      int half = width / 2;
      write(port, half, value);
      write(port + half, half, value >>> (8 * half));
    }
  }

  /** Reads one port without side effects, for debuggers. */
  public int peek(int port) {
    PortRange r = table[port & 0xFFFF];
    return r == null ? 0xFF : r.handler.peek((port & 0xFFFF) - r.base, 1) & 0xFF;
  }

  /** The enabled ranges, one line each. */
  public List<String> describe() {
    return ranges.stream()
        .filter(r -> r.enabled)
        .map(r -> "%04x-%04x %s".formatted(r.base, r.base + r.count - 1, r.owner))
        .sorted()
        .toList();
  }
}
